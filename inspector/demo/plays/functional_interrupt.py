"""An `@entrypoint` that asks a person: answered on one thread, not on the other."""

from __future__ import annotations

from inspector.demo.graphs.essay import build_essay
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """Ask twice, answer once."""
    graph = build_essay(stage.saver, reviewed=True)
    answered, waiting = stage.thread_id("answered"), stage.thread_id("waiting")
    for thread_id in (answered, waiting):
        stage.run(graph, "tea", stage.config(thread_id))
    stage.resume(graph, stage.config(answered), "Too short.")
    return played(graph, [PlayedThread(answered, turns=1), PlayedThread(waiting, turns=1)])
