"""Threads by their beginning, and which of them went on: what the rules about ids compare hosts and prefixes by."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from inspector.doctor.case import Case
from inspector.doctor.ids import random_tail, run_prefix, shape_of
from inspector.doctor.pace import Pace
from inspector.index.queries import Row

#: Rules whose muted threads neither of the two counts: they share them out between them.
SHARED = ("thread-id-random", "thread-per-run")
#: So small a part of a prefix's threads may have gone on by chance, where its threads are not meant to.
RARELY = 0.02


@dataclass(frozen=True, slots=True)
class Begun:
    """A thread that was begun. `age` and `gap` in seconds; `gap` is about how long its second turn took to come, None
    where none came. A thread whose other turns may be elsewhere has gone on, too."""

    row: Row
    age: float
    went_on: bool
    gap: float | None

    @property
    def thread_id(self) -> str:
        return self.row.entry.thread_id

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts that wrote to it here; "" where the metadata names none."""
        return tuple(w.hostname for w in self.row.workers if w.writes or (w.reported and not w.elsewhere))


@dataclass(frozen=True)
class Cohort:
    """Newest first. Threads that wait for an answer are left out: they may go on or not."""

    threads: Sequence[Begun]

    @classmethod
    def of(cls, case: Case) -> Cohort:
        rows = [row for row in case.begun if row.entry.state != "interrupted" and not _is_muted(case, row)]
        rows.sort(key=lambda row: (row.entry.first_at, row.entry.pk), reverse=True)
        return cls([_begun(row, case.moment.now) for row in rows])

    @property
    def since(self) -> datetime | None:
        return self.threads[-1].row.entry.first_at if self.threads else None

    @cached_property
    def by_host(self) -> Mapping[str, Sequence[Begun]]:
        found: dict[str, list[Begun]] = defaultdict(list)
        for thread in self.threads:
            for host in thread.hosts:
                found[host].append(thread)
        return found

    @cached_property
    def runs(self) -> frozenset[str]:
        """Prefixes of threads that hardly ever go on: what is made for one run, by its name."""
        counts: Counter[str] = Counter()
        gone: Counter[str] = Counter()
        for thread in self.threads:
            if prefix := run_prefix(thread.thread_id):
                counts[prefix] += 1
                gone[prefix] += thread.went_on
        return frozenset(prefix for prefix, count in counts.items() if gone[prefix] <= RARELY * count)

    def shape(self, thread: Begun) -> str:
        """What made its id at random; "" where it does not look so, or where its prefix tells that it is one of many
        runs."""
        if shape := shape_of(thread.thread_id):
            return shape
        prefix = random_tail(thread.thread_id)
        return "random with a prefix" if prefix and run_prefix(thread.thread_id) not in self.runs else ""

    def last_event(self, host: str) -> datetime | None:
        """Since when a host has taken part in nothing that went on; None where it never has."""
        return max((_event_at(thread) for thread in self.by_host[host] if thread.went_on), default=None)

    @cached_property
    def reference(self) -> Pace | None:
        """How soon threads go on at hosts that take part in such: all threads that they began until they last did. None
        where there are too few of them to tell."""
        last = {host: self.last_event(host) for host in self.by_host}
        sound = [thread for thread in self.threads if _is_before(thread, last)]
        return pace_of(sound)


def pace_of(threads: Iterable[Begun]) -> Pace | None:
    threads = list(threads)
    gaps = [thread.gap for thread in threads if thread.gap is not None]
    return Pace.learn(gaps, [thread.age for thread in threads if not thread.went_on])


def _is_before(thread: Begun, last: Mapping[str, datetime | None]) -> bool:
    return any((at := last[host]) is not None and thread.row.entry.first_at <= at for host in thread.hosts)


def _event_at(thread: Begun) -> datetime:
    """When all of its hosts had to do with it, at the latest. Which of several came last, a row does not tell."""
    entry = thread.row.entry
    return entry.last_at if len(thread.hosts) == 1 else entry.first_at


def _begun(row: Row, now: datetime) -> Begun:
    entry = row.entry
    age = max(0.0, (now - entry.first_at).total_seconds())
    elsewhere = any(worker.elsewhere for worker in row.workers)
    went_on = not entry.one_turn or entry.several_hosts or elsewhere
    gap = None
    if entry.turns > 1:
        gap = min(age, max(0.0, (entry.last_at - entry.first_at).total_seconds()) / (entry.turns - 1))
    return Begun(row, age, went_on, gap)


def _is_muted(case: Case, row: Row) -> bool:
    return any(case.mutes.thread(slug, row.entry.thread_id) for slug in SHARED)


def written_by(threads: Iterable[Begun]) -> Iterator[str]:
    """The hosts of these threads, each as often as it wrote to one."""
    for thread in threads:
        yield from thread.hosts
