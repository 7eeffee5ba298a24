"""Values of every type that LangGraph can store: models, dataclasses, enums, dates, bytes, sets, messages."""

from __future__ import annotations

from inspector.demo.graphs.typed import build_typed
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """Two turns."""
    graph = build_typed(stage.saver)
    thread_id = stage.thread_id("typed")
    stage.say(graph, stage.config(thread_id), "Fill them all.", "And again.")
    return played(graph, PlayedThread(thread_id, turns=2))
