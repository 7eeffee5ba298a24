"""The indexes that a first build does without are the same again when it is done."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections

from inspector.index.lazy import drop_lazy_indexes, make_lazy_indexes
from inspector.models import ThreadEntry, ThreadWorker

LAZY = {"sqlite": 14, "postgres": 15}


def test_what_was_dropped_is_made_again(either_index: str) -> None:
    before = _indexes()
    try:
        drop_lazy_indexes()
        drop_lazy_indexes()
        left = _indexes()
        assert len(before) == len(left) + LAZY[either_index]
        assert {name: before[name] for name in left} == left
        assert {"thread_by_last_at", "thread_once_a_store", "host_once_a_thread"} <= left.keys()
    finally:
        made = make_lazy_indexes()
    assert made == LAZY[either_index]
    assert _indexes() == before
    assert make_lazy_indexes() == 0


def test_a_build_that_died_between_two_indexes_is_ended_by_the_next(
    either_index: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _indexes()
    drop_lazy_indexes()
    try:
        with monkeypatch.context() as patch:
            patch.setattr(ThreadWorker._meta, "db_table", "no such table")
            with pytest.raises(DatabaseError):
                make_lazy_indexes()
    finally:
        left = make_lazy_indexes()
    assert 0 < left < LAZY[either_index]
    assert _indexes() == before


def test_two_builds_may_end_at_once(either_index: str) -> None:
    before = _indexes()
    drop_lazy_indexes()
    both = Barrier(2)

    def end() -> int:
        try:
            both.wait()
            return make_lazy_indexes()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as threads:
        made = [threads.submit(end) for _ in range(2)]
    assert max(one.result() for one in made) > 0
    assert _indexes() == before


def _indexes() -> dict[str, Any]:
    found: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for model in (ThreadEntry, ThreadWorker):
            found |= connection.introspection.get_constraints(cursor, model._meta.db_table)
    return {name: {**index, "definition": None} for name, index in found.items() if index["index"] or index["unique"]}
