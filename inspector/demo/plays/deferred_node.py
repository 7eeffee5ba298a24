"""A node with `defer=True` waits until the longer of two branches has ended."""

from __future__ import annotations

from inspector.demo.graphs.parallel import build_deferred
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """One turn to the end, one stopped before the deferred node."""
    graph = build_deferred(stage.saver)
    done, waiting = stage.thread_id("done"), stage.thread_id("waiting")
    stage.run(graph, {"text": "A leaflet"}, stage.config(done))
    stage.run(graph, {"text": "A poster"}, stage.config(waiting), interrupt_before=["collect"])
    return played(graph, [PlayedThread(done, turns=1), PlayedThread(waiting, turns=1)])
