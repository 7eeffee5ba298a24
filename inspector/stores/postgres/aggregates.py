"""Exact aggregates of some threads, all from one snapshot: what the index keeps of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, LiteralString

from psycopg.rows import tuple_row

from inspector.domain.channels import decides_tasks
from inspector.domain.coordinates import is_usual_id
from inspector.stores.base import ChannelBody, CheckpointRow, Head, ThreadRow, WriteRow
from inspector.stores.documents import as_metadata, load_document
from inspector.stores.guard import Limits
from inspector.stores.postgres import rows
from inspector.stores.postgres.layout import Layout
from inspector.stores.postgres.pool import Cursor

#: Between the hosts of a thread's rows, as the query puts them together.
_BETWEEN = "\x1f"
_HOST_LENGTH = 255
#: How a value begins, or reads, that is no text or number but was turned into text with them.
_NO_HOST = ("{", "[", "true", "false")
#: What a row's metadata always holds. Whether it holds more is told by its host, unless that lies under one of these.
_OWN_KEYS = frozenset({"source", "step", "parents", "counters_since_delta_snapshot"})
_NAMED: LiteralString = """case when jsonb_typeof(metadata) = 'object'
    then metadata - array['source', 'step', 'parents', 'counters_since_delta_snapshot'] <> '{}' end"""
_HOSTED: LiteralString = "host <> '' or " + _NAMED


@dataclass(frozen=True, slots=True)
class Part:
    """Some threads: a condition on `thread_id`, and its parameters."""

    condition: LiteralString
    given: Mapping[str, Any]


def of_ids(thread_ids: Sequence[str]) -> Part:
    return Part("thread_id = any(%(thread_ids)s)", {"thread_ids": list(thread_ids)})


def read_thread_rows(
    cursor: Cursor, layout: Layout, part: Part, host_keys: Sequence[str], limits: Limits
) -> list[ThreadRow]:
    """One `ThreadRow` for each thread of the part that has a checkpoint, in the store's order."""
    cursor.execute(layout.query("in_place_order"))
    query = layout.query("threads").replace("{named}", _NAMED if _OWN_KEYS & set(host_keys) else _HOSTED)
    query = query.replace("{host}", _host_of(len(host_keys)))
    query = query.replace("{range}", part.condition)
    keys = {f"host_{number}": key for number, key in enumerate(host_keys)}
    with cursor.connection.cursor(row_factory=tuple_row) as plain:
        found = plain.execute(query, {**part.given, **keys}).fetchall()
    special = _Special(cursor, layout, limits, list(host_keys))
    threads = [special.thread_row(row) for row in found]
    return special.complete(threads)


def _host_of(keys: int) -> LiteralString:
    """What the first of so many keys holds, as text whatever it is."""
    names: LiteralString = ""
    for number in range(keys):
        names += "nullif(metadata ->> %(host_" + _digits(number) + ")s::text, ''), "
    return "coalesce(" + names + "'')"


