"""What a SQLite store says of itself, and whether it notices that something was written."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from inspector.errors import ConfigError
from inspector.ledger.registry import open_ledger_reader
from inspector.probe import flush, watch
from inspector.stores.base import Place
from inspector.stores.guard import Limits
from inspector.stores.registry import open_store as open_any
from inspector.stores.sqlite import SqliteStore
from tests.integration.sqlite.conftest import (
    OpenStore,
    Writer,
    files_beside,
    read_everything,
    saver_of,
    say,
    url_of,
)
from tests.probing import probing_into


def test_a_url_of_a_file_leads_to_this_store(played: Path) -> None:
    store = open_any("files", url_of(played), Limits())
    assert isinstance(store, SqliteStore)
    assert (store.name, store.kind, store.safe_url) == ("files", "sqlite", f"sqlite:///{played}")


@pytest.mark.parametrize("url", ["sqlite://hunter2/x", "sqlite:///:memory:", "sqlite://", "sqlite:///", "sqlite:x"])
def test_a_url_that_is_no_file_is_refused_without_naming_it(url: str) -> None:
    with pytest.raises(ConfigError) as refused:
        open_any("files", url, Limits())
    assert "hunter2" not in refused.value.message + refused.value.hint
    assert "sqlite:///PATH" in refused.value.hint


def test_facts_name_the_file_and_its_size(played: Path, open_store: OpenStore) -> None:
    facts = open_store(played).read_facts()
    assert facts.server == f"SQLite {sqlite3.sqlite_version}"
    assert (facts.database, facts.size_bytes) == (played.name, played.stat().st_size)
    assert facts.read_only_session
    assert [table.name for table in facts.tables] == ["checkpoints", "writes"]
    assert bool(facts.could_write) == os.access(played, os.W_OK)
    assert facts.warnings == ()


def test_a_journal_that_makes_workers_wait_is_told(played: Path, open_store: OpenStore) -> None:
    with closing(sqlite3.connect(played, isolation_level=None)) as connection:
        connection.execute("pragma journal_mode = persist")
        connection.execute("delete from checkpoints where rowid = 1")
        (warning,) = open_store(played).read_facts().warnings
    assert "wait" in warning


def test_a_fingerprint_stays_while_nothing_is_written(played: Path, open_store: OpenStore) -> None:
    store = open_store(played)
    first = store.read_fingerprint()
    assert first.rows is not None
    read_everything(store)
    assert store.read_fingerprint() == first


@pytest.mark.parametrize("open_meanwhile", [True, False])
def test_no_write_goes_unnoticed_however_soon_it_comes(
    open_meanwhile: bool, played: Path, open_store: OpenStore
) -> None:
    store, seen = open_store(played), set()
    with closing(sqlite3.connect(played, isolation_level=None)) as connection:
        if open_meanwhile:
            connection.execute("select * from checkpoints limit 1").fetchone()
        for number in range(30):
            seen.add(store.read_fingerprint().rows)
            with closing(sqlite3.connect(played, isolation_level=None)) as other:
                other.execute("update checkpoints set parent_checkpoint_id = ?", (f"{number:09}",))
    assert len(seen) == 30


def test_the_same_size_in_a_log_that_begins_anew_is_noticed(
    played: Path, open_store: OpenStore, start_writer: Callable[[Path], Writer]
) -> None:
    store, writer = open_store(played), start_writer(played)
    writer.run("update checkpoints set metadata = randomblob(100)")
    before = store.read_fingerprint()
    assert store.read_fingerprint() == before
    writer.run("pragma wal_checkpoint(restart)")
    writer.run("update checkpoints set metadata = randomblob(100)")
    assert store.read_fingerprint() != before


def test_a_worker_that_writes_there_names_the_same_data(played: Path, open_store: OpenStore) -> None:
    ledger = f"sqlite:///{played.parent}/ledger.sqlite"
    with probing_into(ledger), saver_of(played) as saver:
        watched: Any = watch(saver)
        say(watched, "watched", "Hello")
        reader = open_ledger_reader(ledger, Limits())
        identities: set[str] = set()
        for _ in range(50):  # the probe asks in a thread of its own, and reports what it found with its next batch
            assert flush(30)
            (report,) = reader.read_workers().reports
            identities = {name for place in report.places for name in place.identities}
            if identities:
                break
    assert identities == set(open_store(played).read_identities())


def test_a_ledger_in_the_same_file_disturbs_nothing(played: Path, open_store: OpenStore) -> None:
    store = open_store(played)
    before = store.read_threads(["one"], host_keys=())
    with probing_into(url_of(played)), saver_of(played) as saver:
        watched: Any = watch(saver)
        watched.get_tuple({"configurable": {"thread_id": "one", "checkpoint_ns": ""}})
        assert flush(30)
        assert store.read_threads(["one"], host_keys=()) == before
        assert open_ledger_reader(url_of(played), Limits()).read_thread("one")[0].reads == 1
    assert store.read_threads(["one"], host_keys=()) == before


def test_a_ledger_at_rest_is_read_without_a_trace(played: Path) -> None:
    with probing_into(url_of(played)), saver_of(played) as saver:
        watched: Any = watch(saver)
        watched.get_tuple({"configurable": {"thread_id": "one", "checkpoint_ns": ""}})
        assert flush(30)
    before = files_beside(played)
    assert open_ledger_reader(url_of(played), Limits()).read_thread("one")[0].reads == 1
    assert files_beside(played) == before


def test_what_follows_nul_is_a_part_of_an_id(played: Path, open_store: OpenStore) -> None:
    store = open_store(played)
    ids = [row.checkpoint_id for row in store.read_checkpoints("one", "").rows]
    written = store.read_writes("one", "", ids)
    assert written
    assert store.read_writes("one", "", [f"{name}\0" for name in ids]) == []
    assert store.read_writes("one", "", ids, channels=[f"{row.channel}\0" for row in written]) == []


def test_ids_that_sqlite_cannot_hold_find_nothing(played: Path, open_store: OpenStore) -> None:
    store = open_store(played)
    for odd in ("half \ud83d", "one\x00", "one\x00two"):
        assert store.read_threads([odd], host_keys=()) == []
        assert store.read_namespaces(odd) == []
        assert store.read_checkpoints(odd, "").rows == ()
        assert store.read_checkpoint("one", "", odd) is None
        assert store.read_newer_ids("one", odd, odd, rows=1) == []
        assert store.read_place("one", odd, odd) == Place(0, 0)
        assert store.read_writes("one", "", [odd], channels=[odd]) == []
        assert store.read_own_channels("one", "", odd, [odd]) == []
        assert store.read_inputs(odd, "", before="~") == []
