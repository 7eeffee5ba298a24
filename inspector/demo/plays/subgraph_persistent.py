"""A subgraph compiled with `checkpointer=True`: one namespace, and it remembers the turn before."""

from __future__ import annotations

from inspector.demo.graphs.nested import build_nested
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """Two turns: the specialist's file holds two notes in the end."""
    graph = build_nested(stage.saver, memory=True)
    thread_id = stage.thread_id("remembers")
    stage.say(graph, stage.config(thread_id), "My knee hurts.", "Now the other one, too.")
    return played(graph, PlayedThread(thread_id, turns=2, namespaces=("specialist",)))
