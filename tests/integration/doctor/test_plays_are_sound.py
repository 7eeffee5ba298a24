"""What LangGraph does by itself or on purpose is no trouble: no play makes one of these rules speak."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from inspector.demo.plays import play, plays
from inspector.demo.repertoire import PlayedStore
from inspector.demo.stage import DURABILITIES
from inspector.doctor.finding import Finding
from inspector.models import ThreadEntry
from tests.contract.library import open_reader
from tests.contract.places import PostgresPlace, RedisPlace, SqlitePlace, StoreUnderTest
from tests.integration.doctor.looked import say
from tests.integration.index.syncing import sync

RULES = ("siblings", "clock-skew", "unfinished-run", "failed-head", "unanswered-interrupt", "subgraph-forgets")
#: Plays that branch, go back or go on in a way of their own.
BRANCHING = (
    "fork-by-copy",
    "fork-by-input",
    "fork-by-update",
    "replay",
    "mixed-durability",
    "message-edits",
    "update-state",
    "update-state-as-input",
    "unanswered-interrupt",
    "several-interrupts",
    "error-then-retry",
    "subgraph",
    "subgraph-persistent",
    "command-goto",
)

pytestmark = pytest.mark.usefixtures("index")


def said_of(place: StoreUnderTest) -> list[Finding]:
    """At the time of the plays: half an hour later, what they left in the middle on purpose is a trouble."""
    with open_reader(place) as reader:
        sync(reader)
        played = ThreadEntry.objects.latest("last_at").last_at
        return say(reader, *RULES, later=min(timedelta(0), played - datetime.now(UTC)))


def assert_all_is_well(found: list[Finding]) -> None:
    assert [(one.rule, one.status) for one in found] == [(slug, "ok") for slug in RULES], [
        one.sentence for one in found if one.status != "ok"
    ]


def test_no_play_raises_a_rule(scenario_store: PlayedStore) -> None:
    found = said_of(PostgresPlace(scenario_store.url))

    assert_all_is_well(found)
    siblings = found[0].sentence
    assert "no run began while another one worked on the thread" in siblings  # branches were there to be looked at


@pytest.mark.parametrize("layout", ["sqlite", pytest.param("redis", marks=pytest.mark.redis)])
def test_nor_does_one_that_branches_in_another_store(
    layout: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    place: StoreUnderTest = SqlitePlace(tmp_path / "store.sqlite")
    if layout == "redis":
        place = RedisPlace(request.getfixturevalue("redis_server").flush())
    with place.open_saver() as saver:
        for slug in BRANCHING:
            for durability in DURABILITIES:
                play(plays()[slug], saver, durability)

    assert_all_is_well(said_of(place))
