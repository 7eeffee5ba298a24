"""A subgraph in a subgraph interrupts: checkpoints hang under two namespaces; one is answered, one not."""

from __future__ import annotations

from inspector.demo.graphs.nested import build_nested
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """Interrupt two levels down."""
    graph = build_nested(stage.saver, signed=True, deep=True)
    signed, unsigned = stage.thread_id("signed"), stage.thread_id("unsigned")
    for thread_id in (signed, unsigned):
        stage.say(graph, stage.config(thread_id), "My knee hurts.")
    stage.resume(graph, stage.config(signed), "Dr. Osei")
    namespaces = ("clinic:",)
    return played(graph, [PlayedThread(thread_id, turns=1, namespaces=namespaces) for thread_id in (signed, unsigned)])