def _digits(number: int) -> LiteralString:
    digits: tuple[LiteralString, ...] = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9")
    return digits[number] if number < len(digits) else _digits(number // 10) + digits[number % 10]


class _Special:
    """Notes, while rows become records, which threads need more than the one pass over all of them tells."""

    def __init__(self, cursor: Cursor, layout: Layout, limits: Limits, host_keys: list[str]) -> None:
        self._cursor = cursor
        self._layout = layout
        self._limits = limits
        self._host_keys = host_keys
        self._odd: list[str] = []
        self._unsettled: dict[str, str] = {}  #: their newest root checkpoints
        self._nameless: list[str] = []  #: their newest root checkpoint does not tell, or tells too much
        self._hosts: list[str] = []

    def thread_row(self, row: tuple[Any, ...]) -> ThreadRow:
        (thread_id, turns, checkpoints, writes, namespaces, last_id, first_root_id, last_root_id) = row[:8]
        (rebuilt, hosts, odd, settled, named, metadata) = row[8:]
        if odd:
            self._odd.append(thread_id)
        if not (settled and is_usual_id(last_id) and is_usual_id(first_root_id)):  # else the document tells the time
            self._unsettled[thread_id] = last_root_id
        if named and metadata is None:
            self._nameless.append(thread_id)
        return ThreadRow(
            thread_id,
            turns,
            False,
            checkpoints,
            writes,
            namespaces,
            last_id,
            first_root_id,
            last_root_id,
            False,
            False,
            rebuilt is True,
            self._count_hosts(thread_id, hosts, checkpoints),
            as_metadata(load_document(metadata)) if metadata else {},
            None,
        )

    def _count_hosts(self, thread_id: str, told: str, checkpoints: int) -> Mapping[str, int]:
        hosts = told.split(_BETWEEN)
        counts = {host: hosts.count(host) for host in set(hosts)}
        if len(hosts) != checkpoints or any(host.startswith(_NO_HOST) or len(host) > _HOST_LENGTH for host in counts):
            self._hosts.append(thread_id)
        return counts

    def complete(self, threads: list[ThreadRow]) -> list[ThreadRow]:
        changes: dict[str, dict[str, Any]] = defaultdict(dict)
        self._add_odd(changes)
        self._add_hosts(changes)
        self._add_metadata(changes)
        for thread_id, head in read_heads(self._cursor, self._layout, self._unsettled, self._limits).items():
            changes[thread_id]["head"] = head
        return [replace(row, **changes[row.thread_id]) if row.thread_id in changes else row for row in threads]

    def _add_odd(self, changes: dict[str, dict[str, Any]]) -> None:
        for row in self._ask("thread_aggregates", self._odd):
            changes[row.pop("thread_id")].update(row)

    def _add_hosts(self, changes: dict[str, dict[str, Any]]) -> None:
        for row in self._ask("thread_hosts", self._hosts, host_keys=self._host_keys):
            changes[row["thread_id"]].setdefault("hosts", {})[row["host"]] = row["checkpoints"]

    def _add_metadata(self, changes: dict[str, dict[str, Any]]) -> None:
        for row in self._ask("thread_metadata", self._nameless):
            changes[row["thread_id"]]["metadata"] = as_metadata(row["metadata"])

    def _ask(self, query: str, thread_ids: list[str], **given: Any) -> list[dict[str, Any]]:
        if not thread_ids:
            return []
        return self._cursor.execute(self._layout.query(query), {"thread_ids": thread_ids, **given}).fetchall()


def read_heads(cursor: Cursor, layout: Layout, newest: Mapping[str, str], limits: Limits) -> dict[str, Head]:
    """The heads of threads, by the ids of their newest root checkpoints."""
    if not newest:
        return {}
    given = {"threads": list(newest), "newest": list(newest.values()), "inline_bytes": limits.inline_bytes}
    found = [rows.checkpoint_row(row) for row in cursor.execute(layout.query("thread_heads"), given)]
    control = _read_control(cursor, layout, found, limits)
    marks: dict[str, list[WriteRow]] = defaultdict(list)
    asked = {
        "thread_ids": [row.thread_id for row in found],
        "checkpoint_ids": [row.checkpoint_id for row in found],
        "rows": limits.marks,
    }
    for row in cursor.execute(layout.query("head_writes"), asked):
        marks[row["thread_id"]].append(rows.write_row(row))
    return {row.thread_id: Head(row, tuple(control[row.thread_id]), tuple(marks[row.thread_id])) for row in found}


def _read_control(
    cursor: Cursor, layout: Layout, heads: Sequence[CheckpointRow], limits: Limits
) -> dict[str, list[ChannelBody]]:
    wanted = [
        (head.thread_id, channel, str(version))
        for head in heads
        for channel, version in head.channel_versions.items()
        if decides_tasks(channel) and channel not in head.inline_values
    ]
    control: dict[str, list[ChannelBody]] = defaultdict(list)
    if not wanted:
        return control
    given = {
        "thread_ids": [item[0] for item in wanted],
        "channels": [item[1] for item in wanted],
        "versions": [item[2] for item in wanted],
        "bytes": limits.control_bytes,
    }
    for row in cursor.execute(layout.query("head_control"), given):
        control[row["thread_id"]].append(rows.channel_body(row))
    return control
