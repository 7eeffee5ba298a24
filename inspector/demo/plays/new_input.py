"""Three turns of plain conversation on one thread, one on another.

The second thread asks about an order that only the first one knows: its answer says so.
"""

from __future__ import annotations

from inspector.demo.graphs.chat import build_chat
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """Talk."""
    graph = build_chat(stage.saver)
    long, short = stage.thread_id("three"), stage.thread_id("one")
    stage.say(graph, stage.config(long), "Hi, I'm Ada. It is about order 4021.", "Where is that order?", "Who am I?")
    stage.say(graph, stage.config(short), "Where is that order?")
    return played(graph, [PlayedThread(long, turns=3), PlayedThread(short, turns=1)])
