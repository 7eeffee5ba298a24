"""Database rows to the records of `stores.base`. A column that holds something unexpected becomes empty, never an
error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inspector.stores.base import ChannelBody, ChannelSize, CheckpointRow, NamespaceRow, WriteRow
from inspector.stores.documents import as_mapping, as_metadata, as_versions

Row = Mapping[str, Any]


def checkpoint_row(row: Row) -> CheckpointRow:
    return CheckpointRow(
        thread_id=row["thread_id"],
        checkpoint_ns=row["checkpoint_ns"],
        checkpoint_id=row["checkpoint_id"],
        parent_checkpoint_id=row["parent_checkpoint_id"] or None,
        ts=row["ts"] or "",
        version=_format(row["v"]),
        channel_versions=as_versions(row["channel_versions"]),
        versions_seen={node: as_versions(seen) for node, seen in as_mapping(row["versions_seen"]).items()},
        inline_values=as_mapping(row["inline_kept"]),
        inline_omitted=as_mapping(row["inline_left_out"]),
        metadata=as_metadata(row["metadata"]),
        size_bytes=row["document_bytes"] or 0,
    )


def channel_body(row: Row) -> ChannelBody:
    return ChannelBody(row["channel"], row["version"], row["type"], row["size_bytes"], row["blob"])


def own_body(row: Row) -> ChannelBody:
    """A value of the document, as JSON."""
    blob = row["body"].encode() if row["body"] is not None else None
    return ChannelBody(row["channel"], row["version"], "json", row["size_bytes"] if blob is None else len(blob), blob)


def channel_size(row: Row) -> ChannelSize:
    return ChannelSize(row["channel"], row["version"], row["type"], row["size_bytes"])


def write_row(row: Row) -> WriteRow:
    return WriteRow(
        checkpoint_ns=row["checkpoint_ns"],
        checkpoint_id=row["checkpoint_id"],
        task_id=row["task_id"],
        task_path=row["task_path"] or "",
        idx=row["idx"],
        channel=row["channel"],
        type=row["type"] or "",
        size_bytes=row["size_bytes"] or 0,
        blob=row["blob"],
    )


def namespace_row(row: Row) -> NamespaceRow:
    return NamespaceRow(row["checkpoint_ns"], row["checkpoints"], row["first_checkpoint_id"], row["last_checkpoint_id"])


def _format(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
