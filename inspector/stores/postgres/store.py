"""The `CheckpointStore` protocol over Postgres."""

from __future__ import annotations

from collections.abc import Generator, Sequence

from inspector.errors import ReadTooLong, StoreError
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
from inspector.stores.followed import Changes, Scan
from inspector.stores.guard import Limits
from inspector.stores.newest import Newest
from inspector.stores.postgres import rows
from inspector.stores.postgres.aggregates import of_ids, read_thread_rows
from inspector.stores.postgres.calls import read_calls
from inspector.stores.postgres.changes import Frontiers, read_changes, read_extent, search_threads
from inspector.stores.postgres.counts import PART, read_counts, read_next
from inspector.stores.postgres.errors import is_kept_back
from inspector.stores.postgres.facts import read_store_facts
from inspector.stores.postgres.fingerprint import read_fingerprint
from inspector.stores.postgres.identities import read_identities
from inspector.stores.postgres.newest import find_newest
from inspector.stores.postgres.pages import outline, read_cut
from inspector.stores.postgres.parameters import storable, storable_pairs, wanted_channels
from inspector.stores.postgres.reads import PostgresReads
from inspector.stores.postgres.scan import scan_threads
from inspector.stores.postgres.signs import Watched, read_signs
from inspector.stores.signs import Signs


