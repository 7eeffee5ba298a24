"""How many threads are what, kept beside the rows: whoever changes rows adds here what they count as after, less what
they counted as before, in the same transaction.

What a thread counts as is said once, in `counts_as`; `index.recount` makes the same numbers of all rows anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import models

from inspector.index import bulk
from inspector.index.missed import ONCE_IDLE, SOMETHING
from inspector.index.once import once
from inspector.index.rows import Known
from inspector.models import ABSENT, FLAGGED, UNKNOWN_TIME, HostTally, HourTally, StoreEntry, StoreTally

HOSTS = 500  #: hosts that a list can be narrowed to
#: Reads or misses of one thread that count, at most: a ledger may say anything, and sums have to stay numbers.
MOST_READS = 10**12
#: What is summed up of threads of one kind, beside how many they are. All are columns of `Tally`.
SUMMED = ("checkpoints", "writes", "told", "reads", "misses")

#: Columns of a tally by the state whose threads they count; those that run are among the unfinished. The complete ones
#: are what is left of `threads`.
STATE_COLUMNS = {state: state for state in ("interrupted", "failed", "unfinished", ABSENT)}


class Kind(NamedTuple):
    """All that decides which columns a thread counts in. Fields as those of `ThreadEntry`, but for `put`: whether a
    probe reports that a thread which is absent was ever put into this store."""

    stored: bool
    state: str
    one_turn: bool
    random_id: bool
    several_hosts: bool
    siblings: bool
    clock_skew: bool
    rebuilt_values: bool
    missed: int
    muted: bool = False
    put: bool = False

    @property
    def left(self) -> bool:
        """One turn, and nobody is asked a question: an orphan once it is old enough."""
        return self.stored and self.one_turn and self.state != "interrupted"


#: Fields of `Kind` that are columns of `ThreadEntry`.
KIND = Kind._fields[:-1]
_kind_of = attrgetter(*KIND)


@cache
def counts_as(kind: Kind) -> tuple[str, ...]:
    """The columns of `Tally` in which a thread of this kind counts as one."""
    if kind.stored:
        said = {
            "threads": True,
            "left": kind.left,
            "left_random": kind.left and kind.random_id,
            "left_muted": kind.left and kind.muted,
            **{flag: getattr(kind, flag) for flag in FLAGGED},
            **{column: kind.state == state for state, column in STATE_COLUMNS.items() if state != ABSENT},
            "missed": kind.missed == SOMETHING,
            "missed_once": kind.missed == ONCE_IDLE,
        }
    else:
        said = {
            "absent": True,
            "absent_missed": kind.missed == SOMETHING,
            "absent_missed_once": kind.missed == ONCE_IDLE,
            "never_stored": not kind.put,
        }
    return tuple(column for column, counts in said.items() if counts)


class Change:
    """What is to be added to a store's tallies. `write` belongs in the transaction that changes the rows."""

    def __init__(self, store: StoreEntry) -> None:
        self._store = store
        #: By kind: threads, then what is `SUMMED` of them.
        self.kinds: dict[Kind, list[int]] = defaultdict(_nothing)
        #: By host and kind the same; the checkpoints are those that it put, and pending writes stay 0.
        self.hosts: dict[tuple[str, Kind], list[int]] = defaultdict(_nothing)
        #: By what an `HourTally` is of, its name and its hour: its numbers.
        self.hours: dict[tuple[str, str, datetime], list[int]] = defaultdict(lambda: [0, 0, 0, 0])

    def count(self, known: Known, sign: int) -> None:
        """Counts a thread, or with a sign of -1 takes it away. One that left the store, and of which nobody knows yet
        whether it was asked for since, counts as nothing."""
        row = known.row
        if row.stored:
            kind = Kind(*_kind_of(row))
            hour = row.first_at.replace(minute=0, second=0, microsecond=0)
            self.add_hour("all", "", hour, kind, sign)
            self.add_hour("graph", row.graph, hour, kind, sign)
            self.add_hour("shape", row.id_shape, hour, kind, sign)
        elif row.verified_at > UNKNOWN_TIME:
            kind, hour = Kind._make((*_kind_of(row), any(did.put for did in known.workers.values()))), None
        else:
            return
        _sum(self.kinds[kind], sign, row.checkpoints, row.writes, row.reads, row.misses)
        for hostname, did in known.workers.items():
            if did.something:
                _sum(self.hosts[hostname, kind], sign, did.writes, 0, did.reads, did.misses)
            if hour is not None and did.wrote:
                self.add_hour("host", hostname, hour, kind, sign)

    def add_hour(self, by: str, name: str, hour: datetime, kind: Kind, threads: int) -> None:
        sums = self.hours[by, name, hour]
        sums[0] += threads
        if kind.left:
            sums[1] += threads
            sums[2] += threads * kind.random_id
            sums[3] += threads * kind.muted

    def write(self) -> None:
        stores, hosts = _Sums(), _Sums()
        for kind, numbers in self.kinds.items():
            stores.add((), kind, numbers)
        for (hostname, kind), numbers in self.hosts.items():
            hosts.add((hostname,), kind, numbers)
        _add(StoreTally, ("store_id",), COLUMNS, [(self._store.pk, *row) for row in stores.rows()])
        _add(HostTally, ("store_id", "hostname"), COLUMNS, [(self._store.pk, *row) for row in hosts.rows()])
        _add(HourTally, _HOUR, HOUR_COLUMNS, [(self._store.pk, *row) for row in self._hours()])

    def _hours(self) -> list[tuple[Any, ...]]:
        return [(*key, *numbers) for key, numbers in self.hours.items() if any(numbers)]


