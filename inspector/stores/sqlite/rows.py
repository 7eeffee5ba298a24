"""Database rows to the records of `stores.base`. What holds something unexpected becomes empty, never an error."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from inspector.domain.channels import decides_tasks
from inspector.domain.value import Json
from inspector.msgpack_format import Watch
from inspector.stores.base import ChannelBody, CheckpointRow, NamespaceRow, ThreadCount, WriteRow
from inspector.stores.documents import as_mapping, as_metadata, as_versions, load_document
from inspector.stores.sqlite.document import Document, Span, read_document
from inspector.stores.sqlite.known import KNOWN

#: Types of the serializer whose documents can be looked into: today's, and the one before.
MSGPACK, JSON = "msgpack", "json"


@dataclass(slots=True)
class Room:
    """What a read may still hand over, in bytes: `control` for values that decide what runs next, `inline` for each
    value of a JSON document."""

    control: int
    inline: int
    values: bool = True  #: whether anyone asks where the values of msgpack documents lie


@dataclass(frozen=True, slots=True)
class Found:
    """A row and how it was read. `document` is None where it could not be looked into, as when it is encrypted."""

    row: CheckpointRow
    data: bytes
    document: Document | None
    metadata_bytes: int = 0

    @property
    def is_whole(self) -> bool:
        return self.document is not None and self.document.is_whole

    @property
    def spans(self) -> Mapping[str, Span]:
        """Where the document's values lie in `data`."""
        return self.document.values if self.document is not None else {}

    def body(self, channel: str, *, load: bool) -> ChannelBody:
        """A value of `spans`, with its bytes where they are to be loaded."""
        start, end = self.spans[channel]
        version = str(self.row.channel_versions.get(channel, ""))
        return ChannelBody(channel, version, MSGPACK, end - start, self.data[start:end] if load else None)

    @property
    def handed_bytes(self) -> int:
        """What the row takes up without the values that stay in the store."""
        values = self.spans.values()
        bodies = sum(len(body.blob) for body in self.row.own_bodies.values() if body.blob is not None)
        return self.metadata_bytes + len(self.data) - sum(end - start for start, end in values) + bodies


def read_row(row: sqlite3.Row, watch: Watch, room: Room) -> Found:
    """Raises what `watch.look` does."""
    data = as_bytes(row["checkpoint"])
    kind = str(row["type"] or (JSON if data.startswith(b"{") else MSGPACK))
    document, inline = _document(kind, data, watch, values=room.values)
    kept, omitted = _parted(inline, room.inline)
    known = document or Document()
    stored = as_bytes(row["metadata"])
    metadata = load_document(stored)
    return Found(
        CheckpointRow(
            thread_id=_text(row["thread_id"]),
            checkpoint_ns=_text(row["checkpoint_ns"]),
            checkpoint_id=_text(row["checkpoint_id"]),
            parent_checkpoint_id=_text(row["parent_checkpoint_id"]) or None,
            ts=known.ts,
            version=known.version,
            channel_versions=known.channel_versions,
            versions_seen=known.versions_seen,
            inline_values=kept,
            inline_omitted=omitted,
            metadata=as_metadata(metadata),
            size_bytes=row["size_bytes"],
            own_bodies={
                channel: _body(data, channel, span, known, room if decides_tasks(channel) else None)
                for channel, span in known.values.items()
            },
            is_whole=known.is_whole and (isinstance(metadata, dict) or not stored),
        ),
        data,
        document,
        len(stored),
    )


def namespace_row(row: sqlite3.Row) -> NamespaceRow:
    first, last = _text(row["first_checkpoint_id"]), _text(row["last_checkpoint_id"])
    return NamespaceRow(_text(row["checkpoint_ns"]), row["checkpoints"], first, last)


def thread_count(row: sqlite3.Row) -> ThreadCount:
    return ThreadCount(_text(row["thread_id"]), row["checkpoints"], row["writes"], _text(row["last_checkpoint_id"]))


def write_row(row: sqlite3.Row, blob: bytes | None = None) -> WriteRow:
    return WriteRow(
        checkpoint_ns=_text(row["checkpoint_ns"]),
        checkpoint_id=_text(row["checkpoint_id"]),
        task_id=_text(row["task_id"]),
        task_path=_text(row["task_path"]),
        idx=row["idx"] if isinstance(row["idx"], int) else 0,
        channel=_text(row["channel"]),
        type=_text(row["type"]),
        size_bytes=row["size_bytes"],
        blob=blob,
    )


def _document(kind: str, data: bytes, watch: Watch, *, values: bool) -> tuple[Document | None, Mapping[str, Json]]:
    """The document and, of a JSON one, its values: they are parsed along with it."""
    if kind == MSGPACK:
        return (KNOWN.read(data, watch) if values else read_document(data, watch, values=False)), {}
    if kind != JSON:
        return None, {}
    parsed = as_mapping(load_document(data))
    version = parsed.get("v")
    document = Document(
        ts=_text(parsed.get("ts")),
        version=version if isinstance(version, int) else 0,
        channel_versions=as_versions(parsed.get("channel_versions")),
        versions_seen={node: as_versions(seen) for node, seen in as_mapping(parsed.get("versions_seen")).items()},
        is_whole=bool(parsed),
    )
    return document, as_mapping(parsed.get("channel_values"))


def _parted(inline: Mapping[str, Json], limit: int) -> tuple[dict[str, Json], dict[str, int]]:
    sizes = {channel: len(json.dumps(value).encode()) for channel, value in inline.items()}
    kept = {channel: value for channel, value in inline.items() if sizes[channel] <= limit}
    return kept, {channel: size for channel, size in sizes.items() if channel not in kept}


def _body(data: bytes, channel: str, span: Span, known: Document, room: Room | None) -> ChannelBody:
    """With its bytes where there is room for them."""
    start, end = span
    size, version = end - start, str(known.channel_versions.get(channel, ""))
    if room is None or size > room.control:
        return ChannelBody(channel, version, MSGPACK, size, None)
    room.control -= size
    return ChannelBody(channel, version, MSGPACK, size, data[start:end])


def as_bytes(stored: object) -> bytes:
    """SQLite keeps what it is given: a column of blobs may hold text."""
    if isinstance(stored, str):
        return stored.encode("utf-8", "replace")
    return stored if isinstance(stored, bytes) else b""


def _text(stored: object) -> str:
    return stored if isinstance(stored, str) else as_bytes(stored).decode("utf-8", "replace")
