"""A store and everything that can happen to it: what savers do, what administrators do, and what nobody should."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from typing import Any

import psycopg

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.graphs.chat import build_chat
from inspector.demo.graphs.nested import build_nested
from inspector.demo.repertoire import open_saver
from inspector.demo.stage import Stage
from tests.integration.index.crashing import crash

TABLES = "checkpoints, checkpoint_blobs, checkpoint_writes"
HOSTS = ("web-1", "web-2", "web-3")


class World:
    """Acts at random, reproducibly. Graphs and savers are real; only damage is done in SQL."""

    def __init__(self, server: EmbeddedPostgres, url: str, seed: int) -> None:
        self.url = url
        self.random = random.Random(seed)
        self._server = server
        self._made = 0
        self._open()

    def close(self) -> None:
        self._stack.close()

    def _open(self) -> None:
        self._stack = contextlib.ExitStack()
        self.saver = self._stack.enter_context(open_saver(self.url))
        self.admin = self._stack.enter_context(psycopg.connect(self.url, autocommit=True))

    def act(self) -> str:
        """Do one thing; its name tells a failure apart."""
        actions: dict[Callable[[], None], int] = {
            self.begin_thread: 6,
            self.go_on: 6,
            self.call_subgraph: 2,
            self.delete_thread: 3,
            self.prune: 3,
            self.write_late: 3,
            self.relabel: 3,
            self.replace: 3,
            self.roll_back: 3,
            self.vacuum: 2,
            self.truncate: 1,
            self.make_anew: 1,
            self.crash: 1,
        }
        (action,) = self.random.choices(list(actions), weights=list(actions.values()))
        action()
        return action.__name__

    def flush(self) -> None:
        """Sessions hand in their row counts up to ten seconds late; here, now."""
        for connection in (self.saver.conn, self.admin):
            connection.execute("select pg_stat_force_next_flush()")  # type: ignore[union-attr]

    def begin_thread(self) -> None:
        self._made += 1
        self._say(f"thread-{self._made}", turns=self.random.randint(1, 2))

    def go_on(self) -> None:
        if thread_id := self._any_thread():
            self._say(thread_id, turns=1)

    def call_subgraph(self) -> None:
        self._made += 1
        stage = Stage(self.saver, "sync", "world")
        stage.say(build_nested(self.saver, memory=True), stage.config(f"nested-{self._made}"), "Advise me")

    def delete_thread(self) -> None:
        if thread_id := self._any_thread():
            self.saver.delete_thread(thread_id)

    def prune(self) -> None:
        if thread_id := self._any_thread():
            self.saver.prune([thread_id], strategy="keep_latest")

    def write_late(self) -> None:
        """A task of an old checkpoint that finishes, or fails, after the thread has gone on."""
        query = "select thread_id, checkpoint_ns, checkpoint_id from checkpoints order by checkpoint_id"
        if found := self.admin.execute(query).fetchall():
            thread_id, namespace, checkpoint_id = self.random.choice(found)
            where = {"thread_id": thread_id, "checkpoint_ns": namespace, "checkpoint_id": checkpoint_id}
            channel = self.random.choice(["messages", "__error__", "__interrupt__"])
            self.saver.put_writes({"configurable": where}, [(channel, "late")], f"late-{self.random.random()}")

    def relabel(self) -> None:
        """Metadata is rewritten in place: no count of rows tells."""
        if thread_id := self._any_thread():
            host = self.random.choice(HOSTS)
            self.admin.execute(
                "update checkpoints set metadata = metadata || jsonb_build_object('worker_hostname', %s::text, "
                "'user_id', %s::text) where thread_id = %s",
                [host, f"user-{self.random.random()}", thread_id],
            )

    def replace(self) -> None:
        """As many rows as before, the last id among them, by another host: a restored backup does that."""
        if thread_id := self._any_thread():
            self.admin.execute("create temp table kept as table checkpoints")
            self.admin.execute("update kept set metadata = jsonb_set(metadata, '{worker_hostname}', '\"restored\"')")
            self.admin.execute("delete from checkpoints where thread_id = %s", [thread_id])
            self.admin.execute("insert into checkpoints select * from kept where thread_id = %s", [thread_id])
            self.admin.execute("drop table kept")

    def roll_back(self) -> None:
        """Counted as inserted by the server, and not there."""
        with contextlib.suppress(ZeroDivisionError), self.admin.transaction():
            self.admin.execute("insert into checkpoints values ('never', '', '1ef', null, 'json', '{}', '{}')")
            raise ZeroDivisionError

    def vacuum(self) -> None:
        self.admin.execute(f"vacuum {TABLES}".encode())

    def truncate(self) -> None:
        self.admin.execute(f"truncate {TABLES}".encode())

    def make_anew(self) -> None:
        self.admin.execute(f"drop table {TABLES}, checkpoint_migrations".encode())
        self.saver.setup()

    def crash(self) -> None:
        """The server loses its counters, and every connection ends."""
        crash(self._server)
        with contextlib.suppress(psycopg.OperationalError):
            self._stack.close()
        self._open()

    def _say(self, thread_id: str, *, turns: int) -> None:
        stage = Stage(self.saver, self.random.choice(["sync", "exit"]), "world")
        labels: dict[str, Any] = {"worker_hostname": self.random.choice(HOSTS), "user_id": thread_id}
        graph = build_chat(self.saver)
        stage.say(graph, stage.config(thread_id, **labels), *(["Hello"] * turns))

    def _any_thread(self) -> str:
        found = self.admin.execute("select distinct thread_id from checkpoints order by 1").fetchall()
        return str(self.random.choice(found)[0]) if found else ""
