"""Whatever happens to a store, the index equals it after the next passes: rounds of chance, the same each time."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from inspector.demo.embedded import EmbeddedPostgres
from tests.integration.index.conftest import OpenReader
from tests.integration.index.equality import assert_index_equals_store
from tests.integration.index.syncing import sync
from tests.integration.index.world import World

DAMAGE = "relabel replace prune write_late roll_back vacuum truncate make_anew crash delete_thread"
SEEDS = int(os.environ.get("TEST_SYNC_SEEDS", "5"))  # ten rounds each; more by hand, after a change in the pass


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """A server that may crash."""
    with EmbeddedPostgres() as server:
        yield server


@pytest.mark.parametrize("seed", range(SEEDS))
def test_after_anything_two_passes_make_the_index_equal_the_store(
    server: EmbeddedPostgres, index: str, open_reader: OpenReader, seed: int
) -> None:
    world = World(server, server.create_database(), seed)
    reader = open_reader(world.url)
    done = []
    for _ in range(6):
        world.begin_thread()
    for _ in range(10):
        done.append([world.act() for _ in range(world.random.randint(1, 4))])
        world.flush()
        for _ in range(2):
            report = sync(reader)
        assert report.complete, done
        assert_index_equals_store(reader, world.url)
    world.close()


@pytest.mark.parametrize("action", DAMAGE.split())
def test_one_pass_is_enough_after(server: EmbeddedPostgres, index: str, open_reader: OpenReader, action: str) -> None:
    world = World(server, server.create_database(), 7)
    reader = open_reader(world.url)
    for _ in range(4):
        world.begin_thread()
    sync(reader)
    getattr(world, action)()
    world.flush()
    report = sync(reader)
    assert report.looked
    assert report.complete
    assert_index_equals_store(reader, world.url)
    world.close()
