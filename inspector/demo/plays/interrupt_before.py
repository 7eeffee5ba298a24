"""A static breakpoint: the graph stops before a node, without an interrupt value, and goes on with None."""

from __future__ import annotations

from inspector.demo.graphs.parallel import build_join
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """Stop before `edit`; on one thread go on, on the other not."""
    graph = build_join(stage.saver)
    on, off = stage.thread_id("continued"), stage.thread_id("stopped")
    for thread_id in (on, off):
        start = {"text": "A leaflet", "trail": []}
        stage.run(graph, start, stage.config(thread_id), interrupt_before=["edit"])
    stage.run(graph, None, stage.config(on))
    return played(graph, [PlayedThread(on, turns=1), PlayedThread(off, turns=1)])
