"""A store whose every change has to be followed: what its workers write, and what else becomes of its tables."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from tests.integration.index.copies import TABLES, begin
from tests.integration.index.crashing import crash
from tests.integration.index.follow_workers import Act, Workers

_ALL = ", ".join(TABLES)


class FollowWorld(Workers):
    """Workers, administrators, accidents."""

    @property
    def others(self) -> dict[Act, int]:
        """What removes or rewrites rows, or brings rows that do not look new."""
        return {
            self.open_transaction: 3,
            self.end_transaction: 3,
            self.import_old_thread: 2,
            self.import_into_a_thread: 2,
            self.roll_back: 2,
            self.roll_back_to_savepoint: 2,
            self.roll_back_deletes: 1,
            self.delete_threads: 3,
            self.prune: 2,
            self.delete_checkpoints: 2,
            self.delete_writes: 2,
            self.relabel: 2,
            self.put_again: 1,
            self.replace: 2,
            self.vacuum: 5,
            self.vacuum_full: 1,
            self.truncate_and_refill: 1,
            self.make_anew: 1,
            self.reset_counters: 1,
        }

    def open_transaction(self) -> psycopg.Connection[Any]:
        """It stays open over passes; other transactions begin and end meanwhile."""
        session = self._stack.enter_context(psycopg.connect(self.url))
        self._begin(session)
        with session.transaction():
            self._begin(session)
        for copy in self._unfinished(1):
            self._copies.remove(copy)  # nobody else goes on with it
            copy.write(session)
        self._open.append(session)
        return session

    def end_transaction(self) -> None:
        if self._open:
            session = self._open.pop(self.random.randrange(len(self._open)))
            session.commit() if self.random.random() < 0.7 else session.rollback()
            session.execute("select pg_stat_force_next_flush()")
            session.commit()
            session.close()

    def import_old_thread(self) -> None:
        self._begin(self.admin, at=self._long_ago(), parts=9)

    def import_into_a_thread(self) -> None:
        """As a restored backup does: checkpoints older than those that are there."""
        for (thread_id,) in self._some("checkpoints", "thread_id"):
            begin(self.random, self._templates, thread_id).write(self.admin, at=self._long_ago(), bodies=False)

    def roll_back(self) -> None:
        """Counted as inserted by the server, and not there."""
        with contextlib.suppress(ZeroDivisionError), self.admin.transaction():
            begin(self.random, self._templates, "never").write(self.admin)
            raise ZeroDivisionError

    def roll_back_to_savepoint(self) -> None:
        with self.admin.transaction():
            self.roll_back()
            self._begin(self.admin)
            self.roll_back()

    def roll_back_deletes(self) -> None:
        with contextlib.suppress(ZeroDivisionError), self.admin.transaction():
            self.admin.execute("delete from checkpoints")
            raise ZeroDivisionError

    def delete_threads(self) -> None:
        for (thread_id,) in self._some("checkpoints", "thread_id", 6):
            self._copies = [copy for copy in self._copies if copy.thread_id != thread_id]
            self.saver.delete_thread(thread_id)

    def prune(self) -> None:
        for (thread_id,) in self._some("checkpoints", "thread_id", 3):
            with contextlib.suppress(NotImplementedError):  # of threads with delta channels
                self.saver.prune([thread_id], strategy="keep_latest")

    def delete_checkpoints(self) -> None:
        self.admin.execute("delete from checkpoints where hashtext(checkpoint_id || %s) %% 20 = 0", [self._salt()])

    def delete_writes(self) -> None:
        self.admin.execute(
            "delete from checkpoint_writes where hashtext(task_id || %s) %% 20 = 0 or task_id = any(%s)",
            [self._salt(), [task_id for (task_id,) in self._some("checkpoint_writes", "task_id")]],
        )

    def relabel(self) -> None:
        """Metadata is rewritten in place: no count of rows tells."""
        for (thread_id,) in self._some("checkpoints", "thread_id", 3):
            self.admin.execute(
                "update checkpoints set metadata = metadata || jsonb_build_object('worker_hostname', %s::text, "
                "'user_id', %s::text) where thread_id = %s",
                [self.random.choice(["a", "b"]), self._salt(), thread_id],
            )

    def put_again(self) -> None:
        """A saver that puts a checkpoint which is there already, with other metadata."""
        for (thread_id,) in self._some("checkpoints", "thread_id"):
            if found := self.saver.get_tuple({"configurable": {"thread_id": thread_id}}):
                parent = (found.parent_config or {}).get("configurable", {}).get("checkpoint_id")
                where: Any = {"thread_id": thread_id, "checkpoint_ns": "", "checkpoint_id": parent}
                labelled: Any = {**found.metadata, "user_id": self._salt()}
                self.saver.put({"configurable": where}, found.checkpoint, labelled, {})

    def replace(self) -> None:
        """As many rows as before, the last id among them, by another host."""
        for (thread_id,) in self._some("checkpoints", "thread_id", 3):
            with self.admin.transaction():
                self.admin.execute("create temp table kept on commit drop as select * from checkpoints where false")
                self.admin.execute(
                    "with gone as (delete from checkpoints where thread_id = %s returning *) "
                    "insert into kept select * from gone",
                    [thread_id],
                )
                self.admin.execute('update kept set metadata = metadata || \'{"worker_hostname": "restored"}\'')
                self.admin.execute("insert into checkpoints select * from kept")

    def vacuum(self) -> None:
        options = self.random.choice(["", "(freeze)", "(analyze)"])
        self.admin.execute(f"vacuum {options} {_ALL}".encode())

    def vacuum_full(self) -> None:
        self._end_all()
        self.admin.execute("vacuum full checkpoints, checkpoint_writes")

    def truncate_and_refill(self) -> None:
        self._end_all()
        with self.admin.transaction():
            self.admin.execute(f"truncate {_ALL}".encode())
            self._copies.clear()
            for _ in range(40):
                self._begin(self.admin, parts=2)

    def make_anew(self) -> None:
        self._end_all()
        self._copies.clear()
        self.admin.execute(f"drop table {_ALL}, checkpoint_migrations".encode())
        self.saver.setup()
        for _ in range(20):
            self._begin(self.admin)

    def reset_counters(self) -> None:
        one = "select pg_stat_reset_single_table_counters('checkpoint_writes'::regclass)"
        self.admin.execute(self.random.choice([one, "select pg_stat_reset()"]).encode())

    def crash(self) -> None:
        """The server loses its counters, what it had not written to its log, and every session."""
        crash(self.server)
        self._open.clear()
        with contextlib.suppress(psycopg.OperationalError):
            self._stack.close()
        self._connect()
        self._copies.clear()  # who knows which of them were lost

    def _end_all(self) -> None:
        """Whoever locks a table waits for all of them."""
        while self._open:
            self.end_transaction()

    def _long_ago(self) -> datetime:
        return datetime.now(UTC) - timedelta(days=self.random.randint(1, 900))
