"""A refund waits for an approval that never comes; in another one the customer goes on talking instead.

New input on an interrupted thread drops the interrupt and starts over: two turns.
"""

from __future__ import annotations

from inspector.demo.graphs.refund import build_refund
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """Ask and leave; ask and ask again."""
    graph = build_refund(stage.saver)
    left, again = stage.thread_id("left"), stage.thread_id("again")
    stage.say(graph, stage.config(left), "Please refund order 4119.")
    stage.say(graph, stage.config(again), "Please refund order 4120.", "I mean order 4121!")
    return played(graph, [PlayedThread(left, turns=1), PlayedThread(again, turns=2)])
