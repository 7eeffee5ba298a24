"""A payment service is away for a moment now and then: runs end with an error, and nobody tries again."""

from __future__ import annotations

from datetime import timedelta

from inspector.demo.graphs.checkout import PaymentGatewayError, build_checkout
from inspector.demo.lab.lab import Lab
from inspector.demo.lab.pools import open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker

CONVERSATIONS = 12
#: Every third payment fails at its first attempt.
FAILS = 3


def broken(worker: Worker) -> Handler:
    gateway = _Gateway()
    graph = build_checkout(open_postgres_saver(worker), gateway.is_down)

    def handle(request: Request) -> None:
        gateway.failures = request.extra.get("failures", 0)
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


def fixed(worker: Worker) -> Handler:
    gateway = _Gateway()
    graph = build_checkout(open_postgres_saver(worker), gateway.is_down)

    def handle(request: Request) -> None:
        gateway.failures = request.extra.get("failures", 0)
        config = worker.config(request.thread_id, request.user)
        try:
            graph.invoke({"messages": [("user", request.text)]}, config)
        except PaymentGatewayError:
            graph.invoke(None, config)  # the failed step again, not those before it

    return handle


class _Gateway:
    """Fails so many times, and is there again."""

    failures = 0

    def is_down(self) -> bool:
        self.failures -= 1
        return self.failures >= 0


def drive(lab: Lab) -> None:
    """Two purchases each, the second one by the other worker."""
    for turn, text in enumerate(("I'll take the tent.", "And the lamp.")):
        for number in range(CONVERSATIONS):
            host = lab.hosts[(number + turn) % len(lab.hosts)]
            extra = {"failures": 1} if turn == 1 and number % FAILS == 0 else {}
            lab.ask(host, Request(f"checkout-{number}", text, extra=extra))


SCENARIO = Scenario(
    broken={"web-1": broken, "web-2": broken},
    fixed={"web-1": fixed, "web-2": fixed},
    raises={"failed-head": ()},
    raises_unprobed={"failed-head": ()},
    drive=drive,
    later=timedelta(hours=1),
)
