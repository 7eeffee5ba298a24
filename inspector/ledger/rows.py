"""What the ledgers store, as records. A row that no probe of this version wrote is left out, not an error."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from inspector.ledger.base import Counted, Heard, Workers
from inspector.ledger.sound import is_sound, is_text, is_time
from inspector.probe.ledger_schema import Place, Read, WorkerReport

#: Rows of one thread that are read at most, those heard of last: one a worker and place, with and without recent reads.
RECENT_ROWS = 200
COUNT_ROWS = 1_000
#: Rows that one read of many threads' counts returns at most.
ROWS = 50_000
#: Characters of a host's name. Longer ones are cut here, where they come in, so that every page has the same names.
NAME = 255


@dataclass(frozen=True, slots=True)
class CountedRow:
    """One stored row of counters, with the errors and recent reads that were asked for."""

    thread_id: str
    worker_id: str
    slot: int
    reads: int
    misses: int
    checkpoints: int
    writes: int
    first_at: float
    last_at: float
    last_read_at: float | None
    last_miss_at: float | None
    recent: tuple[Read, ...] = ()
    errors: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Worker:
    """What is known of a worker whose counts are shown. `places` by slot."""

    hostname: str
    places: Mapping[int, Place]


NOBODY = Worker("", {})


def parse_report(text: str | bytes) -> WorkerReport | None:
    try:
        report = WorkerReport.from_json(json.loads(text))
    except (ValueError, RecursionError):
        return None
    return replace(report, hostname=report.hostname[:NAME]) if is_sound(report) else None


def heard(rows: Sequence[tuple[str | bytes | None, Any]], limit: int) -> Workers:
    """What a read of up to `limit + 1` reports found: (report, seconds since it came in), newest first."""
    found = [
        Heard(report, max(0.0, float(ago)))
        for text, ago in rows[:limit]
        if text is not None and is_time(ago) and (report := parse_report(text)) is not None
    ]
    return Workers(tuple(found), more=len(rows) > limit)


def parse_reads(texts: Iterable[Any]) -> tuple[Read, ...]:
    return tuple(read for text in texts if isinstance(text, str) and (read := _parse_read(text)) is not None)


def _parse_read(text: str) -> Read | None:
    """None for one that cannot be read, which says nothing about the others."""
    try:
        read = Read.from_text(text)
    except ValueError:
        return None
    return read if is_sound(read) else None


def worker_of(hostname: Any, report: str | bytes) -> Worker:
    parsed = parse_report(report)
    name = hostname[:NAME] if is_text(hostname) else ""
    return Worker(name, {place.slot: place for place in parsed.places} if parsed else {})


def counted_row(
    row: Mapping[str, Any], asked: Mapping[str, str], errors: Mapping[tuple[str, int], Mapping[str, int]]
) -> CountedRow | None:
    """A row of the table of counts. `asked` has the thread_ids as they were asked for, by key."""
    found = CountedRow(
        thread_id=asked[row["thread_key"]],
        worker_id=row["worker_id"],
        slot=row["slot"],
        reads=row["reads"],
        misses=row["misses"],
        checkpoints=row["checkpoints"],
        writes=row["writes"],
        first_at=row["first_at"],
        last_at=row["last_at"],
        last_read_at=row["last_read_at"],
        last_miss_at=row["last_miss_at"],
        recent=parse_reads(row["recent"]),
        errors=errors.get((row["worker_id"], row["slot"]), {}),
    )
    return found if is_sound(found, but="thread_id") else None


def counted(row: CountedRow, worker: Worker) -> Counted:
    return Counted(
        thread_id=row.thread_id,
        worker_id=row.worker_id,
        hostname=worker.hostname,
        place=worker.places.get(row.slot),
        reads=row.reads,
        misses=row.misses,
        checkpoints=row.checkpoints,
        writes=row.writes,
        first_at=row.first_at,
        last_at=row.last_at,
        last_read_at=row.last_read_at,
        last_miss_at=row.last_miss_at,
        errors=row.errors,
        recent=row.recent,
    )


def cut_of(asked: Mapping[str, str], rows: Iterable[tuple[str, int]], of_one: int, *, full: bool) -> frozenset[str]:
    """Which of the threads `asked` (ids by key) a read told less of than there is. `rows` are the (key, number of rows
    that its thread has) that it found, `full` says that it stopped at its bound for all threads together."""
    totals: dict[str, int] = {}
    found: Counter[str] = Counter()
    for key, total in rows:
        totals[key] = total
        found[key] += 1
    cut = {key for key, total in totals.items() if total > of_one or (full and total > found[key])}
    unreached = asked.keys() - totals.keys() if full else set()
    return frozenset(asked[key] for key in cut | unreached)


def errors_by_place(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, int], dict[str, int]]:
    """Rows of (worker_id, slot, error, count), by worker and slot."""
    found: dict[tuple[str, int], dict[str, int]] = {}
    for row in rows:
        found.setdefault((row["worker_id"], row["slot"]), {})[row["error"]] = row["count"]
    return found
