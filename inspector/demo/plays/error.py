"""The payment fails and nobody tries again: the thread's head holds the error."""

from __future__ import annotations

import contextlib

from inspector.demo.graphs.checkout import PaymentGatewayError, build_checkout
from inspector.demo.stage import Played, PlayedThread, Stage, played


def play(stage: Stage) -> Played:
    """Fail in the first turn; fail in the second after a good first."""
    down = [True]
    graph = build_checkout(stage.saver, lambda: down[0])
    first, second = stage.thread_id("at-once"), stage.thread_id("later")
    with contextlib.suppress(PaymentGatewayError):
        stage.say(graph, stage.config(first), "I'll take the tent.")
    down[0] = False
    stage.say(graph, stage.config(second), "I'll take the lamp.")
    down[0] = True
    with contextlib.suppress(PaymentGatewayError):
        stage.say(graph, stage.config(second), "And the boots.")
    return played(graph, [PlayedThread(first, turns=1), PlayedThread(second, turns=2)])
