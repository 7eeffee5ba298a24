"""The `CheckpointStore` protocol over Redis."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

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
from inspector.stores.calls import CallRow, with_marks
from inspector.stores.newest import Newest
from inspector.stores.redis import facts, rows
from inspector.stores.redis.calls import read_calls
from inspector.stores.redis.fingerprint import read_fingerprint
from inspector.stores.redis.grants import reader_grants
from inspector.stores.redis.keys import storable
from inspector.stores.redis.layout import default_layout, read_indexes
from inspector.stores.redis.listing import iter_counts
from inspector.stores.redis.newest import find_newest
from inspector.stores.redis.pages import OUTLINE, outline, read_within
from inspector.stores.redis.reads import RedisReads, kinds
from inspector.stores.redis.signs import read_signs
from inspector.stores.redis.threads import read_thread_rows
from inspector.stores.redis.writes import ordered, read_blobs, read_write_sizes
from inspector.stores.signs import Signs
from inspector.stores.tally import first_inputs


class RedisStore(RedisReads):
    """Reads a Redis checkpoint store, of full and shallow savers. Building one opens no connection; safe to share
    between threads."""

    kind = "redis"

    def read_facts(self) -> StoreFacts:
        with self._read() as (reading, layout):
            return facts.read_store_facts(reading, layout, self._url.username or "default")

    def read_signs(self) -> Signs:
        with self._client.reading() as reading:
            return read_signs(reading, self._known_layout)

    def read_identities(self) -> tuple[str, ...]:
        with self._read() as (reading, layout):
            return facts.read_identities(reading, layout)

    def read_fingerprint(self) -> Fingerprint:
        self._layout = None  # another saver's setup() may have made another set since
        with self._read() as (reading, layout):
            return read_fingerprint(reading, layout)

    def iter_thread_counts(self) -> Generator[ThreadCount]:
        with self._read(seconds=self._limits.statement * 20) as (reading, layout):
            read_indexes(reading, layout)
            yield from iter_counts(reading, layout)

    def find_newest(self, checkpoints: int) -> Newest:
        with self._read() as (reading, layout):
            return find_newest(reading, layout, kinds(layout)[0], checkpoints)

    def read_threads(self, thread_ids: Sequence[str], *, host_keys: Sequence[str]) -> list[ThreadRow]:
        wanted = [thread_id for thread_id in thread_ids if storable(thread_id)]
        if not wanted:
            return []
        with self._read(seconds=self._limits.statement * 4) as (reading, layout):
            return read_thread_rows(reading, kinds(layout), wanted, host_keys, self._limits)

    def read_namespaces(self, thread_id: str) -> list[NamespaceRow]:
        ids: dict[str, list[str]] = {}
        for found in self._find(thread_id):
            ids.setdefault(found.checkpoint_ns, []).append(found.checkpoint_id)
        found_rows = [NamespaceRow(ns, len(names), min(names), max(names)) for ns, names in ids.items()]
        newest = sorted(found_rows, key=lambda row: (row.checkpoint_ns == "", row.first_checkpoint_id), reverse=True)
        kept = newest[: self._limits.namespaces]
        return sorted(kept, key=lambda row: (row.first_checkpoint_id, row.checkpoint_ns))

    def read_calls(
        self, thread_id: str, namespaces: Sequence[str], *, rows: int, host_keys: Sequence[str]
    ) -> list[CallRow]:
        found = self._find(thread_id)
        with self._read() as (reading, layout):
            calls = read_calls(reading, found, namespaces, rows=rows, host_keys=host_keys)
            ids = list({call.last_checkpoint_id for call in calls})
            writes = self._find_writes(reading, layout, thread_id, None, ids)
        marks = [(one.checkpoint_ns, one.checkpoint_id, row.channel) for one, row in ordered(writes)]
        return with_marks(calls, marks, {(one.checkpoint_ns, one.checkpoint_id) for one in found})

    def read_checkpoints(
        self, thread_id: str, checkpoint_ns: str, *, before: str | None = None, budget: ReadBudget = DEFAULT_READ
    ) -> Cut:
        found = [item for item in self._find(thread_id, checkpoint_ns) if before is None or item.checkpoint_id < before]
        found.sort(key=lambda item: item.checkpoint_id, reverse=True)
        with self._read() as (reading, _):
            kept, number = read_within(reading, found, budget, self._limits.control_bytes)
        beyond = found[number].checkpoint_id if number < len(found) else ""
        return Cut(tuple(kept), bool(beyond), beyond)

    def read_checkpoint(self, thread_id: str, checkpoint_ns: str, checkpoint_id: str) -> CheckpointRow | None:
        with self._read() as (reading, _):
            found = self._locate(reading, thread_id, checkpoint_ns, checkpoint_id)
            kept = rows.read_rows(reading, [found], DEFAULT_READ.bytes) if found is not None else []
        return kept[0] if kept else None

    def read_outline(
        self, thread_id: str, checkpoint_ns: str, *, after: str = "", rows: int, host_keys: Sequence[str]
    ) -> list[OutlineRow]:
        found = self._read_fields(thread_id, checkpoint_ns, lambda name: name > after, OUTLINE, rows)
        return [outline(item, host_keys) for item in found]

    def read_newer_ids(self, thread_id: str, checkpoint_ns: str, checkpoint_id: str, *, rows: int) -> list[str]:
        ids = (found.checkpoint_id for found in self._find(thread_id, checkpoint_ns))
        return sorted(name for name in ids if name > checkpoint_id)[:rows]

    def read_place(self, thread_id: str, checkpoint_ns: str, checkpoint_id: str) -> Place:
        ids = [found.checkpoint_id for found in self._find(thread_id, checkpoint_ns)]
        return Place(sum(name < checkpoint_id for name in ids), sum(name > checkpoint_id for name in ids))

    def read_inputs(self, thread_id: str, checkpoint_ns: str, *, since: str = "", before: str) -> list[FirstInput]:
        found = self._read_fields(thread_id, checkpoint_ns, lambda name: since <= name < before, rows.COUNTED)
        return first_inputs(map(rows.counted_row, reversed(found)), self._limits.inputs)

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
        return []

    def read_own_channels(
        self,
        thread_id: str,
        checkpoint_ns: str,
        checkpoint_id: str,
        channels: Sequence[str],
        *,
        budget: ReadBudget = DEFAULT_READ,
    ) -> list[ChannelBody]:
        """By path, so that of a large document only these are fetched. Their sizes are estimates (see `rows`) until
        they are read: JSON takes up to three times as much in the server's memory."""
        if not channels:
            return []
        with self._read() as (reading, _):
            found = self._locate(reading, thread_id, checkpoint_ns, checkpoint_id)
            if found is None:
                return []
            sizes = rows.read_sizes(reading, [found.key])[0]
            wanted = sorted((sizes[name], name) for name in set(channels) if name in sizes)
            loaded = rows.within([(size, found, name) for size, name in wanted], budget.bytes)
            bodies = rows.read_bodies(reading, [(item, name) for _, item, name in loaded])
        gone = {name for _, _, name in loaded if (found.key, name) not in bodies}  # the document is another by now
        there = [(size, name) for size, name in wanted if name not in gone]
        return [rows.channel_body(found, name, size, bodies.get((found.key, name))) for size, name in there]

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
        with self._read() as (reading, layout):
            found = self._find_writes(reading, layout, thread_id, checkpoint_ns, list(dict.fromkeys(checkpoint_ids)))
            kept = [pair for pair in ordered(found) if channels is None or pair[1].channel in channels]
            kept = kept[: budget.rows]
            keys = [item.key for item, _ in kept]
            sizes = dict(zip(keys, read_write_sizes(reading, keys), strict=True))
            blobs = read_blobs(reading, sizes, budget.bytes) if bodies else {}
        return [_with_body(row, sizes[item.key], blobs.get(item.key)) for item, row in kept]

    def read_grants(self, *, role: str) -> str:
        """The ACL line of a user that can read this store and nothing else. Raises `StoreError`, `ConfigError`."""
        with self._read() as (_, layout):
            return reader_grants(prefix=layout.prefix, write_prefix=layout.write_prefix, role=role)

    def guess_grants(self, *, role: str) -> str:
        """The same by what the URL says, and the savers' defaults, where the server cannot be asked."""
        layout = default_layout(prefix=self._url.prefix, write_prefix=self._url.write_prefix)
        return reader_grants(prefix=layout.prefix, write_prefix=layout.write_prefix, role=role)


def _with_body(row: WriteRow, size: int, blob: bytes | None) -> WriteRow:
    return replace(row, size_bytes=size if blob is None else len(blob), blob=blob)
