"""Threads by their beginning, and which of them went on: what the rules about ids compare hosts and prefixes by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from inspector.doctor.evidence.pace import Pace
from inspector.domain.id_families import run_form, run_prefix, shape_of
from inspector.domain.thread_ids import random_tail
from inspector.index.queries import Row

if TYPE_CHECKING:
    from inspector.doctor.case import Case

#: Rules whose muted threads neither of the two counts: they share them out between them.
SHARED = ("thread-id-random", "thread-per-run")
#: So small a part of a prefix's threads may have gone on by chance, where its threads are not meant to.
RARELY = 0.02
#: Threads of one prefix from which on it is looked at by itself.
FAMILY = 20


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
        return _hosts_of(self.row)


@dataclass(frozen=True)
class Cohort:
    """Newest first. Threads that wait for an answer are left out: they may go on or not. So are those that are muted,
    by a setting or on the pages about orphans."""

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
    def families(self) -> Mapping[str, Sequence[Begun]]:
        """Threads whose ids share a prefix, by it; those of prefixes that have few, by the form of what follows."""
        by_prefix: dict[str, list[Begun]] = defaultdict(list)
        for thread in self.threads:
            if prefix := run_prefix(thread.thread_id):
                by_prefix[prefix].append(thread)
        found: dict[str, list[Begun]] = defaultdict(list)
        for prefix, threads in by_prefix.items():
            for thread in threads:
                found[prefix if len(threads) >= FAMILY else run_form(thread.thread_id, prefix)].append(thread)
        return found

    @cached_property
    def runs(self) -> Mapping[str, Sequence[Begun]]:
        """Families of threads that hardly ever go on: what is made for one run, by its name."""
        return {
            name: threads
            for name, threads in self.families.items()
            if len(threads) >= FAMILY and sum(thread.went_on for thread in threads) <= RARELY * len(threads)
        }

    @cached_property
    def _in_runs(self) -> frozenset[str]:
        return frozenset(thread.thread_id for threads in self.runs.values() for thread in threads)

    @cached_property
    def conversations(self) -> Sequence[Begun]:
        """All but those of runs."""
        return [thread for thread in self.threads if thread.thread_id not in self._in_runs]

    def shape(self, thread: Begun) -> str:
        """What made its id at random; "" where it does not look so, or where its prefix tells that it is one of many
        runs."""
        if shape := shape_of(thread.thread_id):
            return shape
        prefix = random_tail(thread.thread_id)
        return "random with a prefix" if prefix and self._is_shared(prefix) else ""

    def _is_shared(self, prefix: str) -> bool:
        """Whether threads that go on bear it, too."""
        return any(thread.went_on for thread in self.families.get(prefix, ()))

    def last_event(self, host: str) -> datetime | None:
        """Since when a host has taken part in nothing that went on; None where it never has."""
        return max((_event_at(thread) for thread in self.by_host[host] if thread.went_on), default=None)

    @cached_property
    def reference(self) -> Pace | None:
        """How soon threads go on at hosts that take part in such: all threads that they began until they last did. None
        where there are too few of them to tell."""
        last = {host: self.last_event(host) for host in self.by_host}
        sound = [thread for thread in self.conversations if _is_before(thread, last)]
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
    entry = row.entry
    covered = case.muted_here.covers(entry.thread_id, entry.owner, entry.graph, _hosts_of(row))
    return covered or any(case.mutes.thread(slug, entry.thread_id) for slug in SHARED)


def _hosts_of(row: Row) -> tuple[str, ...]:
    return tuple(w.hostname for w in row.workers if w.writes or (w.reported and not w.elsewhere))
