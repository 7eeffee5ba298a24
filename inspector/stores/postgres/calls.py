"""Calls of subgraphs, in one snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from inspector.stores.calls import CallPart, CallRow, Place, group_calls, with_marks
from inspector.stores.documents import as_mapping
from inspector.stores.postgres.layout import Layout
from inspector.stores.postgres.parameters import storable
from inspector.stores.postgres.pool import Cursor
from inspector.stores.tally import host_of


def read_calls(
    cursor: Cursor, layout: Layout, thread_id: str, namespaces: Sequence[str], *, rows: int, host_keys: Sequence[str]
) -> list[CallRow]:
    wanted = [name for name in namespaces if name and storable(name)]
    if not wanted or not storable(thread_id):
        return []
    given = {"thread_id": thread_id, "namespaces": wanted, "rows": rows}
    keys = [key for key in host_keys if storable(key)]
    found = cursor.execute(layout.query("calls"), {**given, "host_keys": keys}).fetchall()
    calls = group_calls(
        CallPart(
            row["checkpoint_ns"],
            row["checkpoint_id"],
            as_mapping(row["parents"]),
            host_of(as_mapping(row["named"]), keys),
        )
        for row in found
    )
    marks = cursor.execute(layout.query("marks_at"), _at(thread_id, (call.last for call in calls))).fetchall()
    callers = (call.caller for call in calls if storable(*call.caller))
    stored = cursor.execute(layout.query("stored_at"), _at(thread_id, callers)).fetchall()
    return with_marks(
        calls,
        [(row["checkpoint_ns"], row["checkpoint_id"], row["channel"]) for row in marks],
        {(row["checkpoint_ns"], row["checkpoint_id"]) for row in stored},
    )


def _at(thread_id: str, places: Iterable[Place]) -> dict[str, Any]:
    listed = list(dict.fromkeys(places))
    return {
        "thread_id": thread_id,
        "namespaces": [checkpoint_ns for checkpoint_ns, _ in listed],
        "checkpoint_ids": [checkpoint_id for _, checkpoint_id in listed],
    }
