"""Refunds wait for somebody's approval, and the handler drops the question: nobody ever learns of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from langgraph.types import Command

from inspector.demo.graphs.refund import build_refund
from inspector.demo.lab.lab import Lab
from inspector.demo.lab.pools import open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker

REFUNDS = 4


def broken(worker: Worker) -> Handler:
    graph = build_refund(open_postgres_saver(worker))

    def handle(request: Request) -> dict[str, Any]:
        config = worker.config(request.thread_id, request.user)
        result = graph.invoke({"messages": [("user", request.text)]}, config)
        return {"answer": str(result["messages"][-1].content)}

    return handle


def fixed(worker: Worker) -> Handler:
    graph = build_refund(open_postgres_saver(worker))

    def handle(request: Request) -> dict[str, Any]:
        config = worker.config(request.thread_id, request.user)
        if "decision" in request.extra:
            result = graph.invoke(Command(resume=request.extra["decision"]), config)
        else:
            result = graph.invoke({"messages": [("user", request.text)]}, config)
        if questions := result.get("__interrupt__"):
            return {"questions": [question.value["question"] for question in questions]}
        return {"answer": str(result["messages"][-1].content)}

    return handle


def drive(lab: Lab) -> None:
    """Refunds are asked for. Wherever a question comes back, somebody decides, on the other worker."""
    first, second = lab.hosts
    for number in range(REFUNDS):
        thread_id = f"refund-{number}"
        answer = lab.ask(first, Request(thread_id, f"Please refund order 40{number:02}, it is broken."))
        if "questions" in answer.value:
            lab.ask(second, Request(thread_id, "", extra={"decision": {"approved": True, "by": "Mara"}}))


SCENARIO = Scenario(
    broken={"web-1": broken, "web-2": broken},
    fixed={"web-1": fixed, "web-2": fixed},
    raises={"unanswered-interrupt": ()},
    raises_unprobed={"unanswered-interrupt": ()},
    drive=drive,
    later=timedelta(days=2),
)
