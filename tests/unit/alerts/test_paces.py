"""How much a young thread tells, by how soon threads go on."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from inspector.alerts.paces import ENOUGH, Paces, Told

HALF_HOUR = 1_800.0


def told(host: str, graph: str, pause: float, number: int = 400) -> Iterator[Told]:
    """Half of the threads go on, after a while that is spread as exponential times are."""
    dice = random.Random(5)
    for _ in range(number):
        yield Told(graph, (host,), 7_200.0, dice.expovariate(1 / pause) if dice.random() < 0.5 else None)


def test_a_thread_tells_as_much_as_others_would_have_gone_on_by_its_age() -> None:
    paces = Paces.learn(told("web-1", "chat", 60), HALF_HOUR)
    assert paces.weight("web-1", "chat", 0) == 0
    assert paces.weight("web-1", "chat", 42) == pytest.approx(0.45, abs=0.1)
    assert 0.8 < paces.weight("web-1", "chat", 600) <= 1
    weights = [paces.weight("web-1", "chat", age) for age in range(0, 2_000, 10)]
    assert weights == sorted(weights)


def test_the_slower_one_of_host_and_graph_counts() -> None:
    """One host runs both: by its own pace alone, threads of the slow graph would seem left."""
    paces = Paces.learn([*told("web-1", "chat", 20), *told("web-1", "research", 600)], HALF_HOUR)
    assert paces.weight("web-1", "research", 60) < 0.15 < 0.4 < paces.weight("web-1", "chat", 60)


def test_a_new_host_goes_by_its_graphs_and_an_unknown_graph_by_its_host() -> None:
    paces = Paces.learn(told("web-1", "chat", 60), HALF_HOUR)
    assert paces.weight("web-2", "chat", 100) > 0.5
    assert paces.weight("web-1", "new", 100) > 0.5


def test_where_nothing_is_known_a_thread_has_to_be_old() -> None:
    few = Paces.learn(told("web-1", "chat", 60, ENOUGH), HALF_HOUR)
    for paces, host in ((few, "web-1"), (Paces.learn(told("web-1", "chat", 60), HALF_HOUR), "web-2")):
        assert paces.weight(host, "new", HALF_HOUR - 1) == 0
        assert paces.weight(host, "new", HALF_HOUR) == 1


def test_a_thread_of_the_future_tells_nothing() -> None:
    assert Paces.learn(told("web-1", "chat", 60), HALF_HOUR).weight("web-1", "chat", -100) == 0
