"""Passes that go on by themselves: they follow live writes, outlive a server that goes and comes, and end when told."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator

import pytest
from django.db import DatabaseError

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.graphs.chat import build_chat
from inspector.demo.repertoire import open_saver
from inspector.demo.stage import Stage
from inspector.errors import StoreUnreachable
from inspector.index import background, loops
from inspector.index.background import BackgroundSync
from inspector.index.pace import Pace
from inspector.index.passes import run_pass
from inspector.models import StoreEntry, ThreadEntry
from inspector.reader import Reader
from tests.integration.index.conftest import NewDatabase, OpenReader
from tests.integration.index.equality import assert_index_equals_store
from tests.integration.index.syncing import sync as sync_once
from tests.integration.postgres.freezing import frozen
from tests.integration.postgres.polling import wait_for

Start = Callable[..., BackgroundSync]


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """`start(reader, …)`: passes every few milliseconds, stopped at the test's end."""
    monkeypatch.setattr(background, "_AFTER_ERROR", 0.05)
    monkeypatch.setattr(loops, "DUTY", 0.9)
    started = []

    def begin(*readers: Reader) -> BackgroundSync:
        started.append(BackgroundSync(list(readers), pause=0.02))
        started[-1].start()
        return started[-1]

    yield begin
    for sync in started:
        sync.stop()


def test_live_writes_are_followed(new_database: NewDatabase, index: str, open_reader: OpenReader, start: Start) -> None:
    url = new_database()
    with open_saver(url) as saver:
        reader = open_reader(url)
        sync = start(reader)
        stage, graph = Stage(saver, "exit", "live"), build_chat(saver)
        for turns in (1, 2, 3):
            stage.say(graph, stage.config("live", worker_hostname="web-1"), "Hello")
            wait_for(lambda turns=turns: _turns("live") == turns)  # type: ignore[misc]
        saver.delete_thread("live")
        saver.conn.execute("select pg_stat_force_next_flush()")  # type: ignore[union-attr]
        wait_for(lambda: _turns("live") is None)
        sync.stop()
        sync_once(reader)  # a pass that was stopped has not counted
        assert_index_equals_store(reader, url)


def test_a_server_that_goes_and_comes_back_is_followed_again(
    index: str, open_reader: OpenReader, start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "inspector.index.background")
    with EmbeddedPostgres() as server:
        url = server.create_database()
        reader = open_reader(url)
        _say(url, "before")
        sync = start(reader)
        wait_for(lambda: _turns("before"))
        server.stop()
        wait_for(lambda: "cannot be reached" in _error())
        assert _turns("before") == 1
        server.start()
        _say(url, "after")
        wait_for(lambda: _turns("after"))
        wait_for(lambda: _error() == "")
        sync.stop()
        assert_index_equals_store(reader, url)
    told = [record.getMessage() for record in caplog.records if record.name == "inspector.index.background"]
    assert len([message for message in told if "cannot be reached" in message]) == 1
    assert told[-1].endswith("answers again.")


def test_tables_that_a_worker_has_yet_to_make_are_waited_for(
    new_database: NewDatabase, index: str, open_reader: OpenReader, start: Start
) -> None:
    url = new_database()
    start(open_reader(url))
    wait_for(lambda: "holds no LangGraph checkpoint tables" in _error())
    _say(url, "first")
    wait_for(lambda: _turns("first"))
    wait_for(lambda: _error() == "")


def test_a_store_that_is_down_holds_up_no_other(
    new_database: NewDatabase, index: str, open_reader: OpenReader, start: Start
) -> None:
    url = new_database()
    _say(url, "here")
    start(open_reader("postgresql://me@127.0.0.1:1/db", name="down"), open_reader(url, name="up"))
    wait_for(lambda: _turns("here"))
    wait_for(lambda: StoreEntry.objects.filter(name="down").exclude(error="").exists())
    assert StoreEntry.objects.get(name="up").error == ""


def test_a_store_that_hangs_holds_up_no_other(
    new_database: NewDatabase, index: str, open_reader: OpenReader, start: Start
) -> None:
    url = new_database()
    with EmbeddedPostgres() as server:
        _say(server.url, "there")
        with frozen(server):
            start(open_reader(server.url, name="hangs"), open_reader(url, name="fine"))
            _say(url, "here")
            wait_for(lambda: _turns("here"))
            assert _turns("there") is None
        wait_for(lambda: _turns("there"))


def test_an_error_of_our_own_is_no_end(
    new_database: NewDatabase, index: str, open_reader: OpenReader, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = new_database()
    _say(url, "here")
    failures = [DatabaseError("the disk is full"), ZeroDivisionError()]

    def fail_first(reader: Reader, *, pace: Pace) -> object:
        if failures:
            raise failures.pop()
        return run_pass(reader, pace=pace)

    monkeypatch.setattr(background, "run_pass", fail_first)
    start(open_reader(url))
    wait_for(lambda: _turns("here"))


def test_it_ends_when_told(new_database: NewDatabase, index: str, open_reader: OpenReader) -> None:
    url = new_database()
    _say(url, "here")
    sync = BackgroundSync([open_reader(url)], pause=60)
    sync.start()
    wait_for(lambda: _turns("here"))
    sync.stop()
    assert not _threads()


@pytest.mark.parametrize("error", [StoreUnreachable("The pool is closed.", ""), ZeroDivisionError()], ids=type)
def test_a_pass_that_outstays_the_end_says_nothing_of_the_readers_that_were_closed_under_it(
    new_database: NewDatabase,
    index: str,
    open_reader: OpenReader,
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
) -> None:
    at_it, closed = threading.Event(), threading.Event()

    def outstay(reader: Reader, *, pace: Pace) -> object:
        at_it.set()
        closed.wait(30)
        raise error

    monkeypatch.setattr(background, "run_pass", outstay)
    sync = start(open_reader(new_database()))
    assert at_it.wait(30)
    sync.stop(timeout=0)
    closed.set()
    wait_for(lambda: not _threads())
    assert caplog.messages == []


def _threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "sync-store"]


def _say(url: str, thread_id: str) -> None:
    with open_saver(url) as saver:
        stage = Stage(saver, "exit", "background")
        stage.say(build_chat(saver), stage.config(thread_id, worker_hostname="web-1"), "Hello")


def _turns(thread_id: str) -> int | None:
    return ThreadEntry.objects.filter(thread_id=thread_id).values_list("turns", flat=True).first()


def _error() -> str:
    return StoreEntry.objects.values_list("error", flat=True).first() or ""
