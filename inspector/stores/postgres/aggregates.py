"""Exact aggregates of some threads, all from one snapshot: what the index keeps of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from inspector.domain.channels import decides_tasks
from inspector.stores.base import ChannelBody, CheckpointRow, Head, ThreadRow, WriteRow
from inspector.stores.documents import as_metadata
from inspector.stores.guard import Limits
from inspector.stores.postgres import rows
from inspector.stores.postgres.layout import Layout
from inspector.stores.postgres.session import Cursor


def read_thread_rows(
    cursor: Cursor, layout: Layout, thread_ids: list[str], host_keys: list[str], limits: Limits
) -> list[ThreadRow]:
    """One `ThreadRow` for each of `thread_ids` that has a checkpoint."""
    ids = {"thread_ids": thread_ids}
    aggregates = cursor.execute(layout.query("thread_aggregates"), ids).fetchall()
    if not aggregates:
        return []
    hosts: dict[str, dict[str, int]] = defaultdict(dict)
    for row in cursor.execute(layout.query("thread_hosts"), {**ids, "host_keys": host_keys}):
        hosts[row["thread_id"]][row["host"]] = row["checkpoints"]
    writes = {row["thread_id"]: row["writes"] for row in cursor.execute(layout.query("thread_write_counts"), ids)}
    metadata = {
        row["thread_id"]: as_metadata(row["metadata"]) for row in cursor.execute(layout.query("thread_metadata"), ids)
    }
    heads = _read_heads(cursor, layout, thread_ids, limits)
    return [
        _thread_row(row, hosts[row["thread_id"]], writes, metadata, heads.get(row["thread_id"])) for row in aggregates
    ]


def _thread_row(
    row: rows.Row,
    hosts: Mapping[str, int],
    writes: Mapping[str, int],
    metadata: Mapping[str, dict[str, Any]],
    head: Head | None,
) -> ThreadRow:
    thread_id = row["thread_id"]
    return ThreadRow(
        thread_id=thread_id,
        turns=row["turns"],
        turns_is_lower_bound=row["turns_is_lower_bound"],
        checkpoints=row["checkpoints"],
        writes=writes.get(thread_id, 0),
        namespaces=row["namespaces"],
        last_checkpoint_id=row["last_checkpoint_id"],
        first_root_id=row["first_root_id"],
        last_root_id=row["last_root_id"],
        siblings=row["siblings"],
        clock_skew=row["clock_skew"],
        rebuilt_values=row["rebuilt_values"],
        hosts=hosts,
        metadata=metadata.get(thread_id, {}),
        head=head,
    )


def _read_heads(cursor: Cursor, layout: Layout, thread_ids: list[str], limits: Limits) -> dict[str, Head]:
    given = {"thread_ids": thread_ids, "inline_bytes": limits.inline_bytes}
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
