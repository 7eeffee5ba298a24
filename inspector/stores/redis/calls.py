"""Calls of subgraphs, by the keys of their checkpoints."""

from __future__ import annotations

from collections.abc import Sequence

from inspector.stores.calls import CallPart, CallRow, group_calls
from inspector.stores.documents import as_mapping
from inspector.stores.redis.client import Reading
from inspector.stores.redis.document import Document
from inspector.stores.redis.pages import read_again
from inspector.stores.tally import host_of


def read_calls(
    reading: Reading, found: Sequence[Document], namespaces: Sequence[str], *, rows: int, host_keys: Sequence[str]
) -> list[CallRow]:
    """Without marks. `found` are all checkpoints of the thread, of which only those of these namespaces are read."""
    wanted = {name for name in namespaces if name}
    inside = [item for item in found if item.checkpoint_ns in wanted]
    newest = sorted(inside, key=lambda item: item.checkpoint_id, reverse=True)[:rows]
    parts = []
    for document in read_again(reading, newest, ("metadata",)):
        metadata = as_mapping(document.fields.get("metadata"))
        parents, host = as_mapping(metadata.get("parents")), host_of(metadata, host_keys)
        parts.append(CallPart(document.checkpoint_ns, document.checkpoint_id, parents, host))
    return group_calls(parts)
