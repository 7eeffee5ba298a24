"""Whatever becomes of a store of many threads, two passes make the index equal it; where rows were only added, a
look is enough."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from inspector.demo.embedded import EmbeddedPostgres
from inspector.stores.postgres import look
from tests.integration.index.copies import Template
from tests.integration.index.follow_world import FollowWorld
from tests.integration.index.own_index import postgres_index, sqlite_index
from tests.integration.index.watched import Followed, following

#: Twenty rounds each. Another number by hand, after a change in the sync.
SEEDS = int(os.environ.get("TEST_FOLLOW_SEEDS", "10"))
ROUNDS = 20


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """A server that may crash."""
    with EmbeddedPostgres() as server:
        yield server


@pytest.fixture
def seeded_index(
    seed: int, tmp_path: Path, postgres: EmbeddedPostgres, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """Each third seed with Postgres as the index."""
    if seed % 3 == 2:
        with postgres_index(postgres, django_db_blocker):
            yield
    else:
        with sqlite_index(tmp_path / "index.sqlite3", django_db_blocker):
            yield


@pytest.fixture
def narrow(seed: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Every other seed with a look that sees next to nothing, as in tables of a million blocks, where new rows lie in
    pages that deletes have freed anywhere."""
    if seed % 2:
        monkeypatch.setattr(look, "_WINDOWS", ((0, 1),))
        monkeypatch.setattr(look, "_TAIL", 1)
    return bool(seed % 2)


@pytest.fixture
def followed(
    server: EmbeddedPostgres, templates: list[Template], seeded_index: None, seed: int, request: pytest.FixtureRequest
) -> Iterator[Followed]:
    threads = getattr(request, "param", 120)
    with following(FollowWorld(server, server.create_database(), templates, seed, threads=threads)) as followed:
        yield followed


@pytest.mark.one_in(3)
@pytest.mark.parametrize("seed", range(SEEDS))
def test_after_anything_two_passes_make_the_index_equal_the_store(followed: Followed, narrow: bool, seed: int) -> None:
    world = followed.world
    followed.sync()
    calm = enough = 0
    for number in range(ROUNDS):
        only_inserts = world.random.random() < 0.5
        told = _act(followed, only_inserts=only_inserts)
        if number == 13 and seed % 5 == 0:
            world.crash()
        before = followed.store.went_through_all
        _settle(followed, told)
        calm += only_inserts
        enough += only_inserts and followed.store.went_through_all == before
    assert followed.store.calls["walk"] == 1, "all threads are read once"
    if not narrow:
        assert enough >= calm * 0.6, "where rows were only added, looks find them"


@pytest.mark.thorough
@pytest.mark.parametrize("followed", [1_200], indirect=True)
@pytest.mark.parametrize("seed", [100, 101])
def test_and_of_more_than_a_thousand_threads(
    followed: Followed, narrow: bool, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.index.rounds.SCRUB", 10_000)  # a round of verifying in one pass
    followed.sync()
    for _ in range(3):
        _settle(followed, _act(followed, only_inserts=False))


def _settle(followed: Followed, told: list[str]) -> None:
    try:
        followed.settle()
    except AssertionError as error:
        raise AssertionError(f"after {', '.join(told)}") from error


def _act(followed: Followed, *, only_inserts: bool) -> list[str]:
    """Some things happen, and passes run between them as they would anyway. Returns what."""
    world, told = followed.world, []
    for _ in range(world.random.randint(2, 6)):
        acts = world.inserts if only_inserts else {**world.inserts, **world.others}
        (act,) = world.random.choices(list(acts), weights=list(acts.values()))
        act()
        told.append(act.__name__)
        if world.random.random() < 0.3:
            followed.sync()
            told.append("a pass")
    return told
