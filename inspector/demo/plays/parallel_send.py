"""A fan-out by `Send`: as many parallel tasks as there are documents, in each of two turns."""

from __future__ import annotations

from inspector.demo.graphs.parallel import build_send
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """Four documents, then two more."""
    graph = build_send(stage.saver)
    thread_id = stage.thread_id("graded")
    for batch in (["a", "a longer one", "the longest of all of them", "short"], ["late", "later"]):
        stage.run(graph, {"documents": batch}, stage.config(thread_id))
    return played(graph, PlayedThread(thread_id, turns=2))
