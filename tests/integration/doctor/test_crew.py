"""Which processes rules look at: those of this store, and all that live."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from inspector.doctor.crew import Crew, read_crew
from inspector.doctor.engine import examine
from inspector.doctor.rules import rules
from inspector.index.places import Places
from inspector.ledger.base import Heard
from inspector.probe.ledger_schema import SILENT_SECONDS, Place
from tests.integration.doctor.crews import HERE, IN_MEMORY, case_with, process
from tests.integration.index.conftest import NewLedger
from tests.integration.ledger.samples import batch, report

pytestmark = pytest.mark.django_db

THERE = Place(0, HERE.saver, "postgres", ("there",), "postgresql://app@staging:5432/orders")
NAMELESS = Place(0, HERE.saver, "postgres", (), "postgresql://app@staging:5432/orders")
TWO_STORES = Places(frozenset({"here"}), {"there": "staging"})
#: Told by workers alone; each of these is guilty of it.
GUILTY: dict[str, dict[str, Any]] = {
    "no-checkpointer": {"invocations": 9, "invocations_unsaved": 9},
    "nothing-written": {"invocations": 9, "reads": 20, "misses": 20},
    "sync-async-mixed": {"loop_mismatches": 3},
}


@pytest.mark.parametrize("slug", GUILTY)
@pytest.mark.parametrize(
    ("places", "hosts"),
    [
        ((THERE,), ()),
        ((THERE, IN_MEMORY), ()),
        ((HERE, THERE), ("staging-1",)),
        ((NAMELESS,), ("staging-1",)),
        ((), ("staging-1",)),
    ],
)
def test_workers_of_another_store_that_share_the_ledger_are_its_own_matter(
    slug: str, places: tuple[Place, ...], hosts: tuple[str, ...]
) -> None:
    sound = process("web-1", checkpoints=9, reads=9, invocations=9)
    case = case_with(sound, process("staging-1", places=places, **GUILTY[slug]), places=TWO_STORES, unwatched=())
    (found,) = examine(case, [rules()[slug]])
    assert (found.is_problem, found.hosts) == (bool(hosts), hosts)


def test_where_all_work_for_another_store_nothing_good_is_said_of_this_one() -> None:
    case = case_with(process("staging-1", places=(THERE,)), places=TWO_STORES, unwatched=())
    for found in examine(case, [rules()[slug] for slug in GUILTY]):
        assert found.status == "unknown"
        assert "those there are use other ones" in found.missing


def test_all_that_live_are_looked_at_however_many_they_are(tmp_path: Path, new_ledger: NewLedger) -> None:
    writer, ledger = new_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite3'}")
    for number in range(5):
        writer.write(batch(report(f"web-{number}"), 1))

    assert [len(read_crew(ledger, first=first).reports) for first in (2, 5)] == [5, 5]
    crew = read_crew(ledger, first=2, most=4)
    assert (len(crew.reports), crew.cut) == (4, True)


def test_nothing_good_is_said_of_processes_that_were_not_read() -> None:
    heard = [Heard(process("web-1", checkpoints=9), ago) for ago in (1.0, SILENT_SECONDS, SILENT_SECONDS + 1)]
    saver = rules()["saver-in-memory"]
    for crew, status in ((Crew(tuple(heard[:2]), more=True), "unknown"), (Crew(tuple(heard), more=True), "ok")):
        (found,) = examine(case_with(everybody=crew, unwatched=()), [saver])
        assert found.status == status
