"""A store that a test writes to as workers do, and that a dashboard's store follows look by look."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg
from langgraph.checkpoint.postgres import PostgresSaver

from inspector.demo.graphs.chat import build_chat
from inspector.demo.repertoire import open_saver
from inspector.demo.stage import Stage
from inspector.stores.followed import Changes
from inspector.stores.postgres import PostgresStore


@dataclass
class Followed:
    """`look()` is one look since the one before. Counters are flushed first, so that nothing depends on the time."""

    url: str
    saver: PostgresSaver
    writer: psycopg.Connection[Any]
    store: PostgresStore
    position: str = field(default="")

    def say(self, thread_id: str, *texts: str) -> None:
        stage = Stage(self.saver, "sync", "following")
        stage.say(build_chat(self.saver), stage.config(thread_id), *(texts or ("Hello",)))

    def run(self, statement: str) -> int:
        return self.writer.execute(statement.encode()).rowcount

    def flush(self) -> None:
        for connection in (self.saver.conn, self.writer):
            connection.execute("select pg_stat_force_next_flush()")  # type: ignore[union-attr]

    def look(self) -> Changes:
        self.flush()
        changes = self.store.read_changes(self.position)
        self.position = changes.position
        return changes

    def age(self, seconds: float) -> None:
        """Makes the last look say that its counters had been still for so long."""
        position = json.loads(self.position)
        position["moved_at"] -= seconds
        self.position = json.dumps(position)


@contextmanager
def followed(url: str) -> Iterator[Followed]:
    """With one thread `old`, and one look taken."""
    with open_saver(url) as saver, psycopg.connect(url, autocommit=True) as writer:
        store = PostgresStore("followed", url)
        try:
            world = Followed(url, saver, writer, store)
            world.say("old")
            world.look()
            yield world
        finally:
            store.close()
