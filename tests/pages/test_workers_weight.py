"""The page of workers stays light, whatever a ledger holds, and no host is lost between two of its pages."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from inspector.probe.ledger_schema import Read, ThreadCounts
from tests.pages.test_cost import HTML
from tests.pages.workers_world import World


@pytest.fixture
def world(workers_world: World) -> World:
    return workers_world


def test_two_hundred_processes_come_in_light_pages_and_none_is_lost(world: World) -> None:
    for number in range(200):
        world.ledger.tell(
            f"orders-worker-{number:03}-7f9c4d-x2k8q.eu-central-1.compute.internal",
            reads=9,
            misses=9,
            program="gunicorn",
            versions={"langgraph": "1.2.22", "langgraph-checkpoint": "4.3.2", "python": "3.12.4"},
        )
    seen: list[str] = []
    number = 1
    while True:
        response = world.browser.get("/workers/", page=number)
        assert len(response.content) < HTML
        html = response.content.decode()
        seen += [
            f"{n:03}"
            for n in range(200)
            if f'host=orders-worker-{n:03}-7f9c4d-x2k8q.eu-central-1.compute.internal"' in html
        ]
        if 'rel="next"' not in html:
            break
        number += 1

    assert seen == [f"{n:03}" for n in range(200)]
    assert len(world.browser.data("/workers/")["workers"]) == 200
    assert world.browser.get("/workers/", page=number + 1).content.count(b"<tbody") > 0
    assert world.browser.get("/workers/", page=0).status_code == 400


def test_many_processes_of_one_host_are_light_and_counted(world: World) -> None:
    for number in range(90):
        world.ledger.tell("web-1", pid=1_000 + number, program="gunicorn")

    response = world.browser.get("/workers/")

    assert len(response.content) < HTML
    assert "90 live processes on 1 host" in world.words()
    assert "and 30 processes more" in world.words()


HOSTILE = {"emoji": "🧵" * 10_000, "marks": "\u202e" * 10_000, "markup": "<&>\"'" * 2_000}


@pytest.mark.one_in(3)
@pytest.mark.parametrize("kind", HOSTILE)
def test_names_of_any_size_leave_every_page_light(world: World, kind: str) -> None:
    name = HOSTILE[kind]
    place = replace(world.ledger.place, where=name, saver=name)
    away = replace(place, slot=1, identities=("postgres:system:8/x/public",))
    given = {"places": (place, away), "program": name, "versions": {f"{n}{name[:300]}": name for n in range(30)}}
    for number in range(30):
        world.ledger.tell(
            f"{number}{name}"[:10_000],
            ThreadCounts("asked", 0, 1.0, 2.0, reads=1, misses=1, recent=(Read(time.time(), ""),)),
            **given,
            exceptions={f"{n}{name}"[:10_000]: 1 for n in range(9)},
            dropped={f"{n}{name}"[:10_000]: 1 for n in range(9)},
        )
    for number in range(30):
        world.ledger.tell(f"gone-{number}{name}"[:10_000], ago=200_000)

    number, last = 0, False
    while not last:
        number += 1
        response = world.browser.get("/workers/", page=number)
        assert len(response.content) < HTML
        last = b'rel="next"' not in response.content
    assert number < 31
    asked = world.browser.get("/thread/", id="asked")
    assert asked.status_code == 404
    assert len(asked.content) < HTML


def test_a_host_whose_processes_all_differ_tells_a_few_setups_and_counts_the_others(world: World) -> None:
    for number in range(300):
        versions = {f"package-{n}": f"1.{number}.{n}" for n in range(12)}
        world.ledger.tell("web-1", pid=number, versions=versions)

    response = world.browser.get("/workers/")

    assert len(response.content) < HTML
    assert "not the same in all processes" in world.words()
    assert "and 295 other setups" in world.words()
