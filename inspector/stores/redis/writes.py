"""Pending writes, from their own search index.

The checkpoint's `has_writes` and the sorted set of write keys are not asked: put() sets the one back when the writes
came first, and the other is written after them.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence

from inspector.stores.base import WriteRow
from inspector.stores.documents import load_document
from inspector.stores.redis.client import Reading
from inspector.stores.redis.document import Document, unique_keys

#: Fields of a write without its body.
WRITE = ("task_id", "task_path", "idx", "channel", "type")
_BLOB = "$.blob"
_HEAVY = 20

Keyed = tuple[Document, WriteRow]


def ordered(found: Sequence[Document]) -> list[Keyed]:
    """The writes without bodies or sizes, in LangGraph's order."""
    rows = [(item, _row(item)) for item in unique_keys(found)]
    return sorted(rows, key=lambda pair: (pair[1].task_path, pair[1].task_id, pair[1].idx))


def read_write_sizes(reading: Reading, keys: Sequence[bytes]) -> list[int]:
    """Bytes of each body; 0 of one that is gone."""
    answers = reading.ask_all([("JSON.STRLEN", key, _BLOB) for key in keys], failing=True)
    return [_decoded_size(answer[0]) if isinstance(answer, list) and answer and answer[0] else 0 for answer in answers]


def read_blobs(reading: Reading, sizes: Mapping[bytes, int], budget: int) -> dict[bytes, bytes]:
    """Bodies by key, smallest first, until the budget is spent."""
    keys = []
    for key, size in sorted(sizes.items(), key=lambda item: item[1]):
        budget -= size
        if budget < 0:
            break
        keys.append(key)
    answers = reading.ask_all([("JSON.GET", key, _BLOB) for key in keys], at_once=_HEAVY)
    return {key: blob for key, answer in zip(keys, answers, strict=True) if (blob := _decoded(answer)) is not None}


def _row(found: Document) -> WriteRow:
    fields = found.fields
    idx = fields.get("idx")
    return WriteRow(
        checkpoint_ns=found.checkpoint_ns,
        checkpoint_id=found.checkpoint_id,
        task_id=str(fields.get("task_id") or ""),
        task_path=str(fields.get("task_path") or ""),
        idx=idx if isinstance(idx, int) else 0,
        channel=str(fields.get("channel") or ""),
        type=str(fields.get("type") or ""),
        size_bytes=0,
        blob=None,
    )


def _decoded_size(encoded: int) -> int:
    """Of base64, but for the one or two bytes that its padding hides."""
    return encoded // 4 * 3


def _decoded(answer: bytes | None) -> bytes | None:
    found = load_document(answer) if answer is not None else None
    text = found[0] if isinstance(found, list) and found else None
    if not isinstance(text, str):
        return None
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return text.encode("utf-8", "surrogateescape")  # the savers read it so, too
