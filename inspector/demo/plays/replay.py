"""An old checkpoint is run again with `invoke(None, old)`: a branch, but no new turn.

Durability "exit" keeps no checkpoint in the middle of a run, so there is nothing to run again.
"""

from __future__ import annotations

from inspector.demo.graphs.chat import build_support
from inspector.demo.stage import Played, PlayedThread, Stage, checkpoint_before, played


def play(stage: Stage) -> Played:
    """Two turns, replay from the middle of the first, then from the middle of the second."""
    graph = build_support(stage.saver)
    thread_id = stage.thread_id("replayed")
    config = stage.config(thread_id)
    stage.say(graph, config, "Where is order 4021?", "And order 4022?")
    for turn in (1, 2):
        stage.run(graph, None, stage.at(checkpoint_before(graph, config, "tools", turn=turn)))
    return played(graph, PlayedThread(thread_id, turns=2))
