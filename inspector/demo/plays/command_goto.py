"""`Command(update, goto)` as input: on an existing thread it is no turn, on a new one it is the first.

It takes the graph to another node than its edges would.
"""

from __future__ import annotations

from langgraph.types import Command

from inspector.demo.graphs.parallel import build_router
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """An input and then a command; a command first."""
    graph = build_router(stage.saver)
    later, first = stage.thread_id("later"), stage.thread_id("first")
    command: Command[str] = Command(update={"text": "Moved by hand"}, goto="service")
    stage.run(graph, {"text": "A question"}, stage.config(later))
    stage.run(graph, command, stage.config(later))
    stage.run(graph, command, stage.config(first))
    return played(graph, [PlayedThread(later, turns=1), PlayedThread(first, turns=1)])
