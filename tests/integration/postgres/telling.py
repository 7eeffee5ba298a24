"""What the store says of threads, in a shape to be compared."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from inspector.stores.base import ThreadRow
from tests.integration.postgres.truth import Truth


def told(row: ThreadRow) -> Truth:
    """In the shape of the truth."""
    fields = {item.name: getattr(row, item.name) for item in dataclasses.fields(Truth)}
    return Truth(**{**fields, "hosts": dict(row.hosts), "metadata": dict(row.metadata)})


def by_id(rows: Iterable[ThreadRow]) -> dict[str, ThreadRow]:
    return {row.thread_id: row for row in rows}
