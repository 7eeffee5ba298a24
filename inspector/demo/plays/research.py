"""Two research runs: three searches by `Send`, a writing subgraph, two checks side by side, a join."""

from __future__ import annotations

from inspector.demo.graphs.research import build_research
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """Two questions on one thread."""
    graph = build_research(stage.saver)
    thread_id = stage.thread_id("report")
    stage.say(graph, stage.config(thread_id), "Which tent for two?", "Which stove?")
    namespaces = () if stage.durability == "exit" else ("write:",)
    return played(graph, PlayedThread(thread_id, turns=2, namespaces=namespaces))
