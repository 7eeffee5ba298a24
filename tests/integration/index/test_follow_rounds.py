"""Whatever becomes of a store of many threads, two passes make the index equal it; where rows were only added, a look is
enough."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from inspector.demo.embedded import EmbeddedPostgres
from inspector.reader import Reader
from inspector.stores.guard import Limits
from inspector.stores.postgres import look
from tests.integration.index.copies import Template
from tests.integration.index.equality import assert_index_equals_store
from tests.integration.index.follow_world import FollowWorld
from tests.integration.index.own_index import postgres_index, sqlite_index
from tests.integration.index.syncing import sync
from tests.integration.index.watched import WatchedStore

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
def world(server: EmbeddedPostgres, templates: list[Template], seed: int) -> Iterator[FollowWorld]:
    world = FollowWorld(server, templates, seed, threads=120)
    yield world
    world.close()


@pytest.fixture
def watched(world: FollowWorld) -> Iterator[WatchedStore]:
    store = WatchedStore("store", world.url, Limits())
    yield store
    store.close()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_after_anything_two_passes_make_the_index_equal_the_store(
    world: FollowWorld, watched: WatchedStore, seeded_index: None, narrow: bool, seed: int
) -> None:
    reader = Reader(watched, host_keys=("worker_hostname",), owner_keys=("user_id",))
    sync(reader)
    calm = enough = 0
    for number in range(ROUNDS):
        only_inserts = world.random.random() < 0.5
        told = _act(world, reader, only_inserts=only_inserts, crash=number == 13 and seed % 5 == 0)
        world.flush()
        before = watched.went_through_all
        sync(reader)
        report = sync(reader)
        assert report.complete, told
        assert_index_equals_store(reader, world.url)
        calm += only_inserts
        enough += only_inserts and watched.went_through_all == before
    assert watched.calls["walk"] == 1, "all threads are read once"
    if not narrow:
        assert enough >= calm * 0.6, "where rows were only added, looks find them"


def _act(world: FollowWorld, reader: Reader, *, only_inserts: bool, crash: bool) -> list[str]:
    """Some things happen, and passes run between them as they would anyway. Returns what."""
    told = []
    for _ in range(world.random.randint(2, 6)):
        acts = world.inserts if only_inserts else {**world.inserts, **world.others}
        (act,) = world.random.choices(list(acts), weights=list(acts.values()))
        act()
        told.append(act.__name__)
        if world.random.random() < 0.3:
            sync(reader)
            told.append("pass")
    if crash:
        world.crash()
        told.append("crash")
    return told
