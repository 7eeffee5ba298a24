"""Input that arrives by `update_state(as_node="__input__")` and is then run with None: it counts as a turn.

A first update on an empty thread (`as_node="__start__"`) makes a thread that never had a turn.
"""

from __future__ import annotations

from inspector.demo.graphs.chat import build_chat
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """One turn by invoke, one by update; beside it a thread that was only ever updated."""
    graph = build_chat(stage.saver)
    fed, seeded = stage.thread_id("fed"), stage.thread_id("seeded")
    config = stage.config(fed)
    stage.say(graph, config, "Hi, I'm Ada.")
    graph.update_state(config, {"messages": [("user", "Who am I?")]}, as_node="__input__")
    stage.run(graph, None, config)
    imported = {"messages": [("user", "imported question"), ("ai", "imported answer")]}
    graph.update_state(stage.config(seeded), imported, as_node="respond")
    return played(
        graph,
        [
            PlayedThread(fed, turns=2, notes="the second turn came as an update"),
            PlayedThread(seeded, turns=0, notes="an imported conversation: no input was ever accepted"),
        ],
    )
