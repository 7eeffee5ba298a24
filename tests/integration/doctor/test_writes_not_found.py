"""What is told as lost of threads and of hosts, and what may yet be committed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from inspector.doctor.case import Case
from inspector.doctor.evidence.lost import Lost
from inspector.doctor.evidence.traceless import MANY, SETTLED, traceless_hosts
from inspector.doctor.mutes import Mutes
from inspector.doctor.rules.writes_not_found import check
from inspector.index.lease import lease_of
from inspector.index.reads import write_reads
from inspector.index.workers import Asked, Sum
from inspector.models import HostTally, StoreEntry
from inspector.mute import Mute
from inspector.stores.signs import Session, Signs
from tests.integration.doctor.crews import HERE, IN_MEMORY, case_with, process
from tests.integration.doctor.made import MINUTE, NOW, SECOND

pytestmark = pytest.mark.django_db

QUIET = Signs(sessions=())
BUSY = Signs(sessions=(Session(1, "", "app", "", "active", 9.0, 1.0, holds_writes=True),))


def lost(*thread_ids: str, at: datetime = NOW - 5 * MINUTE) -> tuple[Lost, ...]:
    return tuple(Lost("web-2", thread_id, 6, 3, at) for thread_id in thread_ids)


def case(*thread_ids: str, signs: Signs = QUIET, at: datetime = NOW - 5 * MINUTE, **known: Any) -> Case:
    given = {"lost": lost(*thread_ids, at=at), "unwatched": (), **known}
    return case_with(process("web-1"), process("web-2"), signs=signs, **given)


@pytest.mark.parametrize(("thread_ids", "confidence"), [(("a",), "possible"), (("a", "b"), "likely")])
def test_a_second_thread_makes_it_likely(thread_ids: tuple[str, ...], confidence: str) -> None:
    verdict = check(case(*thread_ids))

    assert (verdict.outcome, verdict.confidence, verdict.hosts) == ("problem", confidence, ("web-2",))
    assert verdict.thread_ids == thread_ids
    assert "a: web-2 put 6, the store holds 3" in verdict.evidence[0].text


def test_while_a_session_holds_rows_what_is_young_may_yet_be_committed() -> None:
    assert check(case("a", "b", signs=BUSY, at=NOW - 5 * SECOND)).outcome == "fine"
    assert check(case("a", "b", signs=BUSY)).outcome == "problem"


def test_while_no_session_holds_any_nothing_is_under_way() -> None:
    assert check(case("a", "b", at=NOW - 5 * SECOND)).outcome == "problem"


def test_where_sessions_are_not_told_what_is_young_is_waited_for() -> None:
    assert check(case("a", "b", signs=Signs(), at=NOW - 5 * SECOND)).outcome == "fine"


def test_muted_threads_do_not_count() -> None:
    given = case("a", "b")
    muted = Case(given.reader, given.entry, given.moment, Mutes((Mute("writes-not-found", "thread", "a"),)))
    muted.__dict__.update(crew=given.crew, lost=given.lost, signs=given.signs, unwatched=())

    verdict = check(muted)
    assert (verdict.confidence, verdict.thread_ids) == ("possible", ("b",))


def silent(**given: Any) -> Case:
    found = case_with(process("web-2", **{"checkpoints": MANY, **given}), signs=QUIET, lost=(), unwatched=())
    found.entry.synced_at = NOW
    return found


def absent(*hosts: str, elsewhere: str = "") -> None:
    """Threads that these hosts put checkpoints into and that somebody asked for later, in vain."""
    entry = StoreEntry.objects.get(name="store")
    asked = {f"{n}": _asked(host, elsewhere) for n, host in enumerate(hosts)}
    with lease_of(entry) as lease, lease.writing() as held:
        write_reads(held, asked, ())


def _asked(host: str, elsewhere: str) -> Asked:
    at = timezone.now()
    return Asked({host: Sum(2, 2, 6, elsewhere)}, 2, 2, at, at, at, None, in_vain=True)


def test_a_host_of_which_the_store_holds_nothing_may_have_deleted_it() -> None:
    verdict = check(silent())
    assert (verdict.outcome, verdict.hosts) == ("unknown", ())
    assert "deletes each thread" in verdict.sentence
    assert "web-2: 20 checkpoints put" in verdict.evidence[0].text


def test_a_host_of_which_nothing_is_stored_is_told_as_possible_where_its_threads_are_asked_for_again() -> None:
    found = silent()
    absent("web-2", "web-2", "web-9")
    verdict = check(found)
    assert (verdict.outcome, verdict.confidence, verdict.hosts) == ("problem", "possible", ("web-2",))
    assert sorted(verdict.thread_ids) == ["0", "1"]
    assert "2 of their threads were asked for again" in verdict.sentence


@pytest.mark.parametrize(("hosts", "elsewhere"), [(("web-2",), ""), (("web-2", "web-2"), "postgres")])
def test_one_such_thread_or_what_was_put_elsewhere_tells_nothing(hosts: tuple[str, ...], elsewhere: str) -> None:
    found = silent()
    absent(*hosts, elsewhere=elsewhere)
    assert check(found).outcome == "unknown"


def test_a_host_that_finds_what_it_asks_for_has_kept_it_for_a_while() -> None:
    found = silent(reads=40, misses=20)
    absent("web-2", "web-2")
    assert check(found).outcome == "fine"


@pytest.mark.parametrize(
    "given",
    [
        {"checkpoints": MANY - 1},
        {"stamps": False},
        {"places": (HERE, IN_MEMORY)},
        {"started_at": (NOW - timedelta(seconds=SETTLED - 1)).timestamp()},
    ],
)
def test_a_host_that_may_have_left_no_trace_for_another_reason_is_left_alone(given: dict[str, Any]) -> None:
    assert traceless_hosts(silent(**given)) == {}


def test_a_host_that_left_one_trace_is_left_alone() -> None:
    met = silent()
    HostTally.objects.create(store=met.entry, hostname="web-2", checkpoints=1)
    assert traceless_hosts(met) == {}


def test_while_metadata_may_name_a_host_otherwise_none_is_accused() -> None:
    found = silent()
    found.__dict__["unwatched"] = ("pod-7f9c",)
    assert traceless_hosts(found) == {}


def test_while_the_index_is_being_built_no_host_is_accused() -> None:
    building, unread = silent(), silent()
    building.entry.walk_after = "t-500"
    unread.entry.synced_at = None
    assert traceless_hosts(building) == traceless_hosts(unread) == {}
