"""The `CheckpointStore` protocol over a SQLite file."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Sequence
from typing import TypeVar

from inspector.probe.ledger_schema import sqlite_identities
from inspector.stores.base import (
    DEFAULT_READ,
    ChannelBody,
    ChannelSize,
    CheckpointRow,
    Cut,
    Fingerprint,
    FirstInput,
    NamespaceRow,
    OutlineRow,
    Place,
    ReadBudget,
    StoreFacts,
    ThreadCount,
    ThreadRow,
    WriteRow,
)
from inspector.stores.calls import CallRow
from inspector.stores.guard import Limits
from inspector.stores.newest import Newest
from inspector.stores.signs import Signs
from inspector.stores.sqlite.calls import read_calls
from inspector.stores.sqlite.changes import read_fingerprint
from inspector.stores.sqlite.facts import read_store_facts
from inspector.stores.sqlite.file import Session, SqliteFile
from inspector.stores.sqlite.layout import find_layout
from inspector.stores.sqlite.reading import Reading
from inspector.stores.sqlite.rows import namespace_row, thread_count
from inspector.stores.sqlite.signs import read_signs
from inspector.stores.sqlite.url import SqliteUrl

Answer = TypeVar("Answer")


class SqliteStore:
    """Reads the tables that `SqliteSaver` and `AsyncSqliteSaver` write. Building one opens no file; safe to share
    between threads. Nothing is kept open, so a file that is replaced is noticed by the next read."""

    kind = "sqlite"

    def __init__(self, name: str, url: str, limits: Limits | None = None) -> None:
        parsed = SqliteUrl.parse(url)
        self.name = name
        self.safe_url = parsed.safe
        self._limits = limits or Limits()
        self._file = SqliteFile(parsed.path, safe_url=parsed.safe, limits=self._limits)

    def read_facts(self) -> StoreFacts:
        return self._file.ask(
            lambda session: read_store_facts(session, find_layout(session, self.safe_url), self._file.path)
        )

    def read_signs(self) -> Signs:
        return self._file.ask(lambda session: read_signs(session, find_layout(session, self.safe_url)))

    def read_identities(self) -> tuple[str, ...]:
        status = self._file.status()
        return sqlite_identities(status.st_dev, status.st_ino)

    def read_fingerprint(self) -> Fingerprint:
        """`rewrites` is None: SQLite counts no updates."""
        self._file.status()
        return read_fingerprint(self._file.path.resolve())

    def iter_thread_counts(self) -> Generator[ThreadCount]:
        with self._file.read(seconds=self._limits.statement * 20) as session:
            for row in self._reading(session).select("thread_counts", {}):
                yield thread_count(row)

    def find_newest(self, checkpoints: int) -> Newest:
        """New rows get the greatest numbers."""
        found = self._ask(lambda reading: list(reading.select("newest_threads", {"rows": checkpoints})))
        last_ids = {row["thread_id"]: str(row["last_id"]) for row in found if isinstance(row["thread_id"], str)}
        return Newest(last_ids, sum(row["rows"] for row in found) < checkpoints, found[0]["total"] if found else 0)

    def read_threads(self, thread_ids: Sequence[str], *, host_keys: Sequence[str]) -> list[ThreadRow]:
        wanted = [thread_id for thread_id in dict.fromkeys(thread_ids) if _storable(thread_id)]

        def question(reading: Reading) -> list[ThreadRow]:
            found = (reading.thread(thread_id, host_keys) for thread_id in wanted)
            return [row for row in found if row is not None]

        return self._ask(question, statement=self._limits.statement * 4) if wanted else []

    def read_namespaces(self, thread_id: str) -> list[NamespaceRow]:
        if not _storable(thread_id):
            return []
        given = {"thread_id": thread_id, "rows": self._limits.namespaces}
        found = self._ask(lambda reading: [namespace_row(row) for row in reading.select("namespaces", given)])
        return sorted(found, key=lambda row: (row.first_checkpoint_id, row.checkpoint_ns))

    def read_calls(
        self, thread_id: str, namespaces: Sequence[str], *, rows: int, host_keys: Sequence[str]
    ) -> list[CallRow]:
        wanted = [name for name in namespaces if name and _listable(name)]
        if not wanted or not _storable(thread_id):
            return []
        return self._ask(lambda reading: read_calls(reading, thread_id, wanted, rows=rows, host_keys=host_keys))

    def read_checkpoints(
        self, thread_id: str, checkpoint_ns: str, *, before: str | None = None, budget: ReadBudget = DEFAULT_READ
    ) -> Cut:
        """A document's size counts without the values that stay in it."""
        if not _storable(thread_id, checkpoint_ns, before or ""):
            return Cut((), False)
        given = {"thread_id": thread_id, "checkpoint_ns": checkpoint_ns, "before": before}
        return self._ask(lambda reading: reading.cut(given, budget))

    def read_checkpoint(self, thread_id: str, checkpoint_ns: str, checkpoint_id: str) -> CheckpointRow | None:
        if not _storable(thread_id, checkpoint_ns, checkpoint_id):
            return None
        given = {"thread_id": thread_id, "checkpoint_ns": checkpoint_ns, "checkpoint_id": checkpoint_id}

        def question(reading: Reading) -> CheckpointRow | None:
            found = reading.checkpoints("checkpoint", given, reading.room(inline=self._limits.shown_inline_bytes))
            return next((one.row for one in found), None)

        return self._ask(question)

    def read_outline(
        self, thread_id: str, checkpoint_ns: str, *, after: str = "", rows: int, host_keys: Sequence[str]
    ) -> list[OutlineRow]:
        if not _storable(thread_id, checkpoint_ns, after):
            return []
        given = {"thread_id": thread_id, "checkpoint_ns": checkpoint_ns, "after": after, "rows": rows}
        return self._ask(lambda reading: reading.outline(given, host_keys))

    def read_newer_ids(self, thread_id: str, checkpoint_ns: str, checkpoint_id: str, *, rows: int) -> list[str]:
        if not _storable(thread_id, checkpoint_ns, checkpoint_id):
            return []
        given = {"thread_id": thread_id, "checkpoint_ns": checkpoint_ns, "checkpoint_id": checkpoint_id, "rows": rows}
        return self._ask(lambda reading: [row["checkpoint_id"] for row in reading.select("newer_checkpoints", given)])

    def read_place(self, thread_id: str, checkpoint_ns: str, checkpoint_id: str) -> Place:
        if not _storable(thread_id, checkpoint_ns, checkpoint_id):
            return Place(0, 0)
        given = {"thread_id": thread_id, "checkpoint_ns": checkpoint_ns, "checkpoint_id": checkpoint_id}
        ((older, newer),) = self._ask(lambda reading: [tuple(row) for row in reading.select("place", given)])
        return Place(older, newer)

    def read_inputs(self, thread_id: str, checkpoint_ns: str, *, since: str = "", before: str) -> list[FirstInput]:
        if not _storable(thread_id, checkpoint_ns, since, before):
            return []
        given = {"thread_id": thread_id, "checkpoint_ns": checkpoint_ns, "since": since, "before": before}
        return self._ask(lambda reading: reading.inputs(given))

    def read_channel_sizes(
        self, thread_id: str, checkpoint_ns: str, versions: Sequence[tuple[str, str]]
    ) -> list[ChannelSize]:
        return []  # every value is in its checkpoint's own document

    def read_channels(
        self,
        thread_id: str,
        checkpoint_ns: str,
        versions: Sequence[tuple[str, str]],
        *,
        budget: ReadBudget = DEFAULT_READ,
    ) -> list[ChannelBody]:
        return []  # as above

    def read_own_channels(
        self,
        thread_id: str,
        checkpoint_ns: str,
        checkpoint_id: str,
        channels: Sequence[str],
        *,
        budget: ReadBudget = DEFAULT_READ,
    ) -> list[ChannelBody]:
        if not channels or not _storable(thread_id, checkpoint_ns, checkpoint_id):
            return []
        given = {"thread_id": thread_id, "checkpoint_ns": checkpoint_ns, "checkpoint_id": checkpoint_id}
        return self._ask(lambda reading: _own_channels(reading, given, channels, budget))

    def read_writes(
        self,
        thread_id: str,
        checkpoint_ns: str,
        checkpoint_ids: Sequence[str],
        *,
        channels: Sequence[str] | None = None,
        bodies: bool = True,
        budget: ReadBudget = DEFAULT_READ,
    ) -> list[WriteRow]:
        ids = [checkpoint_id for checkpoint_id in checkpoint_ids if _listable(checkpoint_id)]
        if not ids or not _storable(thread_id, checkpoint_ns):
            return []
        given = {
            "thread_id": thread_id,
            "checkpoint_ns": checkpoint_ns,
            "channels": None if channels is None else json.dumps([name for name in channels if _listable(name)]),
        }
        return self._ask(lambda reading: reading.writes(given, ids, bodies=bodies, budget=budget))

    def close(self) -> None:
        """Nothing is kept open."""

    def _ask(self, question: Callable[[Reading], Answer], *, statement: float | None = None) -> Answer:
        return self._file.ask(lambda session: question(self._reading(session)), seconds=statement)

    def _reading(self, session: Session) -> Reading:
        return Reading(session, find_layout(session, self.safe_url), self._limits)


def _own_channels(
    reading: Reading, given: dict[str, str], channels: Sequence[str], budget: ReadBudget
) -> list[ChannelBody]:
    """Smallest first; those that the budget has no room for without their bytes."""
    left, bodies = budget.bytes, []
    for found in reading.checkpoints("checkpoint", given):
        sizes = {name: span[1] - span[0] for name, span in found.spans.items() if name in channels}
        for name in sorted(sizes, key=lambda one: (sizes[one], one)):
            left -= sizes[name]
            bodies.append(found.body(name, load=left >= 0))
    return bodies


def _storable(*texts: str) -> bool:
    """Lone surrogates are no text to SQLite, so nothing is stored under such a name."""
    return all(text.isascii() or text.encode("utf-8", "replace").decode("utf-8") == text for text in texts)


def _listable(text: str) -> bool:
    """SQLite's JSON ends a text at NUL, and so would find what another name has."""
    return "\0" not in text and _storable(text)
