"""One conversation under all three durabilities in turn, beginning with the one this play was given."""

from __future__ import annotations

from inspector.demo.graphs.chat import build_support
from inspector.demo.stage import DURABILITIES, Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """Four turns."""
    graph = build_support(stage.saver)
    thread_id = stage.thread_id("mixed")
    start = DURABILITIES.index(stage.durability)
    for turn, text in enumerate(("Hi, I'm Ada.", "Where is order 4021?", "Change that order!", "Who am I?")):
        durability = DURABILITIES[(start + turn) % 3]
        graph.invoke({"messages": [("user", text)]}, stage.config(thread_id), durability=durability)
    return played(graph, PlayedThread(thread_id, turns=4))
