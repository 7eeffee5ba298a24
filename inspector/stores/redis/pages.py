"""Pages of a namespace: its checkpoints within a budget, some fields of many, and the rows of its outline."""

from __future__ import annotations

from collections.abc import Sequence

from inspector.stores.base import CheckpointRow, OutlineRow, ReadBudget
from inspector.stores.documents import as_mapping
from inspector.stores.outline import outline_row
from inspector.stores.redis import rows
from inspector.stores.redis.client import Reading
from inspector.stores.redis.document import NAMES, Document, read_documents
from inspector.stores.tally import host_of

#: Fields of an `OutlineRow`.
OUTLINE = ("parent_checkpoint_id", "metadata", "ts")
#: Rows read at once, between two looks at the budget, and at first.
_ROWS, _FIRST_ROWS = 50, 10


def read_within(
    reading: Reading, found: Sequence[Document], budget: ReadBudget, control_bytes: int
) -> tuple[list[CheckpointRow], int]:
    """Rows within the budget, one at least, and how many of `found` were looked at. What a row takes is known when it
    is read, so each step is as long as the rows so far allow."""
    kept: list[CheckpointRow] = []
    spent, number, step = 0, 0, _FIRST_ROWS
    while number < min(len(found), budget.rows) and (spent < budget.bytes or not kept):
        part = found[number : min(number + step, budget.rows)]
        some = rows.read_rows(reading, part, min(control_bytes, budget.bytes))
        spent += sum(map(rows.read_bytes, some))
        kept += some
        number += len(part)
        step = max(1, min(_ROWS, (budget.bytes - spent) * number // max(1, spent)))
    return kept, number


def read_again(reading: Reading, found: Sequence[Document], fields: Sequence[str]) -> list[Document]:
    """Those that are still there, with more of their fields. A shallow document may be another checkpoint's by now:
    that is left out."""
    documents = read_documents(reading, [item.key for item in found], (*NAMES, *fields))
    return [
        document
        for item, document in zip(found, documents, strict=True)
        if document is not None and document.checkpoint_id == item.checkpoint_id
    ]


def outline(found: Document, host_keys: Sequence[str]) -> OutlineRow:
    metadata = as_mapping(found.fields.get("metadata"))
    parent, ts = (found.fields.get(name) for name in ("parent_checkpoint_id", "ts"))
    return outline_row(
        found.checkpoint_id,
        parent if isinstance(parent, str) and parent else None,
        metadata,
        hostname=host_of(metadata, host_keys),
        ts=ts if isinstance(ts, str) else "",
    )
