"""Threads of small stores, and what an index holds of them."""

from __future__ import annotations

from inspector.demo.graphs.chat import build_chat
from inspector.demo.stage import Stage
from inspector.models import ThreadEntry
from tests.contract.places import Saver


def say(saver: Saver, *thread_ids: str) -> None:
    stage, graph = Stage(saver, "sync", "bounded"), build_chat(saver)
    for thread_id in thread_ids:
        stage.say(graph, stage.config(thread_id, worker_hostname="web-1"), "Hello")


def threads(count: int) -> list[str]:
    return [f"thread-{number:03}" for number in range(count)]


def held() -> list[str]:
    return sorted(ThreadEntry.objects.values_list("thread_id", flat=True))
