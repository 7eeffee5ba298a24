"""The store that benchmarks run on is what real savers could have written, and what its plan says."""

from __future__ import annotations

import math
import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from langgraph.checkpoint.postgres import PostgresSaver
from pytest_django import DjangoDbBlocker

from benchmarks.assistant import LOOK_UP, build_assistant, build_desk
from benchmarks.mark import parameters_of, read_mark
from benchmarks.plan import ASSISTANTS, Plan
from benchmarks.store import store_of
from benchmarks.writer import LiveWriter
from inspector.demo.embedded import EmbeddedPostgres
from inspector.models import ThreadEntry
from inspector.reader import Reader
from inspector.stores.guard import Limits
from inspector.stores.postgres import PostgresStore
from tests.integration.index.own_index import sqlite_index
from tests.integration.index.syncing import sync

THREADS = 300
BLOBS_MISSING = (
    "select count(*) from checkpoints c, jsonb_each_text(checkpoint -> 'channel_versions') v "
    "where v.key = 'messages' and not exists (select from checkpoint_blobs b where b.channel = v.key "
    "and (b.thread_id, b.checkpoint_ns, b.version) = (c.thread_id, c.checkpoint_ns, v.value))"
)
ReadEntries = Callable[[str], dict[str, ThreadEntry]]


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """Where the server's own user may go, too."""
    path = Path(tempfile.mkdtemp(prefix="inspector-store-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def url(home: Path, postgres: EmbeddedPostgres) -> Iterator[str]:
    with store_of(THREADS, data=home) as url:
        yield url


@pytest.fixture(scope="module")
def plan(url: str) -> Plan:
    return Plan(parameters_of(url))


@pytest.fixture
def copy(url: str) -> Iterator[str]:
    """A copy that may be written to."""
    with psycopg.connect(url, dbname="postgres", autocommit=True) as connection:
        connection.execute("create database copy template store")
        yield url.replace("/store?", "/copy?")
        connection.execute("drop database copy")


@pytest.fixture
def read_entries(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[ReadEntries]:
    """The index's rows after one pass, by thread."""

    def read(url: str) -> dict[str, ThreadEntry]:
        store = PostgresStore("store", url, Limits())
        assert sync(Reader(store, host_keys=("worker_hostname",), owner_keys=("user_id",))).complete
        store.close()
        return {entry.thread_id: entry for entry in ThreadEntry.objects.prefetch_related("workers")}

    with sqlite_index(tmp_path / "index.sqlite3", django_db_blocker):
        yield read


def test_a_pass_finds_the_planned_threads(url: str, plan: Plan, read_entries: ReadEntries) -> None:
    entries = read_entries(url)
    assert len(entries) == THREADS
    for thread in range(THREADS):
        entry = entries[plan.thread_id(thread)]
        found = (entry.turns, entry.turns_is_lower_bound, entry.state, entry.owner)
        assert found == (plan.turns[thread], False, plan.state(thread), plan.owner(thread)), plan.kind(thread)
        assert {worker.hostname for worker in entry.workers.all()} == plan.hosts(thread)  # type: ignore[attr-defined]
        assert (entry.siblings, entry.clock_skew, entry.rebuilt_values) == (False, False, False)
        assert (entry.namespaces > 1) == (plan.kind(thread) == "subgraph")


def test_every_kind_of_thread_is_there(plan: Plan) -> None:
    states = Counter(plan.state(thread) for thread in range(THREADS))
    assert set(states) == {"complete", "interrupted", "failed", "unfinished"}
    assert states["complete"] > 0.9 * THREADS
    assert sum(turns == 1 for turns in plan.turns) == pytest.approx(0.4 * THREADS, rel=0.2)


def test_every_checkpoint_has_its_parent_and_its_values(url: str) -> None:
    with psycopg.connect(url) as connection:
        orphans = connection.execute(
            "select count(*) from checkpoints c where parent_checkpoint_id is not null and not exists (select from "
            "checkpoints p where p.thread_id = c.thread_id and p.checkpoint_ns = c.checkpoint_ns "
            "and p.checkpoint_id = c.parent_checkpoint_id)"
        ).fetchone()
        first = connection.execute("select count(*) from checkpoints where parent_checkpoint_id is null").fetchone()
        unknown = connection.execute(
            "select count(*) from checkpoint_writes w where not exists (select from checkpoints c where "
            "(c.thread_id, c.checkpoint_ns, c.checkpoint_id) = (w.thread_id, w.checkpoint_ns, w.checkpoint_id))"
        ).fetchone()
        unread = connection.execute(
            "select count(*) from checkpoint_blobs b where not exists (select from checkpoints c where "
            "(c.thread_id, c.checkpoint_ns) = (b.thread_id, b.checkpoint_ns) "
            "and c.checkpoint -> 'channel_versions' ->> b.channel = b.version)"
        ).fetchone()
        missing = connection.execute(BLOBS_MISSING).fetchone()
    assert (orphans, unknown, unread, missing) == ((0,), (0,), (0,), (0,))
    assert first is not None
    assert first[0] >= THREADS


def test_the_indexes_are_those_of_the_saver(url: str, postgres: EmbeddedPostgres) -> None:
    fresh = postgres.create_database()
    with PostgresSaver.from_conn_string(fresh) as saver:
        saver.setup()
    made, expected = (_indexes(one) for one in (url, fresh))
    assert made == expected
    assert len(made) == 7


def _indexes(url: str) -> list[tuple[str, str]]:
    query = "select indexname, indexdef from pg_indexes where schemaname = 'public' order by 1"
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


def test_a_real_graph_goes_on_with_any_kind_that_has_ended(copy: str, plan: Plan) -> None:
    with PostgresSaver.from_conn_string(copy) as saver:
        for kind in ("exit", "subgraph", *ASSISTANTS):
            thread = next(thread for thread in range(THREADS) if plan.kind(thread) == kind and plan.turns[thread] > 1)
            config: Any = {"configurable": {"thread_id": plan.thread_id(thread)}}
            before = saver.get_tuple(config)
            assert before is not None
            assert len(before.checkpoint["channel_values"]["messages"]) == 2
            graph = (build_desk if kind == "subgraph" else build_assistant)(saver)
            graph.invoke({"messages": [("user", f"{LOOK_UP} 4711")]}, config)
            after = saver.get_tuple(config)
            assert after is not None
            assert after.checkpoint["channel_versions"]["messages"] > before.checkpoint["channel_versions"]["messages"]


def test_a_live_writer_goes_on_with_threads_and_begins_others(copy: str, plan: Plan, read_entries: ReadEntries) -> None:
    report = LiveWriter(copy, *read_mark(copy)).run(math.inf, threading.Event(), turns=60)
    entries = read_entries(copy)
    grown = [thread for thread in range(THREADS) if entries[plan.thread_id(thread)].turns > plan.turns[thread]]
    assert report.turns == 60
    assert grown
    assert len(entries) == THREADS + report.new_threads
    assert sum(entry.turns for entry in entries.values()) == sum(plan.turns) + report.turns
    assert {(entry.siblings, entry.turns_is_lower_bound) for entry in entries.values()} == {(False, False)}
    assert all(entries[plan.thread_id(thread)].state == plan.state(thread) for thread in range(THREADS))
    with psycopg.connect(copy) as connection:
        assert connection.execute(BLOBS_MISSING).fetchone() == (0,)


def test_a_kept_store_is_served_as_it_was_and_by_one_process(home: Path, url: str, plan: Plan) -> None:
    with store_of(THREADS, data=home) as again:
        assert again == url
    assert parameters_of(url) == plan.parameters