class PostgresStore(PostgresReads):
    """Reads a Postgres checkpoint store. Building one opens no connection; safe to share between threads."""

    kind = "postgres"

    def __init__(self, name: str, url: str, limits: Limits | None = None) -> None:
        super().__init__(name, url, limits)
        self._watched = Watched()
        self._frontiers: Frontiers = {}  #: found by the last search, and of use to the look that follows it

    def read_facts(self) -> StoreFacts:
        with self._read() as (cursor, layout):
            return read_store_facts(cursor, layout)

    def read_signs(self) -> Signs:
        with self._read() as (cursor, layout):
            return read_signs(cursor, layout, self._watched)

    def read_identities(self) -> tuple[str, ...]:
        with self._read() as (cursor, layout):
            return read_identities(cursor, layout.schema)

    def read_fingerprint(self) -> Fingerprint:
        """Managed servers may refuse the log position; then every pass looks. The tables are looked for anew: setup()
        may have added a column, or made tables that come before those found first."""
        self._layout = self._find_layout()
        try:
            with self._read() as (cursor, layout):
                return read_fingerprint(cursor, layout)
        except StoreError as error:
            if is_kept_back(error):
                return Fingerprint(None, None)
            raise

    def iter_thread_counts(self) -> Generator[ThreadCount]:
        after: str | None = None
        size = PART
        while True:
            try:
                with self._read(plans=True) as (cursor, layout):
                    found, after = read_counts(cursor, layout, after, size)
            except ReadTooLong:
                if size == 1:
                    raise
                size = max(1, size // 4)
                continue
            yield from found
            if after is None:
                return
            size = min(PART, size * 2)

    def scan_threads(self, after: str, *, checkpoints: int, host_keys: Sequence[str]) -> Scan:
        with self._read(plans=True) as (cursor, layout):
            return scan_threads(cursor, layout, after, checkpoints, host_keys, self._limits)

    def read_next(self, after: str) -> str:
        with self._read() as (cursor, layout):
            return read_next(cursor, layout, after or None) or ""

    def read_extent(self) -> int | None:
        with self._read() as (cursor, layout):
            return read_extent(cursor, layout)

    def read_changes(self, since: str) -> Changes:
        try:
            with self._read(plans=True) as (cursor, layout):
                changes = read_changes(cursor, layout, since, self._frontiers)
        except StoreError as error:
            if is_kept_back(error):
                return Changes("", (), None, None, still=False, compare="uncounted")
            raise
        self._frontiers = {}
        return changes

    def find_newest(self, checkpoints: int) -> Newest:
        with self._read(plans=True) as (cursor, layout):
            return find_newest(cursor, layout, checkpoints)

    def search_changes(self, since: str) -> list[str]:
        with self._read(statement=self._limits.statement * 4, plans=True) as (cursor, layout):
            found, self._frontiers = search_threads(cursor, layout, since)
        return found

    def read_threads(self, thread_ids: Sequence[str], *, host_keys: Sequence[str]) -> list[ThreadRow]:
        wanted = [thread_id for thread_id in thread_ids if storable(thread_id)]
        if not wanted:
            return []
        with self._read(statement=self._limits.statement * 4, plans=True) as (cursor, layout):
            return read_thread_rows(cursor, layout, of_ids(wanted), host_keys, self._limits)

    def read_namespaces(self, thread_id: str) -> list[NamespaceRow]:
        if not storable(thread_id):
            return []
        given = {"thread_id": thread_id, "rows": self._limits.namespaces}
        found = [rows.namespace_row(row) for row in self._all("namespaces", given)]
        return sorted(found, key=lambda row: (row.first_checkpoint_id, row.checkpoint_ns))

    def read_calls(
        self, thread_id: str, namespaces: Sequence[str], *, rows: int, host_keys: Sequence[str]
    ) -> list[CallRow]:
        with self._read() as (cursor, layout):
            return read_calls(cursor, layout, thread_id, namespaces, rows=rows, host_keys=host_keys)

    def read_checkpoints(
        self, thread_id: str, checkpoint_ns: str, *, before: str | None = None, budget: ReadBudget = DEFAULT_READ
    ) -> Cut:
        if not storable(thread_id, checkpoint_ns, before or ""):
            return Cut((), False)
        given = {"thread_id": thread_id, "checkpoint_ns": checkpoint_ns, "before": before}
        with self._read() as (cursor, layout):
            return read_cut(cursor, layout, {**given, "inline_bytes": self._limits.inline_bytes}, budget)

    def read_checkpoint(self, thread_id: str, checkpoint_ns: str, checkpoint_id: str) -> CheckpointRow | None:
        if not storable(thread_id, checkpoint_ns, checkpoint_id):
            return None
        given = {
            "thread_id": thread_id,
            "checkpoint_ns": checkpoint_ns,
            "checkpoint_id": checkpoint_id,
            "inline_bytes": self._limits.shown_inline_bytes,
        }
        found = self._all("checkpoint", given)
        return rows.checkpoint_row(found[0]) if found else None

    def read_outline(
        self, thread_id: str, checkpoint_ns: str, *, after: str = "", rows: int, host_keys: Sequence[str]
    ) -> list[OutlineRow]:
        if not storable(thread_id, checkpoint_ns, after):
            return []
        keys = [key for key in host_keys if storable(key)]
        given = {"thread_id": thread_id, "checkpoint_ns": checkpoint_ns, "after": after, "rows": rows}
        return [outline(row) for row in self._all("outline", {**given, "host_keys": keys})]

    def read_newer_ids(self, thread_id: str, checkpoint_ns: str, checkpoint_id: str, *, rows: int) -> list[str]:
        if not storable(thread_id, checkpoint_ns, checkpoint_id):
            return []
        given = {"thread_id": thread_id, "checkpoint_ns": checkpoint_ns, "checkpoint_id": checkpoint_id, "rows": rows}
        return [row["checkpoint_id"] for row in self._all("newer_checkpoints", given)]

    def read_place(self, thread_id: str, checkpoint_ns: str, checkpoint_id: str) -> Place:
        if not storable(thread_id, checkpoint_ns, checkpoint_id):
            return Place(0, 0)
        given = {"thread_id": thread_id, "checkpoint_ns": checkpoint_ns, "checkpoint_id": checkpoint_id}
        (row,) = self._all("place", given)
        return Place(row["older"], row["newer"])

    def read_inputs(self, thread_id: str, checkpoint_ns: str, *, since: str = "", before: str) -> list[FirstInput]:
        if not storable(thread_id, checkpoint_ns, since, before):
            return []
        given = {
            "thread_id": thread_id,
            "checkpoint_ns": checkpoint_ns,
            "since": since,
            "before": before,
            "rows": self._limits.inputs,
        }
        return [FirstInput(row["version"], row["checkpoint_id"]) for row in self._all("inputs", given)]

    def read_channel_sizes(
        self, thread_id: str, checkpoint_ns: str, versions: Sequence[tuple[str, str]]
    ) -> list[ChannelSize]:
        versions = storable_pairs(versions)
        if not versions or not storable(thread_id, checkpoint_ns):
            return []
        given = wanted_channels(thread_id, checkpoint_ns, versions)
        return [rows.channel_size(row) for row in self._all("channel_sizes", given)]

    def read_channels(
        self,
        thread_id: str,
        checkpoint_ns: str,
        versions: Sequence[tuple[str, str]],
        *,
        budget: ReadBudget = DEFAULT_READ,
    ) -> list[ChannelBody]:
        versions = storable_pairs(versions)
        if not versions or not storable(thread_id, checkpoint_ns):
            return []
        given = {**wanted_channels(thread_id, checkpoint_ns, versions), "bytes": budget.bytes}
        return [rows.channel_body(row) for row in self._all("channels", given)]

    def read_own_channels(
        self,
        thread_id: str,
        checkpoint_ns: str,
        checkpoint_id: str,
        channels: Sequence[str],
        *,
        budget: ReadBudget = DEFAULT_READ,
    ) -> list[ChannelBody]:
        channels = [channel for channel in channels if storable(channel)]
        if not channels or not storable(thread_id, checkpoint_ns, checkpoint_id):
            return []
        given = {
            "thread_id": thread_id,
            "checkpoint_ns": checkpoint_ns,
            "checkpoint_id": checkpoint_id,
            "channels": channels,
            "bytes": budget.bytes,
        }
        return [rows.own_body(row) for row in self._all("own_channels", given)]

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
        ids = [checkpoint_id for checkpoint_id in checkpoint_ids if storable(checkpoint_id)]
        if not ids or not storable(thread_id, checkpoint_ns):
            return []
        given = {
            "thread_id": thread_id,
            "checkpoint_ns": checkpoint_ns,
            "checkpoint_ids": ids,
            "channels": None if channels is None else [channel for channel in channels if storable(channel)],
            "bodies": bodies,
            "bytes": budget.bytes,
            "rows": budget.rows,
        }
        return [rows.write_row(row) for row in self._all("writes", given)]
