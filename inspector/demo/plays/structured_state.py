"""JSON channels and a text that every turn edits: a customer, a cart, an intent with confidences, a draft."""

from __future__ import annotations

from inspector.demo.graphs.concierge import build_concierge
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """Four turns of shopping."""
    graph = build_concierge(stage.saver)
    thread_id = stage.thread_id("shopping")
    stage.say(
        graph,
        stage.config(thread_id),
        "I need a tent and two of the lamp.",
        "And boots, please.",
        "I moved to Graz, and no newsletter.",
        "Remove the lamp again.",
    )
    return played(graph, PlayedThread(thread_id, turns=4))
