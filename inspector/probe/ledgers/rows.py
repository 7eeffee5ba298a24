"""A batch as the rows that every kind of ledger stores."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inspector.probe.ledger_schema import RECENT_READS, Batch, ThreadCounts, WorkerReport, storable, thread_key


@dataclass(slots=True)
class CountRow:
    """What a batch adds to one (thread, place) of its worker. Texts are storable. Never changed, and not frozen only
    because it takes three times as long to make one that is."""

    thread_key: str
    slot: int
    thread_id: str
    reads: int
    misses: int
    checkpoints: int
    writes: int
    first_at: float
    last_at: float
    last_read_at: float | None
    last_miss_at: float | None
    recent: tuple[str, ...]  #: oldest first, as `Read.to_text` writes them
    errors: Mapping[str, int]

    def columns(self) -> dict[str, Any]:
        """By name, without the errors. `dataclasses.asdict` copies every value, which takes ten times as long, and the
        time is taken from the agent."""
        return {name: getattr(self, name) for name in _COLUMNS}


_COLUMNS = tuple(name for name in CountRow.__dataclass_fields__ if name != "errors")


def count_rows(batch: Batch) -> list[CountRow]:
    """One row for each (thread, place), in the order of their keys. An id and its storable form are one thread."""
    rows: dict[tuple[str, int], CountRow] = {}
    for counts in batch.counts:
        row = _row(counts)
        known = rows.get((row.thread_key, row.slot))
        rows[row.thread_key, row.slot] = _added(known, row) if known else row
    return [rows[key] for key in sorted(rows)]


def report_json(report: WorkerReport) -> str:
    """JSON that every ledger can hold."""
    data = report.to_json()
    text = json.dumps(data, ensure_ascii=False)
    if text.isascii() and "\\u0000" not in text:  # as nearly always, and much faster to see than to look at each value
        return text
    return json.dumps(_storable(data), ensure_ascii=False)


def _row(counts: ThreadCounts) -> CountRow:
    errors: dict[str, int] = {}
    for name, count in counts.errors.items():
        errors[storable(name)] = errors.get(storable(name), 0) + count
    return CountRow(
        thread_key=thread_key(counts.thread_id),
        slot=counts.slot,
        thread_id=storable(counts.thread_id),
        reads=counts.reads,
        misses=counts.misses,
        checkpoints=counts.checkpoints,
        writes=counts.writes,
        first_at=counts.first_at,
        last_at=counts.last_at,
        last_read_at=counts.last_read_at,
        last_miss_at=counts.last_miss_at,
        recent=tuple(storable(read.to_text()) for read in counts.recent[-RECENT_READS:]),
        errors=errors,
    )


def _added(old: CountRow, new: CountRow) -> CountRow:
    return CountRow(
        thread_key=old.thread_key,
        slot=old.slot,
        thread_id=old.thread_id,
        reads=old.reads + new.reads,
        misses=old.misses + new.misses,
        checkpoints=old.checkpoints + new.checkpoints,
        writes=old.writes + new.writes,
        first_at=min(old.first_at, new.first_at),
        last_at=max(old.last_at, new.last_at),
        last_read_at=latest(old.last_read_at, new.last_read_at),
        last_miss_at=latest(old.last_miss_at, new.last_miss_at),
        recent=(old.recent + new.recent)[-RECENT_READS:],
        errors={name: old.errors.get(name, 0) + new.errors.get(name, 0) for name in {**old.errors, **new.errors}},
    )


def latest(one: float | None, other: float | None) -> float | None:
    return max((at for at in (one, other) if at is not None), default=None)


def _storable(value: Any) -> Any:
    match value:
        case str():
            return storable(value)
        case Mapping():
            return {storable(str(name)): _storable(item) for name, item in value.items()}
        case list() | tuple():
            return [_storable(item) for item in value]
        case _:
            return value
