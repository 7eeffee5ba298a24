"""Threads read one after the other are the same as those read by name, and what is left out of one changes nothing."""

from __future__ import annotations

import dataclasses

import psycopg
import pytest

from inspector.decode import FULL
from inspector.demo.repertoire import PlayedStore, play_into
from inspector.reader.summary import summarize
from inspector.stores.base import Head, ThreadRow
from inspector.stores.followed import FollowedStore, Scan
from inspector.stores.guard import Limits
from inspector.stores.postgres import PostgresStore
from inspector.stores.postgres.aggregates import read_heads
from tests.integration.postgres.conftest import NewDatabase, OpenStore
from tests.integration.postgres.telling import by_id, told
from tests.integration.postgres.truth import read_truth

HOST_KEYS = ("worker_hostname",)
NEWEST_ROOTS = """
delete from checkpoints c where checkpoint_ns = '' and not exists (
    select from checkpoints n where n.thread_id = c.thread_id and n.checkpoint_ns = ''
                                and n.checkpoint_id > c.checkpoint_id)
"""


def scan_all(store: PostgresStore, *, checkpoints: int) -> list[Scan]:
    scans = [store.scan_threads("", checkpoints=checkpoints, host_keys=HOST_KEYS)]
    while scans[-1].last:
        scans.append(store.scan_threads(scans[-1].last, checkpoints=checkpoints, host_keys=HOST_KEYS))
    return scans


def heads_of(store: PostgresStore, rows: list[ThreadRow]) -> dict[str, Head]:
    with store._read() as (cursor, layout):
        return read_heads(cursor, layout, {row.thread_id: row.last_root_id for row in rows}, Limits())


def test_a_postgres_store_can_be_followed(scenarios_read: PostgresStore) -> None:
    assert isinstance(scenarios_read, FollowedStore)


@pytest.mark.parametrize("checkpoints", [1, 7, 60, 100_000])
def test_every_thread_comes_once_whatever_the_parts(scenarios_read: PostgresStore, checkpoints: int) -> None:
    found = [row for scan in scan_all(scenarios_read, checkpoints=checkpoints) for row in scan.threads]
    known = [count.thread_id for count in scenarios_read.iter_thread_counts()]
    assert [row.thread_id for row in found] == known
    assert by_id(found) == by_id(scenarios_read.read_threads(known, host_keys=HOST_KEYS))


def test_a_part_is_as_large_as_was_asked_for(scenarios_read: PostgresStore) -> None:
    *scans, last = scan_all(scenarios_read, checkpoints=100)
    for scan in scans:
        assert sum(row.checkpoints for row in scan.threads) > 100
        assert sum(row.checkpoints for row in scan.threads[:-1]) <= 100
    assert 0 < sum(row.checkpoints for row in last.threads) <= 100


def test_one_thread_after_the_other_can_be_passed_by(scenarios_read: PostgresStore) -> None:
    known = [count.thread_id for count in scenarios_read.iter_thread_counts()]
    assert known[0] == ""  # a thread's id may be empty
    for before, after in zip(known[1:], [*known[2:], ""], strict=True):
        assert scenarios_read.read_next(before) == after


def test_an_empty_store_has_no_threads(new_database: NewDatabase, open_store: OpenStore) -> None:
    with play_into(new_database(), ["new-input"], ["exit"]) as played:
        played.saver.conn.execute("truncate checkpoints")  # type: ignore[union-attr]
        store = open_store(played.url)
        assert store.scan_threads("", checkpoints=10, host_keys=()) == Scan((), "")
        assert store.read_next("") == ""
        assert list(store.iter_thread_counts()) == []


@pytest.mark.thorough
def test_a_head_that_is_left_out_would_have_changed_nothing(new_database: NewDatabase) -> None:
    """Of every scenario, and of each of its threads as it was at every earlier step."""
    with play_into(new_database()) as played, psycopg.connect(played.url, autocommit=True) as connection:
        store = PostgresStore("heads", played.url)
        settled = states = 0
        while rows := [row for scan in scan_all(store, checkpoints=200) for row in scan.threads if row.last_root_id]:
            heads = heads_of(store, rows)
            for row in rows:
                whole = dataclasses.replace(row, head=heads[row.thread_id])
                short, full = (summarize(one, owner_keys=("user_id",), sight=FULL) for one in (row, whole))
                assert dataclasses.replace(short, row=whole) == dataclasses.replace(full, row=whole)
                assert row.head is None or row.head.row == heads[row.thread_id].row
                settled += row.head is None
                states += 1
            connection.execute(NEWEST_ROOTS)
        store.close()
    assert 0.1 < settled / states < 0.9


def test_most_finished_threads_come_without_their_heads(
    scenario_store: PlayedStore, scenarios_read: PostgresStore
) -> None:
    played = {
        thread.thread_id
        for slug in ("new-input", "tool-agent", "parallel-send", "parallel-join", "resume")
        for one in scenario_store.played
        if one.slug == slug
        for thread in one.threads
    }
    rows = scenarios_read.read_threads(sorted(played), host_keys=HOST_KEYS)
    assert len(rows) == len(played)
    assert {row.thread_id for row in rows if row.head is not None} == set()


@pytest.mark.parametrize("spoil", ["thread_id indexes", "task_path"])
def test_stores_of_any_age_are_read_alike(new_database: NewDatabase, spoil: str) -> None:
    """As LangGraph.js sets them up, without indexes by thread_id, and as older versions did, without a column."""
    with play_into(new_database()) as played, psycopg.connect(played.url, autocommit=True) as connection:
        if spoil == "thread_id indexes":
            for table in ("checkpoints", "checkpoint_blobs", "checkpoint_writes"):
                connection.execute(f"drop index {table}_thread_id_idx".encode())
        if spoil == "task_path":
            connection.execute("alter table checkpoint_writes drop column task_path")
        store = PostgresStore("aged", played.url)
        found = by_id([row for scan in scan_all(store, checkpoints=50) for row in scan.threads])
        truth = read_truth(played.url)
        assert {key: told(row) for key, row in found.items()} == truth
        counts = {count.thread_id: (count.checkpoints, count.writes) for count in store.iter_thread_counts()}
        assert counts == {key: (one.checkpoints, one.writes) for key, one in truth.items()}
        store.close()
