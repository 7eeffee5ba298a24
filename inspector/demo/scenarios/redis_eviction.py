"""A Redis set up as a cache holds the checkpoints: when its memory is full, it drops them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import redis

from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.pools import open_redis_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse

if TYPE_CHECKING:
    from inspector.demo.lab.lab import Lab


def broken(worker: Worker) -> Handler:
    """The settings of many a cache's deployment, which its workers make themselves."""
    return serve(worker, "allkeys-lru")


def fixed(worker: Worker) -> Handler:
    return serve(worker, "noeviction")


def serve(worker: Worker, policy: str) -> Handler:
    with redis.Redis.from_url(worker.redis_url) as client:
        client.config_set("maxmemory-policy", policy)
        client.config_set("maxmemory", "2gb")
    graph = build_chat(open_redis_saver(worker))

    def handle(request: Request) -> None:
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


def drive(lab: Lab) -> None:
    converse(lab, conversations=10)


SCENARIO = Scenario(
    broken={"web-1": broken, "web-2": broken},
    fixed={"web-1": fixed, "web-2": fixed},
    raises={"redis-eviction": ()},
    raises_unprobed={"redis-eviction": ()},
    store="redis",
    drive=drive,
)
