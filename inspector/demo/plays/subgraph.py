"""A subgraph without a memory: every call gets a namespace of its own, and forgets."""

from __future__ import annotations

from inspector.demo.graphs.nested import build_nested
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """Two turns. Durability "exit" stores nothing of a subgraph that ran to its end."""
    graph = build_nested(stage.saver)
    thread_id = stage.thread_id("forgets")
    stage.say(graph, stage.config(thread_id), "My knee hurts.", "Now the other one, too.")
    namespaces = () if stage.durability == "exit" else ("specialist:",)
    return played(graph, PlayedThread(thread_id, turns=2, namespaces=namespaces))
