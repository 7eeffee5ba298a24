"""Calls of subgraphs, in one snapshot."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from inspector.stores.calls import CallPart, CallRow, Place, group_calls, with_marks
from inspector.stores.documents import as_mapping, as_metadata, load_document
from inspector.stores.sqlite.reading import Reading
from inspector.stores.sqlite.rows import as_bytes
from inspector.stores.tally import host_of


def read_calls(
    reading: Reading, thread_id: str, namespaces: Sequence[str], *, rows: int, host_keys: Sequence[str]
) -> list[CallRow]:
    """`namespaces` are such as SQLite's JSON can name."""
    given = {"thread_id": thread_id, "namespaces": json.dumps(list(namespaces)), "rows": rows}
    parts = []
    for row in reading.select("calls", given):
        metadata = as_metadata(load_document(as_bytes(row["metadata"])))
        place = str(row["checkpoint_ns"]), str(row["checkpoint_id"])
        parts.append(CallPart(*place, as_mapping(metadata.get("parents")), host_of(metadata, host_keys)))
    calls = group_calls(parts)
    marks = reading.select("marks_at", _at(thread_id, (call.last for call in calls)))
    stored = reading.select("stored_at", _at(thread_id, (call.caller for call in calls)))
    return with_marks(calls, (tuple(row) for row in marks), {tuple(row) for row in stored})


def _at(thread_id: str, places: Iterable[Place]) -> dict[str, str]:
    listed = [place for place in dict.fromkeys(places) if "\0" not in "".join(place)]
    return {"thread_id": thread_id, "places": json.dumps(listed)}
