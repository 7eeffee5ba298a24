"""A refund waits for approval and gets its answer: once yes, once no and then another question.

The answer comes as `Command(resume=...)`, which is no turn of its own.
"""

from __future__ import annotations

from inspector.demo.graphs.refund import build_refund
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """Ask, be interrupted, answer."""
    graph = build_refund(stage.saver)
    yes, no = stage.thread_id("approved"), stage.thread_id("declined")
    for thread_id in (yes, no):
        stage.say(graph, stage.config(thread_id), "Please refund order 4117, it arrived broken.")
    stage.resume(graph, stage.config(yes), {"approved": True, "by": "Mara"})
    stage.resume(graph, stage.config(no), {"approved": False, "by": "Mara"})
    stage.say(graph, stage.config(no), "Then at least order 4118, please.")
    stage.resume(graph, stage.config(no), {"approved": True, "by": "Jonas"})
    return played(graph, [PlayedThread(yes, turns=1), PlayedThread(no, turns=2)])
