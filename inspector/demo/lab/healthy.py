"""Three workers as they should be, and what happens to them on any day: nothing that a rule may complain of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langgraph.types import Command

from inspector.demo.graphs.chat import build_chat
from inspector.demo.graphs.checkout import build_checkout
from inspector.demo.graphs.refund import build_refund
from inspector.demo.lab.pools import open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse

if TYPE_CHECKING:
    from inspector.demo.lab.lab import Lab

REFUND = {"graph": "refund"}
CHECKOUT = {"graph": "checkout"}


def make(worker: Worker) -> Handler:
    """One pool, one saver and three graphs, made once for all requests."""
    saver = open_postgres_saver(worker)
    gateway = {"down": False}
    graphs = {
        "chat": build_chat(saver),
        "refund": build_refund(saver),
        "checkout": build_checkout(saver, lambda: gateway["down"]),
    }

    def handle(request: Request) -> None:
        extra = request.extra
        gateway["down"] = bool(extra.get("gateway_is_down"))
        value: Any = {"messages": [("user", request.text)]}
        if "answer" in extra:
            value = Command(resume=extra["answer"])
        elif extra.get("again"):
            value = None
        graphs[extra.get("graph", "chat")].invoke(value, worker.config(request.thread_id, request.user))

    return handle


def drive(lab: Lab) -> None:
    """Conversations, some of one turn; refunds that a person approves, and one that waits for it; a payment that fails
    and is tried again; a deployment in the middle of it all."""
    first, *_, last = lab.hosts
    converse(lab)
    waiting = [_ask_for_refund(lab, number) for number in range(3)]
    paid = f"checkout-{next(lab.numbers)}"
    lab.ask(first, Request(paid, "I'll take the tent.", "ines", {**CHECKOUT, "gateway_is_down": True}))
    lab.restart(first)
    lab.ask(last, Request(paid, "", "ines", {**CHECKOUT, "again": True}))
    for thread_id in waiting[:-1]:
        answer = {"approved": True, "by": "Mara"}
        lab.ask(first, Request(thread_id, "", "jonas", {**REFUND, "answer": answer}))
    converse(lab, seed=2)


def _ask_for_refund(lab: Lab, number: int) -> str:
    thread_id = f"refund-{next(lab.numbers)}"
    host = lab.hosts[number % len(lab.hosts)]
    lab.ask(host, Request(thread_id, f"Please refund order 40{number:02}, it is broken.", "jonas", REFUND))
    return thread_id


HOSTS = {"web-1": make, "web-2": make, "web-3": make}
SCENARIO = Scenario(broken=HOSTS, fixed=HOSTS, raises={}, drive=drive)
