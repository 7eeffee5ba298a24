"""Two reviewers are asked at once; one thread gets both answers by id, another only one of the two."""

from __future__ import annotations

from inspector.demo.graphs.refund import build_review
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """Interrupt twice in one super-step, then answer by interrupt id."""
    graph = build_review(stage.saver)
    both, half = stage.thread_id("both"), stage.thread_id("half")
    for thread_id, answers in ((both, 2), (half, 1)):
        config = stage.config(thread_id)
        stage.say(graph, config, "Our new slogan: tea for two.")
        waiting = sorted(graph.get_state(config).interrupts, key=lambda one: str(one.value["reviewer"]))
        stage.resume(graph, config, {one.id: f"yes ({one.value['reviewer']})" for one in waiting[:answers]})
    return played(graph, [PlayedThread(both, turns=1), PlayedThread(half, turns=1)])
