"""Documents to the records of `stores.base`, without ever fetching a document whole.

What a channel takes is JSON.DEBUG MEMORY's answer: bytes in the server's memory, mostly more than the value has as
JSON. It is an estimate; a body that was read has its exact size.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from inspector.domain.channels import decides_tasks
from inspector.errors import StoreError
from inspector.stores.base import ChannelBody, CheckpointRow
from inspector.stores.documents import as_mapping, as_metadata, as_versions, load_document
from inspector.stores.redis.client import Command, Reading
from inspector.stores.redis.document import NAMES, Document, read_documents
from inspector.stores.redis.keys import text

#: Fields of a `CheckpointRow`, and of one that is only counted.
ROW = (*NAMES, "parent_checkpoint_id", "metadata", "ts", "v", "channel_versions", "versions_seen")
COUNTED = ("parent_checkpoint_id", "metadata", "channel_versions", "versions_seen")
_VALUES = "$.checkpoint.channel_values"
_SIZES_AT_ONCE = 20
_BRACKETS = 2  #: of an answer, which is a list of what its path found

Sizes = dict[str, int]


def counted_row(found: Document) -> CheckpointRow:
    """A row without its values."""
    return _row(found, {}, 0)


def read_rows(reading: Reading, found: Sequence[Document], budget: int) -> list[CheckpointRow]:
    """The rows of these checkpoints, as far as they are still there, with the bodies of channels that decide tasks:
    smallest first, `budget` bytes of them."""
    keys = [item.key for item in found]
    documents = read_documents(reading, keys, ROW)
    sizes = read_sizes(reading, keys)
    there = [
        (document, size)
        for item, document, size in zip(found, documents, sizes, strict=True)
        if document is not None and document.checkpoint_id == item.checkpoint_id
    ]
    bodies = _read_control(reading, there, budget)
    return [_row(document, _own(document, size, bodies), sum(size.values())) for document, size in there]


def read_sizes(reading: Reading, keys: Sequence[bytes]) -> list[Sizes]:
    """What each channel takes, by name; nothing of a document that is gone."""
    commands: list[Command] = []
    for key in keys:
        commands += [("JSON.OBJKEYS", key, _VALUES), ("JSON.DEBUG", "MEMORY", key, f"{_VALUES}.*")]
    answers = reading.ask_all(commands, failing=True, at_once=_SIZES_AT_ONCE)
    return [_sizes(names, sizes) for names, sizes in zip(answers[::2], answers[1::2], strict=True)]


def read_bodies(reading: Reading, wanted: Sequence[tuple[Document, str]]) -> dict[tuple[bytes, str], bytes]:
    """JSON of channels, by key and channel. A shallow document may be another checkpoint's by now: that is left out."""
    commands: list[Command] = []
    for document, channel in wanted:
        commands += [("JSON.GET", document.key, _path(channel)), ("JSON.GET", document.key, "$.checkpoint_id")]
    answers = reading.ask_all(commands)
    found: dict[tuple[bytes, str], bytes] = {}
    for (document, channel), body, read_id in zip(wanted, answers[::2], answers[1::2], strict=True):
        same = read_id is not None and load_document(read_id) == [document.fields["checkpoint_id"]]
        if same and body is not None and len(body) > _BRACKETS:
            found[document.key, channel] = body[1:-1]  # parsing it is the decoder's work
    return found


def _read_control(
    reading: Reading, there: Sequence[tuple[Document, Sizes]], budget: int
) -> dict[tuple[bytes, str], bytes]:
    wanted = [
        (size, document, channel)
        for document, sizes in there
        for channel, size in sizes.items()
        if decides_tasks(channel)
    ]
    return read_bodies(reading, [(item[1], item[2]) for item in within(wanted, budget)])


def within(sized: Iterable[tuple[int, Document, str]], budget: int) -> list[tuple[int, Document, str]]:
    """Smallest first, until the budget is spent."""
    kept = []
    for item in sorted(sized, key=lambda item: (item[0], item[2], item[1].key)):
        budget -= item[0]
        if budget < 0:
            break
        kept.append(item)
    return kept


def _own(document: Document, sizes: Sizes, bodies: Mapping[tuple[bytes, str], bytes]) -> dict[str, ChannelBody]:
    return {
        channel: channel_body(document, channel, size, bodies.get((document.key, channel)))
        for channel, size in sizes.items()
    }


def read_bytes(row: CheckpointRow) -> int:
    """About what was read of a document: versions, metadata, and the bodies that came with it."""
    versions = sum(len(channel) + 64 for channel in row.channel_versions) + 128 * len(row.versions_seen)
    bodies = sum(len(body.blob) for body in row.own_bodies.values() if body.blob is not None)
    return versions + len(json.dumps(row.metadata)) + bodies


def channel_body(document: Document, channel: str, size: int, blob: bytes | None) -> ChannelBody:
    version = str(as_mapping(document.fields.get("channel_versions")).get(channel, ""))
    return ChannelBody(channel, version, "json", size if blob is None else len(blob), blob)


def _row(found: Document, own: dict[str, ChannelBody], size_bytes: int) -> CheckpointRow:
    fields = found.fields
    version = fields.get("v")
    return CheckpointRow(
        thread_id=found.thread_id,
        checkpoint_ns=found.checkpoint_ns,
        checkpoint_id=found.checkpoint_id,
        parent_checkpoint_id=_text(fields.get("parent_checkpoint_id")) or None,
        ts=_text(fields.get("ts")),
        version=version if isinstance(version, int) else 0,
        channel_versions=as_versions(fields.get("channel_versions")),
        versions_seen={node: as_versions(seen) for node, seen in as_mapping(fields.get("versions_seen")).items()},
        inline_values={},
        inline_omitted={},
        metadata=as_metadata(fields.get("metadata")),
        size_bytes=size_bytes,
        own_bodies=own,
    )


def _sizes(names: Any, sizes: Any) -> Sizes:
    if isinstance(names, StoreError) or isinstance(sizes, StoreError):
        return {}
    channels = names[0] if names and isinstance(names[0], list) else []
    if len(channels) != len(sizes):  # a shallow saver has written in between
        return dict.fromkeys(map(text, channels), 0)
    return {text(channel): int(size) for channel, size in zip(channels, sizes, strict=True)}


def _path(channel: str) -> str:
    escaped = channel.replace("\\", "\\\\").replace('"', '\\"')
    return f'{_VALUES}["{escaped}"]'


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
