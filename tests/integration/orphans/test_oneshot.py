"""What never goes on and is meant to, told from what lost its conversations."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from inspector.index.queries import Moment
from inspector.models import StoreEntry
from inspector.orphans.oneshot import ENOUGH, OneShot, one_shot_graphs, one_shots
from tests.integration.index.own_index import postgres_index, sqlite_index
from tests.integration.orphans.left_rows import add, numbered, random_ids

NOW = datetime(2026, 11, 22, 12, 34, 56, tzinfo=UTC)
MOMENT = Moment(NOW, 1800.0)
LAST = NOW - timedelta(hours=2)


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[StoreEntry]:
    """On both databases that an index may live in."""
    if request.param == "sqlite":
        index = sqlite_index(tmp_path / "index.sqlite3", django_db_blocker)
    else:
        index = postgres_index(request.getfixturevalue("postgres"), django_db_blocker)
    with index:
        yield StoreEntry.objects.create(name="store")


def chats(store: StoreEntry) -> None:
    """Others' conversations, which go on."""
    add(store, random_ids(40), graph="chat", turns=3, last=LAST)
    add(store, random_ids(20), graph="chat", last=LAST)


def test_a_graph_that_never_goes_on_while_others_do_is_told(store: StoreEntry) -> None:
    chats(store)
    add(store, numbered("nightly:2026-", 60), graph="nightly-report", last=LAST)

    assert one_shots(store, MOMENT) == (OneShot("graph", "nightly-report", 60, "meant"),)
    assert one_shot_graphs(store, MOMENT) == (OneShot("graph", "nightly-report", 60, "meant"),)


def test_nothing_is_told_where_nobody_goes_on(store: StoreEntry) -> None:
    """All hosts may be broken: what is meant to end and what is lost look the same."""
    add(store, numbered("nightly:2026-", 60), graph="nightly-report", last=LAST)
    add(store, random_ids(60), graph="chat", last=LAST)

    assert one_shots(store, MOMENT) == ()


def test_one_thread_that_went_on_is_enough(store: StoreEntry) -> None:
    chats(store)
    add(store, numbered("report:", 60), graph="report", last=LAST)
    add(store, ["report:61"], graph="report", turns=2, last=LAST)

    assert one_shots(store, MOMENT) == ()


def test_a_question_that_waits_for_its_answer_is_no_end(store: StoreEntry) -> None:
    chats(store)
    add(store, numbered("approve:", 60), graph="approve", last=LAST)
    add(store, ["approve:61"], graph="approve", state="interrupted", last=LAST)

    assert one_shot_graphs(store, MOMENT) == ()


@pytest.mark.parametrize(("many", "young"), [(ENOUGH - 1, 0), (ENOUGH + 9, 10)])
def test_few_threads_that_are_old_enough_tell_nothing(store: StoreEntry, many: int, young: int) -> None:
    chats(store)
    add(store, numbered("old:", many - young), graph="report", last=LAST)
    add(store, numbered("young:", young), graph="report", last=NOW, apart=timedelta(seconds=1))

    assert one_shots(store, MOMENT) == ()


def test_what_is_muted_is_not_told_again(store: StoreEntry) -> None:
    chats(store)
    add(store, numbered("nightly:", 60), graph="report", muted=True, last=LAST)

    assert one_shots(store, MOMENT) == ()


def test_a_graph_at_a_broken_host_is_not_taken_for_one_that_is_meant_to_end(store: StoreEntry) -> None:
    """Each person's requests follow one after another, each in a thread of its own with a random id."""
    chats(store)
    ids = random_ids(90)
    add(
        store, ids, graph="assistant", owner=lambda number: f"user-{number // 6}", apart=timedelta(minutes=2), last=LAST
    )

    assert one_shots(store, MOMENT) == (OneShot("graph", "assistant", 90, "lost"),)


def test_random_ids_behind_a_prefix_are_no_better(store: StoreEntry) -> None:
    chats(store)
    ids = random_ids(90, "chat-")
    add(
        store, ids, graph="assistant", owner=lambda number: f"user-{number // 6}", apart=timedelta(minutes=2), last=LAST
    )

    assert [one.verdict for one in one_shots(store, MOMENT)] == ["lost"]


def test_random_ids_of_nobody_are_told_with_a_doubt(store: StoreEntry) -> None:
    chats(store)
    add(store, random_ids(90), graph="classifier", last=LAST)

    assert one_shots(store, MOMENT) == (OneShot("graph", "classifier", 90, "unsure"),)


def test_random_ids_of_people_who_come_once_are_told_with_a_doubt(store: StoreEntry) -> None:
    chats(store)
    add(store, random_ids(90), graph="signup", owner=lambda number: f"user-{number}", last=LAST)

    assert [one.verdict for one in one_shots(store, MOMENT)] == ["unsure"]


def test_reports_of_one_owner_at_once_are_meant_to_end_when_their_ids_were_chosen(store: StoreEntry) -> None:
    chats(store)
    ids = numbered("report:acme:", 60)
    add(store, ids, graph="report", owner=lambda number: "acme", apart=timedelta(seconds=5), last=LAST)

    assert [one.verdict for one in one_shots(store, MOMENT)] == ["meant"]


def test_a_family_of_ids_is_told_where_no_graph_is_named(store: StoreEntry) -> None:
    add(store, random_ids(40), turns=3, last=LAST)
    add(store, numbered("support:", 60), turns=2, last=LAST)
    add(store, numbered("support-one:", 60), last=LAST)
    add(store, numbered("job[1]:", 60), last=LAST)

    found = one_shots(store, MOMENT)
    assert [(one.name, one.threads, one.verdict) for one in found] == [
        ("job[1]:", 60, "meant"),
        ("support-one:", 60, "meant"),
    ]
    assert found[0].pattern == "job[[]1]:*"


def test_a_family_that_goes_on_elsewhere_is_not_told(store: StoreEntry) -> None:
    add(store, numbered("user-", 20), turns=4, last=LAST)
    add(store, [f"user-{number}" for number in range(100, 200)], last=LAST)

    assert one_shots(store, MOMENT) == ()
