"""Reads of a thread, put between its steps.

A read belongs where its time is, by the worker's clock as the steps' times are. Where clocks differ, one thing is
certain: it came after the checkpoint that it found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from inspector.domain.coordinates import time_of
from inspector.index.places import Places, places_of
from inspector.index.workers import Asked, Owned, own, sum_up
from inspector.ledger.base import Counted, Counts, LedgerReader
from inspector.reader import Reader
from inspector.views.contexts import CheckpointItem, ReadGap, ReadItem, ReadLine, ReadMark, WorkerError
from inspector.views.ledger import ask_ledger
from inspector.views.processes import time_at

#: Lines of reads that one gap shows, and a page: beyond that, a line tells of several hosts.
GAP_LINES = 6
PAGE_LINES = 60


@dataclass(frozen=True, slots=True)
class ThreadReads:
    """What the ledger tells of one thread in this store. `rows` count everything, `details` are those heard of last and
    have errors and single reads. `cut` when there are more rows still."""

    rows: tuple[Owned, ...] = ()
    details: tuple[Owned, ...] = ()
    cut: bool = False
    places: Places = field(default_factory=Places)
    error: str = ""
    hint: str = ""

    @classmethod
    def ask(cls, reader: Reader, thread_id: str) -> ThreadReads:
        answer = ask_ledger(reader, lambda ledger: _read(ledger, thread_id))
        if answer.told is None:
            return cls(error=answer.error, hint=answer.hint)
        counts, details = answer.told
        if not counts.rows:
            return cls()
        places = places_of(reader)
        rows, recent = (tuple(own(found, places.here, places.there)) for found in (counts.rows, details))
        return cls(rows, recent, thread_id in counts.cut, places)

    @property
    def items(self) -> tuple[ReadItem, ...]:
        """Newest first."""
        found = [
            (
                read.at,
                ReadItem(time_at(read.at), row.counted.hostname, bool(read.found), read.found or None, row.elsewhere),
            )
            for row in self.details
            for read in row.counted.recent
        ]
        return tuple(item for _, item in sorted(found, key=lambda pair: -pair[0]))

    @property
    def sums(self) -> Asked | None:
        return sum_up(self.rows) if self.rows else None

    @property
    def truncated(self) -> bool:
        """Not every read that was counted is there by itself."""
        counted = sum(row.counted.reads for row in self.rows)
        return self.cut or counted > sum(len(row.counted.recent) for row in self.details)

    @property
    def errors(self) -> tuple[WorkerError, ...]:
        counts: Counter[tuple[str, str]] = Counter()
        for row in self.details:
            for error, count in row.counted.errors.items():
                counts[row.counted.hostname, error] += count
        return tuple(WorkerError(host, error, count) for (host, error), count in counts.most_common())


def _read(ledger: LedgerReader, thread_id: str) -> tuple[Counts, list[Counted]]:
    """The counts, and where there are any, the details."""
    counts = ledger.read_counts([thread_id])
    return counts, ledger.read_thread(thread_id) if counts.rows else []


@dataclass(frozen=True, slots=True)
class Stretch:
    """The steps of a history, newest first, and the part `first` to `last` of them that the page lists. `above` is the
    id of a checkpoint that is newer than all of them, `truncated` says that there are older ones."""

    steps: Sequence[CheckpointItem]
    first: int
    last: int
    above: str
    truncated: bool


def put_between(reads: Iterable[ReadItem], stretch: Stretch) -> tuple[ReadGap, ...]:
    """The reads in the stretch that the page lists, by the step above them."""
    places = {step.checkpoint_id: place for place, step in enumerate(stretch.steps)}
    limit = time_of(stretch.above) if stretch.above else None
    gaps: dict[int, list[ReadItem]] = {}
    for read in reads:
        if read.at is not None and (limit is None or read.at < limit):
            gaps.setdefault(_place_of(read, read.at, stretch.steps, places), []).append(read)
    shown = [gap for gap in sorted(gaps) if _is_listed(gap, stretch)]
    lines = {gap: _lines(gaps[gap], gap, stretch.steps, places) for gap in shown}
    if sum(map(len, lines.values())) > PAGE_LINES:
        lines = {gap: (_together(gaps[gap]),) for gap in shown}
    return tuple(
        ReadGap(stretch.steps[gap - 1].checkpoint_id if gap else "", lines[gap], _marks(gaps[gap])) for gap in shown
    )


def _place_of(read: ReadItem, at: datetime, steps: Sequence[CheckpointItem], places: Mapping[str, int]) -> int:
    """The number of steps that are newer than the read."""
    by_time = next((place for place, step in enumerate(steps) if step.at is not None and step.at <= at), len(steps))
    return min(by_time, places.get(read.checkpoint_id or "", by_time))


def _is_listed(gap: int, stretch: Stretch) -> bool:
    """A gap stands under the step above it. The one below the oldest of all is known where that is the first."""
    if gap == len(stretch.steps) and stretch.truncated:
        return False
    return stretch.first < gap <= stretch.last or (gap == 0 == stretch.first)


def _lines(
    reads: Sequence[ReadItem], gap: int, steps: Sequence[CheckpointItem], places: Mapping[str, int]
) -> tuple[ReadLine, ...]:
    alike: dict[tuple[str, str, str], list[ReadItem]] = {}
    for read in reads:
        found = _found_words(read.checkpoint_id, gap, steps, places)
        alike.setdefault((read.hostname, found, read.elsewhere), []).append(read)
    groups = list(alike.items())
    if len(groups) > GAP_LINES:
        rest = list(chain.from_iterable(members for _, members in groups[GAP_LINES - 1 :]))
        return (*(_line(*group) for group in groups[: GAP_LINES - 1]), _together(rest))
    return tuple(_line(*group) for group in groups)


def _found_words(
    checkpoint_id: str | None, gap: int, steps: Sequence[CheckpointItem], places: Mapping[str, int]
) -> str:
    if checkpoint_id is None:
        return "nothing"
    place = places.get(checkpoint_id)
    if place is None:
        return f"checkpoint {checkpoint_id[:13]}…"
    if place == gap:
        return "this state"
    number = steps[place].step
    return f"step {number}" if number is not None else "an older step"


def _line(key: tuple[str, str, str], reads: Sequence[ReadItem]) -> ReadLine:
    hostname, found, elsewhere = key
    misses = sum(not read.found for read in reads)
    return ReadLine(hostname, len(reads), misses, found, elsewhere, reads[-1].at, reads[0].at)


def _together(reads: Sequence[ReadItem]) -> ReadLine:
    misses = sum(not read.found for read in reads)
    hosts = {read.hostname for read in reads}
    name = next(iter(hosts)) if len(hosts) == 1 else ""
    several = 0 if name else len(hosts)
    return ReadLine(name, len(reads), misses, "", "", reads[-1].at, reads[0].at, several)


def _marks(reads: Iterable[ReadItem]) -> tuple[ReadMark, ...]:
    """Oldest first, as the picture goes."""
    counts = Counter((read.hostname, read.found) for read in reversed(list(reads)))
    return tuple(ReadMark(hostname, found, count) for (hostname, found), count in counts.items())
