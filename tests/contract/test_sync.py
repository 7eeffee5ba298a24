"""A sync pass over each layout: it makes the index equal the store, looks only when it must, and may end anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from pytest_django import DjangoDbBlocker

from inspector.demo.graphs.base import Saver
from inspector.demo.graphs.chat import build_chat
from inspector.demo.plays import play, plays
from inspector.demo.stage import Stage
from inspector.models import StoreEntry, ThreadEntry
from inspector.reader import Reader
from tests.contract.conftest import ReaderOf
from tests.contract.library import Library
from tests.contract.places import StoreUnderTest
from tests.integration.index.equality import assert_index_equals_truth
from tests.integration.index.own_index import sqlite_index
from tests.integration.index.syncing import stop_after, sync
from tests.integration.postgres.polling import wait_for

SCENARIOS = ["two-hosts", "subgraph-persistent", "error", "unanswered-interrupt", "random-ids"]


@pytest.fixture
def index(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with sqlite_index(tmp_path / "index.sqlite3", django_db_blocker):
        yield


@pytest.fixture
def saver(place: StoreUnderTest) -> Iterator[Saver]:
    """A small store of one's own."""
    with place.open_saver() as opened:
        for slug in SCENARIOS:
            play(plays()[slug], opened, "sync")
        yield opened


@pytest.fixture
def reader(place: StoreUnderTest, saver: Saver, reader_of: ReaderOf, index: None) -> Reader:
    found: Reader = reader_of(place)
    return found


def test_every_scenario_is_indexed_as_its_rows_say(library: Library, index: None) -> None:
    report = sync(library.reader)
    assert (report.complete, report.skipped, report.ledger_error) == (True, 0, "")
    assert report.changed == ThreadEntry.objects.count() == len(library.plain.truth)
    assert_index_equals_truth(library.reader, library.plain.truth)


def test_a_store_that_did_not_change_is_not_looked_at(reader: Reader) -> None:
    """The server's own housekeeping may make a pass look once or twice; none of them finds a thing."""
    sync(reader)
    before = list(ThreadEntry.objects.order_by("pk").values())

    def rests() -> bool:
        report = sync(reader)
        assert (report.changed, report.removed, report.verified) == (0, 0, 0)
        return not report.looked

    wait_for(rests)
    assert list(ThreadEntry.objects.order_by("pk").values()) == before


def test_new_turns_late_writes_and_deleted_threads_are_found(
    place: StoreUnderTest, saver: Saver, reader: Reader
) -> None:
    flush(saver)
    sync(reader)
    gone = ThreadEntry.objects.order_by("thread_id")[0].thread_id
    stage, graph = Stage(saver, "sync", "sync"), build_chat(saver)
    stage.say(graph, stage.config("a new thread", worker_hostname="web-9"), "Hello")
    assert sync(reader).changed == 1
    assert_index_equals_truth(reader, place.read_plain().truth)

    stage.say(graph, stage.config("a new thread", worker_hostname="web-8"), "Hello again")
    found = saver.get_tuple(stage.config("a new thread"))
    assert found is not None
    saver.put_writes(found.config, [("__error__", "late")], "late-task")
    assert sync(reader).changed == 1
    assert_index_equals_truth(reader, place.read_plain().truth)
    assert ThreadEntry.objects.get(thread_id="a new thread").state == "failed"

    saver.delete_thread(gone)
    flush(saver)
    assert sync(reader).removed == 1
    assert_index_equals_truth(reader, place.read_plain().truth)


@pytest.mark.parametrize("end_after", [0, 1, 2])
def test_a_pass_that_ends_anywhere_is_made_up_for(
    place: StoreUnderTest, reader: Reader, monkeypatch: pytest.MonkeyPatch, end_after: int
) -> None:
    monkeypatch.setattr("inspector.index.refresh.BATCH", 4)
    monkeypatch.setattr("inspector.index.compare._BATCH", 5)
    monkeypatch.setattr("inspector.index.walk._FIRST", 10)
    monkeypatch.setattr("inspector.index.walk._MOST", 10)
    with pytest.raises(KeyboardInterrupt):
        sync(reader, progress=stop_after(end_after))
    assert StoreEntry.objects.get().lease == ""
    assert sync(reader).looked
    assert_index_equals_truth(reader, place.read_plain().truth)


def test_a_full_pass_reads_every_thread_again(place: StoreUnderTest, reader: Reader) -> None:
    sync(reader)
    ThreadEntry.objects.update(namespaces=99, owner="nobody", metadata={})
    assert sync(reader, full=True).complete
    assert_index_equals_truth(reader, place.read_plain().truth)


def flush(saver: Saver) -> None:
    """A Postgres session that stays open and idle hands in its row counts ten seconds late; here, now."""
    connection = getattr(saver, "conn", None)
    if isinstance(connection, psycopg.Connection):
        connection.execute("select pg_stat_force_next_flush()")
