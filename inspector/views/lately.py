"""The numbers in the bar, as they were a moment ago: every open page asks for the same ones every few seconds."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from inspector.alerts.words import firing
from inspector.doctor.record import ProblemCounts, count_problems
from inspector.index.counts import Orphans, count_orphans
from inspector.index.queries import Moment
from inspector.models import AlertEntry, StoreEntry

#: Seconds for which they are kept.
KEPT_FOR = 2.0
#: Stores of which they are kept, at most.
_STORES = 200


@dataclass(frozen=True, slots=True)
class BarNumbers:
    """Of one store. Nothing in it is anybody's in particular: whoever may see the store may see all of it."""

    problems: ProblemCounts
    orphans: Orphans
    fires: tuple[AlertEntry, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    at: float
    of: tuple[object, ...]
    numbers: BarNumbers


_kept: dict[int, _Kept] = {}


def read_numbers(entry: StoreEntry, moment: Moment) -> BarNumbers:
    return BarNumbers(count_problems(entry), count_orphans(entry, moment), firing(entry))


def numbers_lately(entry: StoreEntry, moment: Moment) -> BarNumbers:
    """For a refresh. What a pass, a diagnosis, a judgement or a mute has changed is read anew."""
    now, of = time.monotonic(), _standing(entry)
    kept = _kept.get(entry.pk)
    if kept is None or kept.of != of or now - kept.at > KEPT_FOR:
        if len(_kept) >= _STORES:
            _kept.clear()
        kept = _kept[entry.pk] = _Kept(now, of, read_numbers(entry, moment))
    return kept.numbers


def _standing(entry: StoreEntry) -> tuple[str, datetime | None, datetime | None, datetime | None, str, int, int]:
    return (
        entry.name,
        entry.synced_at,
        entry.diagnosed_at,
        entry.judged_at,
        entry.muted_by,
        entry.threads,
        entry.checkpoints,
    )
