"""Ids that fit into no index and no address of a page hide none of the others."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from inspector.models import ThreadEntry
from inspector.reader import Reader
from inspector.stores.sqlite import SqliteStore
from tests.integration.index.own_index import sqlite_index
from tests.integration.index.syncing import sync
from tests.integration.sqlite.conftest import saver_of, say, url_of


@pytest.fixture
def index(tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with sqlite_index(tmp_path / "index.sqlite3", django_db_blocker):
        yield


def spoiled(path: Path, statement: str, value: object) -> Reader:
    """Of a file with the threads `one`, which the statement changes, and `two`."""
    with saver_of(path) as saver:
        say(saver, "one", "Hi")
        say(saver, "two", "Hi")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement, (value,))
    return Reader(store=SqliteStore("odd", url_of(path)), host_keys=("run_host",), owner_keys=("user_id",))


def test_a_thread_whose_id_holds_nul_is_left_out(tmp_path: Path, index: None) -> None:
    reader = spoiled(tmp_path / "a.db", "update checkpoints set thread_id = ? where thread_id = 'one'", "o\0ne")
    assert sync(reader).complete
    assert list(ThreadEntry.objects.values_list("thread_id", flat=True)) == ["two"]


def test_half_a_character_in_metadata_is_indexed_as_a_question_mark(tmp_path: Path, index: None) -> None:
    metadata = rb'{"run_host": "\ud800", "user_id": "\ud801", "\ud803": "\u0000"}'
    reader = spoiled(tmp_path / "a.db", "update checkpoints set metadata = ? where thread_id = 'one'", metadata)
    assert sync(reader).complete
    assert ThreadEntry.objects.get(thread_id="one").owner == "\ufffd"
