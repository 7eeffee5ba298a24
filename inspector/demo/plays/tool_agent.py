"""A support agent looks orders up: one tool call, then two in parallel, then an answer from memory."""

from __future__ import annotations

from inspector.demo.graphs.chat import build_support
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """Three turns."""
    graph = build_support(stage.saver)
    thread_id = stage.thread_id("orders")
    stage.say(
        graph,
        stage.config(thread_id),
        "Where is order 4021?",
        "And order 4022 and order 4023?",
        "Can I change the address for that order?",
    )
    return played(graph, PlayedThread(thread_id, turns=3))
