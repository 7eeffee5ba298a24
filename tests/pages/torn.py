"""A store in which real graphs left conversations torn into threads of one turn, at known times."""

from __future__ import annotations

import re
import sqlite3
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import time_machine
from langgraph.checkpoint.base import id as checkpoint_ids
from langgraph.checkpoint.redis import RedisSaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, MessagesState, StateGraph

from inspector.demo.repertoire import open_saver

#: Two hours ago by the clock of the tests' index, which is the real one.
BEGIN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)


class OrderState(MessagesState):
    order_id: str
    api_key: str


def _note(state: OrderState) -> dict[str, Any]:
    said = str(state["messages"][-1].content)
    found = re.search(r"\d{4}", said)
    noted = {"order_id": found[0], "api_key": "sk-very-secret"} if found else {}
    return {"messages": [("ai", f"I have noted: {said}")], **noted}


@dataclass
class Teller:
    """Says things to a graph, each in the thread that is named or in one with a random id, at a time in seconds."""

    graph: Any
    ids: list[str] = field(default_factory=list)

    def say(self, at: float, text: str, *, thread_id: str = "", durability: str = "sync", **names: str) -> str:
        thread_id = thread_id or str(uuid.uuid4())
        config = {"configurable": {"thread_id": thread_id, "worker_hostname": "web-3", **names}}
        checkpoint_ids._last_v6_timestamp = None  # else no id is older than the one before
        with time_machine.travel(BEGIN + timedelta(seconds=at), tick=False):
            self.graph.invoke({"messages": [("user", text)]}, config, durability=durability)
        self.ids.append(thread_id)
        return thread_id

    def talk(self, at: float, texts: Sequence[str], *, pause: float = 30, **names: str) -> list[str]:
        """Each text in a thread of its own."""
        return [self.say(at + number * pause, text, **names) for number, text in enumerate(texts)]


@contextmanager
def telling(url: str) -> Iterator[Teller]:
    """A teller whose graph keeps its checkpoints there."""
    builder = StateGraph(OrderState).add_node("note", _note).add_edge(START, "note")
    if url.startswith("postgres"):
        with open_saver(url) as saver:
            yield Teller(builder.compile(saver))
    elif url.startswith("redis"):
        with RedisSaver.from_conn_string(url) as redis_saver:
            redis_saver.setup()
            yield Teller(builder.compile(redis_saver))
    else:
        connection = sqlite3.connect(Path(url.removeprefix("sqlite:///")), check_same_thread=False)
        try:
            yield Teller(builder.compile(SqliteSaver(connection)))
        finally:
            connection.close()
