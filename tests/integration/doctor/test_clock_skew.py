"""Whose clock is off, and by how much, by the checkpoints alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from inspector.demo.graphs.base import Saver
from inspector.demo.graphs.chat import build_chat
from inspector.demo.stage import Stage
from inspector.doctor.case import Case
from inspector.doctor.crew import Crew
from inspector.doctor.rules.clock_skew import check
from inspector.index.queries import Moment
from inspector.ledger.base import Heard
from inspector.models import StoreEntry
from inspector.probe.ledger_schema import WorkerReport
from tests.contract.library import open_reader
from tests.contract.places import RedisPlace, StoreUnderTest
from tests.integration.doctor.clocks import clock_set
from tests.integration.doctor.looked import say, say_one
from tests.integration.index.syncing import sync

pytestmark = pytest.mark.usefixtures("index")

HOUR = 3600
NOON = 1_795_435_200.0


def turns(saver: Saver, thread_id: str, *hosts: tuple[str, float]) -> None:
    """A turn of each host, whose clock is so many seconds ahead."""
    stage, graph = Stage(saver, "sync", "clocks"), build_chat(saver)
    for host, seconds in hosts:
        with clock_set(seconds):
            stage.say(graph, stage.config(thread_id, worker_hostname=host), "Hi, this is Ada.")


def test_a_clock_that_lags_is_named_with_what_is_lost(place: StoreUnderTest, saver: Saver) -> None:
    turns(saver, "a", ("web-1", 0), ("web-2", -1.5 * HOUR), ("web-3", 0))

    with open_reader(place) as reader:
        found, siblings = say(reader, "clock-skew", "siblings")
    assert (found.status, found.confidence, found.hosts) == ("error", "certain", ("web-2",))
    assert found.title == "The clock of web-2 lags behind the others by 1 h"
    assert "behind that of web-1" in found.sentence
    assert "1 turn of these is not remembered." in found.sentence
    assert siblings.status == "ok"  # web-3 went on from where web-1 ended: no race, a clock


def test_a_clock_before_which_several_others_come_is_ahead(place: StoreUnderTest, saver: Saver) -> None:
    turns(saver, "a", ("web-1", HOUR), ("web-2", 0))
    turns(saver, "b", ("web-1", HOUR), ("web-3", 0))

    with open_reader(place) as reader:
        found = say_one(reader, "clock-skew")
    assert (found.status, found.hosts) == ("error", ("web-1",))
    assert "The clock of web-1 runs ahead of those of web-2 and web-3" in found.sentence


@pytest.mark.redis
def test_where_no_host_is_known_the_lag_still_is(request: pytest.FixtureRequest) -> None:
    place = RedisPlace(request.getfixturevalue("redis_server").flush())
    with place.open_saver() as saver:
        turns(saver, "a", ("web-1", 0), ("web-2", -HOUR))

    with open_reader(place) as reader:
        found = say_one(reader, "clock-skew")
    assert (found.status, found.hosts) == ("error", ())
    assert "The clock of a worker lags behind those of the other workers" in found.sentence


def test_a_lag_that_no_turn_falls_into_does_no_harm(place: StoreUnderTest, saver: Saver) -> None:
    turns(saver, "a", ("web-1", -2 * HOUR), ("web-2", -HOUR), ("web-3", 0))

    with open_reader(place) as reader:
        found = say_one(reader, "clock-skew")
    assert found.status == "ok"


def test_a_lag_of_the_day_before_is_history(place: StoreUnderTest, saver: Saver) -> None:
    turns(saver, "a", ("web-1", 0), ("web-2", -HOUR), ("web-1", 36 * HOUR))

    with open_reader(place) as reader:
        found = say_one(reader, "clock-skew", later=timedelta(hours=36))
    assert found.status == "ok"
    assert found.evidence


def test_reports_tell_which_of_three_clocks_is_at_odds(place: StoreUnderTest, saver: Saver) -> None:
    turns(saver, "a", ("web-1", 0), ("web-2", -45), ("web-3", 0))
    heard = [heard_of("web-1", 0, ago=4), heard_of("web-2", -45, ago=1), heard_of("web-3", 0.5, ago=9)]

    with open_reader(place) as reader:
        sync(reader)
        case = Case(reader, StoreEntry.objects.get(), Moment(datetime.now(UTC), 1800))
        vars(case)["crew"] = Crew(tuple(heard))
        said = [line.text for line in check(case).evidence]
    assert [text for text in said if "reports" in text] == [
        "web-2 reports with a clock that is 45 s behind those of the other workers"
    ]


def heard_of(hostname: str, ahead: float, *, ago: float) -> Heard:
    """A report of so many seconds ago, by a worker whose clock is ahead by some."""
    seen_at = NOON + ahead - ago
    return Heard(WorkerReport(hostname, hostname, pid=1, started_at=seen_at, seen_at=seen_at), ago)
