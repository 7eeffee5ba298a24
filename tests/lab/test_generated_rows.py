"""Rows that benchmarks generate are what an index holds of real workers that do the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from benchmarks.random_rows import quick_case
from benchmarks.random_traffic import Site, Traffic
from inspector.demo.scenarios import scenarios
from inspector.doctor.evidence.cohort import Cohort
from inspector.index.queries import Row
from inspector.models import StoreEntry, ThreadEntry
from tests.lab.conftest import OpenLab
from tests.lab.harness import examine

pytestmark = pytest.mark.django_db

#: What differs between any two threads, and what the traffic does not play.
_OWN = {"id", "store_id", "thread_id", "owner", "metadata", "last_checkpoint_id", "verified_at", "writes"}
#: What follows from an id: the scenario's clients choose theirs.
_OF_ID = {"random_id", "id_shape"}
_TIMES = {"first_at", "last_at", "last_miss_at", "elsewhere_at"}


def looks(row: Row) -> tuple[Any, ...]:
    """All that a rule goes by, without names and times."""
    entry = {field.attname: getattr(row.entry, field.attname) for field in ThreadEntry._meta.concrete_fields}
    said = sorted((name, value) for name, value in entry.items() if name not in _OWN | _OF_ID | _TIMES)
    times = tuple(entry[name] is None for name in sorted(_TIMES)), entry["first_at"] < entry["last_at"]
    did = sorted((w.writes, w.reads, w.misses, w.reported, w.elsewhere) for w in row.workers)
    return (*said, times, *did)


def of_one_turn(rows: Iterable[Row], host: str) -> set[tuple[Any, ...]]:
    return {looks(row) for row in rows if row.entry.one_turn and [w.hostname for w in row.workers] == [host]}


def test_rows_of_a_host_that_makes_new_threads_are_like_real_ones(open_lab: OpenLab) -> None:
    lab = open_lab(scenarios()["thread-id-random"])
    lab.play()
    examine(lab)
    entry = StoreEntry.objects.get(name="demo")
    real = [Row(one, tuple(one.workers.all())) for one in ThreadEntry.objects.filter(store=entry)]

    traffic = Traffic(Site(hosts=3, forgetful=1))
    traffic.until(30)
    case = quick_case(traffic, entry, reads=True, owners=True)

    (like,) = of_one_turn(case.begun, "web-1")
    assert of_one_turn(real, "web-3") == {like}
    two_turns = {looks(row) for row in case.begun if row.entry.turns == 2 and len(row.workers) == 2}
    assert two_turns & {looks(row) for row in real if row.entry.turns == 2 and len(row.workers) == 2}
    assert {len(thread.hosts) > 0 for thread in Cohort.of(case).threads} == {True}
