"""More rows than a search shows at all: every one is counted, or the read says that it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from inspector.demo.graphs.chat import build_chat
from inspector.errors import ReadTooLong
from inspector.stores.base import ReadBudget
from tests.integration.redis.conftest import OpenStore, saver_of
from tests.redis_server import RedisServer

THREADS, EACH = 25, 420


@pytest.fixture
def copies(empty: str, redis_server: RedisServer) -> Iterator[Copies]:
    with saver_of(empty) as saver, redis_server.connect() as client:
        build_chat(saver).invoke({"messages": [("user", "hello")]}, {"configurable": {"thread_id": "model"}})
        yield Copies(client)


class Copies:
    """Copies of a checkpoint and of a write that the saver made, under other ids. Every write is the first of its
    task."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._checkpoint = client.json().get(next(client.scan_iter("checkpoint:model:*")))
        self._write = client.json().get(next(client.scan_iter("checkpoint_write:model:*")))
        self._pipe = client.pipeline(transaction=False)

    def add(self, thread_id: str, checkpoint_id: str, writes: int, *, put: bool = True) -> None:
        names = {"thread_id": thread_id, "checkpoint_id": checkpoint_id}
        where = f"{thread_id}:__empty__:{checkpoint_id}"
        if put:
            self._pipe.json().set(f"checkpoint:{where}", "$", {**self._checkpoint, **names})
        for number in range(writes):
            task = {"task_id": f"task-{number}", "idx": 0}
            self._pipe.json().set(f"checkpoint_write:{where}:task-{number}:0", "$", {**self._write, **names, **task})
        self._pipe.execute()


def test_no_write_of_threads_that_are_asked_together_is_lost(copies: Copies, empty: str, open_store: OpenStore) -> None:
    ids = [f"thread-{number}" for number in range(THREADS)]
    for thread_id in ids:
        copies.add(thread_id, "1ef", EACH)
    rows = open_store(empty).read_threads(ids, host_keys=())
    assert {row.thread_id: row.writes for row in rows} == dict.fromkeys(ids, EACH)


def test_a_thread_of_more_writes_than_a_search_shows_is_counted_by_its_checkpoints(
    copies: Copies, empty: str, open_store: OpenStore
) -> None:
    for number in range(THREADS):
        copies.add("long", f"1ef-{number:03}", EACH)
    copies.add("long", "1ef-never-put", 7, put=False)
    copies.add("other", "1ef-000", 3)
    store = open_store(empty)
    found = {row.thread_id: row.writes for row in store.read_threads(["long", "other"], host_keys=())}
    assert found == {"long": THREADS * EACH + 7, "other": 3}
    ids = [f"1ef-{number:03}" for number in range(THREADS)]
    assert len(store.read_writes("long", "", ids, bodies=False)) == 1_000
    everything = store.read_writes("long", "", ids, bodies=False, budget=ReadBudget(rows=20_000))
    assert len(everything) == THREADS * EACH
    assert len(store.read_writes("long", "", ids[:1], bodies=False)) == EACH


@pytest.mark.thorough
def test_what_no_search_can_show_is_an_error_that_leaves_one_thread_out(
    copies: Copies, empty: str, open_store: OpenStore
) -> None:
    copies.add("whole", "1ef", 9_000)
    copies.add("huge", "1ef", 10_500)
    store = open_store(empty)
    for ids in (["whole", "huge"], ["huge"]):
        with pytest.raises(ReadTooLong, match="more rows than a search can show"):
            store.read_threads(ids, host_keys=())
    assert [row.writes for row in store.read_threads(["whole"], host_keys=())] == [9_000]