def _nothing() -> list[int]:
    return [0] * (1 + len(SUMMED))


def _sum(sums: list[int], sign: int, checkpoints: int, writes: int, reads: int | None, misses: int | None) -> None:
    sums[0] += sign
    sums[1] += sign * checkpoints
    sums[2] += sign * writes
    if reads is not None:
        sums[3] += sign
        sums[4] += sign * min(reads, MOST_READS)
        sums[5] += sign * min(misses or 0, MOST_READS)


class _Sums:
    """Rows of a tally in the making, by their keys."""

    def __init__(self) -> None:
        self._sums: dict[tuple[Any, ...], dict[str, int]] = defaultdict(lambda: dict.fromkeys(COLUMNS, 0))

    def add(self, key: tuple[Any, ...], kind: Kind, numbers: Sequence[int]) -> None:
        sums = self._sums[key]
        for column in counts_as(kind):
            sums[column] += numbers[0]
        for column, number in zip(SUMMED, numbers[1:], strict=True):
            sums[column] += number

    def rows(self) -> list[tuple[Any, ...]]:
        return [(*key, *sums.values()) for key, sums in self._sums.items() if any(sums.values())]


def read_tally(store: StoreEntry, hostname: str | None = None) -> StoreTally | HostTally:
    """Of the whole store, or of a host's threads. Zeros where there are none."""
    return once((read_tally, store.pk, hostname), lambda: _read_tally(store, hostname))


def _read_tally(store: StoreEntry, hostname: str | None) -> StoreTally | HostTally:
    if hostname is None:
        return StoreTally.objects.filter(store=store).first() or StoreTally(store=store)
    found = HostTally.objects.filter(store=store, hostname=hostname).first()
    return found or HostTally(store=store, hostname=hostname)


def hosts_of(store: StoreEntry) -> list[str]:
    """Hosts that wrote to a thread or read one, sorted; the first of them where there are too many for a list."""
    return sorted(HostTally.objects.filter(store=store).values_list("hostname", flat=True))[:HOSTS]


def _counts(model: type[models.Model], keys: Sequence[str]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields if field.attname not in ("id", *keys))


_HOUR = ("store_id", "by", "name", "hour")
COLUMNS = _counts(StoreTally, ["store_id"])
HOUR_COLUMNS = _counts(HourTally, _HOUR)


def _add(model: type[models.Model], keys: Sequence[str], columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
    """Rows that count nothing any more go, so that old hours and hosts do not stay."""
    bulk.add(model, keys, columns, rows)
    less = [row[: len(keys)] for row in rows if min(row[len(keys) :]) < 0]
    bulk.delete(model, keys, less, where=bulk.zeros(columns))
