"""Simulated days through the real index: healthy, then one host makes a new id for every request, then fixed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.simulated_days import DAY, HOUR, MINUTE, MIXED, Days, Forgets, Graph, Place
from benchmarks.watched_days import Watched

pytestmark = pytest.mark.django_db

#: Three days are enough to know a host, and few enough to be played in no time.
_HEALTHY = 3 * DAY
_INCIDENT = 100 * MINUTE


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("place", "host", "begin"),
    [
        (Place(hosts=2, a_day=1_200, seed=1), "web-1", 4 * HOUR),
        (Place(hosts=3, a_day=2_000, sticky=True, graphs=MIXED, seed=2), "web-1", 1 * HOUR),
        (Place(hosts=2, a_day=1_200, seed=3, deployments=[2 * DAY, _HEALTHY + 2 * HOUR]), "web-1-2", 3 * HOUR),
    ],
    ids=["any host", "mixed graphs", "new pods"],
)
def test_the_alert_names_the_host_within_fifty_threads_and_ends_after_the_fix(
    place: Place, host: str, begin: float
) -> None:
    begin += _HEALTHY
    watched = Watched(Days(replace(place, forgets=Forgets(1, begin, begin + _INCIDENT))))
    watched.learn(begin - HOUR)
    watched.watch(begin)
    watched.watch(begin + _INCIDENT, every=MINUTE)
    watched.watch(begin + _INCIDENT + 6 * HOUR)
    (fired,) = watched.fired
    assert fired.alert.hostname == host
    assert fired.bad <= 50
    assert [(alert.hostname, alert.end) for alert in watched.ended] == [(host, "fixed")]


@pytest.mark.thorough
def test_thirty_healthy_days_are_quiet() -> None:
    """With nights, weekends, a job of one-turn threads at two o'clock, and pods that are renamed every other day, at a
    store that is a week older than the dashboard. A look each hour misses little: a host begins five threads in it."""
    graphs = (Graph("chat", 0.7, 0.4), Graph("classify", 0.3, 1.0))
    deployments = [day * DAY for day in range(2, 37, 2)]
    place = Place(hosts=2, a_day=250, graphs=graphs, nightly=60, deployments=deployments, seed=4)
    watched = Watched(Days(place))
    watched.learn(7 * DAY)
    watched.watch(37 * DAY, every=HOUR)
    assert watched.fired == []
    assert watched.days.now == 37 * DAY


def test_a_job_that_is_new_is_told_once_and_not_each_night() -> None:
    """Its threads have one turn, and nothing says in its first night that this is meant."""
    watched = Watched(Days(Place(hosts=2, a_day=250, graphs=(Graph("chat", 1.0, 0.2),), nightly=60, seed=5)))
    watched.watch(4 * DAY)
    assert [fired.alert.hostname for fired in watched.fired] == ["web-0"]
    assert [alert.hostname for alert in watched.ended] == ["web-0"]
