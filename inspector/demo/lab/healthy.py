"""Three workers as they should be, and what happens to them on any day: nothing that a rule may complain of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from langgraph.types import Command

from inspector.demo.graphs.base import Graph, Saver
from inspector.demo.graphs.chat import build_chat
from inspector.demo.graphs.checkout import build_checkout
from inspector.demo.graphs.refund import build_refund
from inspector.demo.lab.pools import open_async_postgres_saver, open_postgres_saver
from inspector.demo.lab.scenario import Handler, Make, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse
from inspector.demo.stage import checkpoint_before

if TYPE_CHECKING:
    from inspector.demo.lab.lab import Lab


class Graphs:
    """Made once in a process, over one saver, for all its requests."""

    def __init__(self, saver: Saver) -> None:
        self._gateway_is_down = False
        self._graphs: Mapping[str, Graph] = {
            "chat": build_chat(saver),
            "refund": build_refund(saver),
            "checkout": build_checkout(saver, lambda: self._gateway_is_down),
        }

    def find(self, request: Request) -> tuple[Graph, Any]:
        """The graph that a request is for, and what to invoke it with."""
        extra = request.extra
        self._gateway_is_down = bool(extra.get("gateway_is_down"))
        value: Any = {"messages": [("user", request.text)]}
        if "answer" in extra:
            value = Command(resume=extra["answer"])
        elif extra.get("again"):
            value = None
        return self._graphs[extra.get("graph", "chat")], value


def make(worker: Worker) -> Handler:
    graphs = Graphs(open_postgres_saver(worker))

    def handle(request: Request) -> None:
        graph, value = graphs.find(request)
        config = worker.config(request.thread_id, request.user)
        if request.extra.get("edit"):
            config = {**config, **checkpoint_before(graph, config, "respond")}
            config = {**config, **graph.update_state(config, value, as_node="__start__")}
            value = None
        graph.invoke(value, config, durability=request.extra.get("durability"))

    return handle


async def make_async(worker: Worker) -> Handler:
    graphs = Graphs(await open_async_postgres_saver(worker))

    async def handle(request: Request) -> None:
        graph, value = graphs.find(request)
        config = worker.config(request.thread_id, request.user)
        await graph.ainvoke(value, config, durability=request.extra.get("durability"))

    return handle


def drive(lab: Lab) -> None:
    """Conversations, some of one turn; a deployment in the middle of them; and what else people and services do."""
    first, second, third = lab.hosts
    converse(lab)
    waiting = [_ask_for_refund(lab, host) for host in lab.hosts]
    paid = _pay(lab, third, gateway_is_down=True)
    lab.restart(first)
    lab.ask(second, Request(paid, "", "ines", {"graph": "checkout", "again": True}))
    for thread_id in waiting[:-1]:  # the last one waits for somebody to have the time
        answer = {"approved": True, "by": "Mara"}
        lab.ask(first, Request(thread_id, "", "jonas", {"graph": "refund", "answer": answer}))
    _talk_with_one_checkpoint_a_run(lab)
    _edit(lab, first)
    converse(lab, seed=2)


def _ask_for_refund(lab: Lab, host: str) -> str:
    """A run that stops until a person approves. Returns its thread_id."""
    number = next(lab.numbers)
    thread_id = f"refund-{number}"
    text = f"Please refund order 4{number % 1000:03}, it is broken."
    lab.ask(host, Request(thread_id, text, "jonas", {"graph": "refund"}))
    return thread_id


def _pay(lab: Lab, host: str, *, gateway_is_down: bool) -> str:
    thread_id = f"checkout-{next(lab.numbers)}"
    extra = {"graph": "checkout", "gateway_is_down": gateway_is_down}
    lab.ask(host, Request(thread_id, "I'll take the tent.", "ines", extra))
    return thread_id


def _talk_with_one_checkpoint_a_run(lab: Lab) -> None:
    thread_id = f"conv-{next(lab.numbers)}"
    for host in lab.hosts:
        lab.ask(host, Request(thread_id, "What did I ask you before?", "kofi", {"durability": "exit"}))


def _edit(lab: Lab, host: str) -> None:
    """Staff rewrites a customer's first message and lets the agent answer again: a fork, made on purpose."""
    thread_id = f"conv-{next(lab.numbers)}"
    for text in ("Hi, I'm Lena. Where is order 4711?", "And what was my name again?"):
        lab.ask(host, Request(thread_id, text, "lena"))
    lab.ask(host, Request(thread_id, "Hi, I'm Lena. Where is order 4712?", "lena", {"edit": True}))


HOSTS: Mapping[str, Make] = {"web-1": make, "web-2": make_async, "web-3": make}
SCENARIO = Scenario(broken=HOSTS, fixed=HOSTS, raises={}, drive=drive)
