"""Whose turns a thread holds: owners and hosts that its newest checkpoints name, read from the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from inspector.doctor.case import Case
from inspector.reader.history import first_text
from inspector.stores.base import ReadBudget

#: Newest checkpoints of a thread that are looked at.
PAGE = ReadBudget(rows=400, bytes=2_000_000)


@dataclass(frozen=True, slots=True)
class Named:
    """Checkpoints by what their metadata says. Those that name nobody are in neither."""

    owners: Mapping[str, int]
    hosts: Mapping[str, int]
    checkpoints: int


def read_named(case: Case, thread_id: str) -> Named:
    """One short read. Raises `StoreError`."""
    reader = case.reader
    rows = reader.store.read_checkpoints(thread_id, "", budget=PAGE).rows
    owners = Counter(first_text(reader.sight.see_metadata(row.metadata), reader.owner_keys) for row in rows)
    hosts = Counter(first_text(row.metadata, reader.host_keys) for row in rows)
    return Named(_without_none(owners), _without_none(hosts), len(rows))


def _without_none(counts: Counter[str]) -> dict[str, int]:
    return {name: count for name, count in counts.most_common() if name}
