"""The clock of one of three workers lags: what it says is stored, and not found by whoever comes next.

Only the clock is simulated: in that one process, `time.time`, `time.time_ns` and the `datetime` that LangGraph dates
checkpoints with are 45 seconds behind. Its ids, its documents and its probe's reports all follow from that.
"""

from __future__ import annotations

import time
from datetime import datetime, timedelta, tzinfo
from typing import Self

from langgraph.pregel import _checkpoint

from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.lab import Lab
from inspector.demo.lab.pools import open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse

LAG = 45


def broken(worker: Worker) -> Handler:
    set_back_clock(LAG)
    return fixed(worker)


def fixed(worker: Worker) -> Handler:
    graph = build_chat(open_postgres_saver(worker))

    def handle(request: Request) -> None:
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


def set_back_clock(seconds: int) -> None:
    """For this process alone. Clocks that only measure how long something takes go on as they are."""
    right, right_ns = time.time, time.time_ns
    time.time = lambda: right() - seconds
    time.time_ns = lambda: right_ns() - seconds * 1_000_000_000

    class Lagging(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return super().now(tz) - timedelta(seconds=seconds)

    setattr(_checkpoint, "datetime", Lagging)  # noqa: B010  a plain assignment would be one to a type


def drive(lab: Lab) -> None:
    """Everybody comes back: a conversation of one turn would show nothing."""
    converse(lab, conversations=12, turns=(3, 4))


SCENARIO = Scenario(
    broken={"web-1": fixed, "web-2": fixed, "web-3": broken},
    fixed={"web-1": fixed, "web-2": fixed, "web-3": fixed},
    raises={"clock-skew": ("web-3",)},
    raises_unprobed={"clock-skew": ("web-3",)},
    drive=drive,
)
