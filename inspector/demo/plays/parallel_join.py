"""Three static branches side by side and a node that waits for all of them."""

from __future__ import annotations

from inspector.demo.graphs.parallel import build_join
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """Two turns through the branches."""
    graph = build_join(stage.saver)
    thread_id = stage.thread_id("joined")
    for text in ("A leaflet", "A poster"):
        stage.run(graph, {"text": text}, stage.config(thread_id))
    return played(graph, PlayedThread(thread_id, turns=2))
