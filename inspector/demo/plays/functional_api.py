"""An `@entrypoint` with tasks: two calls that know each other, and one that waits for a person."""

from __future__ import annotations

from inspector.demo.graphs.essay import build_essay
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """Two turns on one thread."""
    graph = build_essay(stage.saver)
    thread_id = stage.thread_id("essays")
    for topic in ("tea", "the weather in Vienna"):
        stage.run(graph, topic, stage.config(thread_id))
    return played(graph, PlayedThread(thread_id, turns=2))
