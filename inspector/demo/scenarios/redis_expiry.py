"""Checkpoints live for seconds on one worker: who comes back to such a conversation finds it gone."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import redis

from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.pools import open_redis_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse

if TYPE_CHECKING:
    from inspector.demo.lab.lab import Lab

#: Minutes. Somebody took it for seconds, or tried something out.
_SHORT, _LONG = 0.05, 30 * 24 * 60
_CONVERSATIONS = 10


def broken(worker: Worker) -> Handler:
    return serve(worker, _SHORT)


def fixed(worker: Worker) -> Handler:
    return serve(worker, _LONG)


def serve(worker: Worker, minutes: float) -> Handler:
    graph = build_chat(open_redis_saver(worker, ttl={"default_ttl": minutes}))

    def handle(request: Request) -> None:
        config = worker.config(request.thread_id, request.user)
        if request.text:
            graph.invoke({"messages": [("user", request.text)]}, config)
        else:  # somebody opens the conversation to read it
            graph.get_state(config)

    return handle


def drive(lab: Lab) -> None:
    """Both workers have conversations of their own, and those of the second are opened again after a cup of coffee."""
    converse(lab, conversations=_CONVERSATIONS, turns=(2,), hosts=("web-1",))
    first = next(lab.numbers) + 1
    converse(lab, conversations=_CONVERSATIONS, turns=(1,), hosts=("web-2",))
    wait_for_expiry(lab.redis_url)
    for number in range(first, first + _CONVERSATIONS):
        lab.ask("web-1", Request(f"conv-{number}", ""))


def wait_for_expiry(url: str) -> None:
    """Until no key is left that lives for seconds. Where all live for a month, that is at once."""
    with redis.Redis.from_url(url) as client:
        while any(0 <= client.pttl(key) <= 60_000 * _SHORT for key in client.scan_iter()):
            time.sleep(0.05)


SCENARIO = Scenario(
    broken={"web-1": fixed, "web-2": broken},
    fixed={"web-1": fixed, "web-2": fixed},
    raises={"redis-expiry": ("web-1",)},
    partly_unprobed=True,
    store="redis",
    drive=drive,
)
