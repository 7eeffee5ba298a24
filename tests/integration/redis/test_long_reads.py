"""A long thread is searched through once: what came behind what is known is read by its keys."""

from __future__ import annotations

from typing import Any

import pytest

from inspector.demo.graphs.chat import build_chat
from inspector.demo.stage import Stage
from inspector.stores.redis import RedisStore
from inspector.stores.redis.reads import CHECKPOINTS
from tests.integration.redis.conftest import OpenStore, saver_of


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The fields of each search for a thread's checkpoints but those for their names."""
    found: list[tuple[str, ...]] = []
    whole: Any = RedisStore._search

    def search(store: RedisStore, thread_id: str, ns: str | None, fields: tuple[str, ...]) -> Any:
        if fields:
            found.append(tuple(fields))
        return whole(store, thread_id, ns, fields)

    monkeypatch.setattr(RedisStore, "_search", search)
    return found


def test_only_what_is_asked_for_of_a_long_thread_is_read(
    empty: str, open_store: OpenStore, searched: list[tuple[str, ...]]
) -> None:
    with saver_of(empty) as saver:
        stage, graph = Stage(saver, "sync", "long"), build_chat(saver)
        stage.say(graph, stage.config("long"), *(f"say {number}" for number in range(CHECKPOINTS // 3 + 5)))
    store = open_store(empty)
    outline = store.read_outline("long", "", rows=3_000, host_keys=())
    inputs = store.read_inputs("long", "", before="x")
    assert len(outline) > CHECKPOINTS
    assert len(inputs) == CHECKPOINTS // 3 + 5
    assert len(searched) == 2

    fifth = outline[5].checkpoint_id
    assert store.read_outline("long", "", after=fifth, rows=3_000, host_keys=()) == outline[:5]
    assert store.read_outline("long", "", rows=7, host_keys=()) == outline[:7]
    later = store.read_inputs("long", "", since=fifth, before="x")
    assert inputs[-len(later) :][1:] == later[1:]
    assert len(searched) == 2
