"""The payment fails and is tried again: by running on (no turn) or by sending the input again (a turn)."""

from __future__ import annotations

import contextlib

from inspector.demo.graphs.checkout import PaymentGatewayError, build_checkout
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """Fail on both threads, then retry each in its own way."""
    down = [True]
    graph = build_checkout(stage.saver, lambda: down[0])
    goes_on, sent_again = stage.thread_id("goes-on"), stage.thread_id("sent-again")
    for thread_id in (goes_on, sent_again):
        with contextlib.suppress(PaymentGatewayError):
            stage.say(graph, stage.config(thread_id), "I'll take the tent.")
    down[0] = False
    stage.run(graph, None, stage.config(goes_on))
    stage.say(graph, stage.config(sent_again), "I'll take the tent.")
    return played(graph, [PlayedThread(goes_on, turns=1), PlayedThread(sent_again, turns=2)])
