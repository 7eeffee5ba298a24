"""What workers do to a store: they begin threads and go on with them, some of them slowly, some of them unheard.

Rows are those of real threads (`copies`), written by SQL as savers write them, and turns of real graphs among them.
What is done is chosen at random, the same each time for a seed.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

import psycopg
from langgraph.types import Interrupt

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.graphs.chat import build_chat
from inspector.demo.graphs.refund import build_refund
from inspector.demo.repertoire import open_saver
from inspector.demo.stage import Stage
from tests.integration.index.copies import Copy, Template, begin

Act = Callable[[], object]


class Workers:
    """A store of some threads, and its sessions: one that works, one that stays idle after its work, and those whose
    transactions are open."""

    def __init__(
        self, server: EmbeddedPostgres, url: str, templates: list[Template], seed: int, *, threads: int
    ) -> None:
        self.server = server
        self.url = url
        self.random = random.Random(seed)
        self._templates = templates
        self._copies: list[Copy] = []
        self._made = 0
        self._open: list[psycopg.Connection[Any]] = []
        self._connect()
        with self.admin.transaction():
            for _ in range(threads):
                self._begin(self.admin, parts=2)

    def _connect(self) -> None:
        self._stack = contextlib.ExitStack()
        self.saver = self._stack.enter_context(open_saver(self.url))
        self.admin = self._session()
        self.idle = self._session()

    def _session(self) -> psycopg.Connection[Any]:
        return self._stack.enter_context(psycopg.connect(self.url, autocommit=True))

    def close(self) -> None:
        self._open.clear()
        self._stack.close()

    def flush(self) -> None:
        """Sessions hand in their row counts up to ten seconds late; here, now."""
        for session in (self.saver.conn, self.admin, self.idle):
            session.execute("select pg_stat_force_next_flush()")  # type: ignore[union-attr]

    # What workers do

    @property
    def inserts(self) -> dict[Act, int]:
        """What only adds rows, each with ids made now."""
        return {
            self.begin_threads: 4,
            self.go_on: 4,
            self.go_on_in_subtransactions: 2,
            self.write_late: 3,
            self.talk: 2,
            self.interrupt_and_resume: 1,
            self.insert_and_stay_idle: 2,
        }

    def begin_threads(self) -> None:
        for _ in range(self.random.randint(1, 4)):
            self._begin(self.admin)

    def go_on(self) -> None:
        for copy in self._unfinished(3):
            copy.write(self.admin)

    def go_on_in_subtransactions(self) -> None:
        """Rows carry the subtransaction's id, and no snapshot names that among the running ones."""
        with self.admin.transaction():
            for copy in self._unfinished(2):
                with self.admin.transaction():
                    copy.write(self.admin)

    def insert_and_stay_idle(self) -> None:
        """By a session whose counts arrive when it is flushed, ten seconds later."""
        self._begin(self.idle)

    def write_late(self) -> None:
        """A task of some checkpoint that finishes, fails or asks after the thread has gone on."""
        where = self._some("checkpoints", "thread_id, checkpoint_ns, checkpoint_id")
        for thread_id, namespace, checkpoint_id in where:
            config: Any = {"configurable": {"thread_id": thread_id, "checkpoint_ns": namespace}}
            config["configurable"]["checkpoint_id"] = checkpoint_id
            channels = ["messages", "__error__", "__interrupt__"]
            if thread_id.startswith("ask-"):  # a thread that asks two questions takes no plain answer
                channels.pop()
            channel = self.random.choice(channels)
            told = (Interrupt("late"),) if channel == "__interrupt__" else "late"
            self.saver.put_writes(config, [(channel, told)], f"late-{self.random.random()}")

    def talk(self) -> None:
        """A turn of a real graph, of a thread that it began or of a new one."""
        stage = Stage(self.saver, self.random.choice(["sync", "exit"]), "talk")
        config = stage.config(f"talk-{self.random.randint(1, 9)}", worker_hostname=self.random.choice(["a", "b"]))
        stage.say(build_chat(self.saver), config, "Hello")

    def interrupt_and_resume(self) -> None:
        """A real graph that asks; the one that asked before is answered."""
        stage, graph = Stage(self.saver, "sync", "ask"), build_refund(self.saver)
        config = stage.config(f"ask-{self._made % 3}")
        if graph.get_state(config).interrupts:
            stage.resume(graph, config, {"approved": True, "by": "ada"})
        else:
            stage.run(graph, {"messages": [("user", "Please refund order 4119.")]}, config)

    def _begin(self, session: psycopg.Connection[Any], *, parts: int = 1, at: datetime | None = None) -> None:
        self._made += 1
        copy = begin(self.random, self._templates, f"thread-{self._made}")
        copy.write(session, parts=self.random.randint(1, parts), at=at)
        if session in (self.admin, self.idle) and at is None and copy.waiting:
            self._copies.append(copy)

    def _unfinished(self, most: int) -> list[Copy]:
        found = [copy for copy in self._copies if copy.waiting]
        return self.random.sample(found, min(most, len(found)))

    def _some(self, table: str, columns: str, most: int = 1) -> list[tuple[str, ...]]:
        query = f"select distinct {columns} from {table} order by {columns}"
        found = self.admin.execute(query.encode()).fetchall()
        return self.random.sample(found, min(most, len(found)))

    def _salt(self) -> str:
        return str(self.random.random())
