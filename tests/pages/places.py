"""Stores of every kind with a few conversations in them, written by LangGraph's own savers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.redis import RedisSaver, ShallowRedisSaver
from langgraph.checkpoint.sqlite import SqliteSaver

from inspector.demo.graphs.chat import build_chat
from inspector.demo.repertoire import open_saver


def chat_in_postgres(url: str, *thread_ids: str, turns: int = 2) -> str:
    with open_saver(url) as saver:
        _chat(saver, thread_ids, turns)
    return url


def chat_in_sqlite(path: Path, *thread_ids: str, turns: int = 2) -> str:
    """Returns the store's URL."""
    with SqliteSaver.from_conn_string(str(path)) as saver:
        _chat(saver, thread_ids, turns)
    return f"sqlite:///{path}"


def chat_in_redis(url: str, *thread_ids: str, turns: int = 2, shallow: bool = False) -> str:
    with _redis_saver(url, shallow=shallow) as saver:
        _chat(saver, thread_ids, turns)
    return url


@contextmanager
def _redis_saver(url: str, *, shallow: bool) -> Iterator[BaseCheckpointSaver[Any]]:
    kind: Any = ShallowRedisSaver if shallow else RedisSaver
    with kind.from_conn_string(url) as saver:
        saver.setup()
        yield saver


def _chat(saver: Any, thread_ids: Iterable[str], turns: int) -> None:
    graph: Any = build_chat(saver)
    for thread_id in thread_ids:
        config = {"configurable": {"thread_id": thread_id}, "metadata": {"worker_hostname": "web-1", "user_id": "ada"}}
        for number in range(turns):
            graph.invoke({"messages": [("user", f"Remark {number}")]}, config)
