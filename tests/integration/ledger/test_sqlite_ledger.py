"""What is particular to a ledger in a file."""

from __future__ import annotations

import logging
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from inspector.errors import StoreError, StoreTimeout
from inspector.ledger.sqlite import SqliteLedgerReader
from inspector.probe import flush, watch
from inspector.probe.ledger_schema import COUNTS_TABLE, ERRORS_TABLE, WORKERS_TABLE
from tests.integration.ledger.conftest import OpenReader, OpenWriter
from tests.integration.ledger.samples import batch, counts, report
from tests.probing import probing_into

_ENDLESS = "with recursive n (i) as (select 1 union all select i + 1 from n) select count(*) from n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "led#ger %41.sqlite3"


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite:///{str(path).replace('%', '%25').replace('#', '%23')}"


def execute(reader: SqliteLedgerReader, *statements: str) -> None:
    done = reader._ask(lambda connection: [connection.execute(statement).fetchall() for statement in statements], None)
    assert done is not None


@pytest.mark.parametrize("table", [WORKERS_TABLE, COUNTS_TABLE, ERRORS_TABLE])
def test_a_table_that_was_dropped_is_made_again(
    table: str, path: Path, url: str, open_writer: OpenWriter, open_reader: OpenReader
) -> None:
    writer, reader, worker = open_writer(url), open_reader(url), report()
    writer.write(batch(worker, 1, counts("a", reads=1)))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"drop table {table}")
    assert not reader.exists()
    writer.write(batch(worker, 2, counts("b", reads=1, errors={"E": 1})))

    assert reader.read_thread("b")[0].errors == {"E": 1}


def test_a_file_that_was_deleted_is_made_again(
    path: Path, url: str, open_writer: OpenWriter, open_reader: OpenReader
) -> None:
    writer, worker = open_writer(url), report()
    writer.write(batch(worker, 1, counts("a", reads=1)))
    for left in path.parent.glob(f"{path.name}*"):
        left.unlink()
    writer.write(batch(worker, 2, counts("a", reads=2)))

    assert [row.reads for row in open_reader(url).read_thread("a")] == [2]


def test_what_the_dashboard_opens_cannot_write(
    path: Path, url: str, open_writer: OpenWriter, open_reader: OpenReader
) -> None:
    open_writer(url).write(batch(report(), 1, counts("a", reads=1)))
    reader = open_reader(url)
    assert isinstance(reader, SqliteLedgerReader)
    for statement in (f"delete from {COUNTS_TABLE}", "create table mine (a)"):
        with pytest.raises(StoreError):
            execute(reader, "pragma query_only = off", statement)
    assert len(reader.read_thread("a")) == 1


def test_a_reader_makes_no_file(path: Path, url: str, open_reader: OpenReader) -> None:
    assert not open_reader(url).exists()
    assert not path.exists()


def test_a_read_that_takes_too_long_is_cut(url: str, open_writer: OpenWriter, open_reader: OpenReader) -> None:
    open_writer(url).write(batch(report(), 1))
    reader = open_reader(url, statement=0.05)
    assert isinstance(reader, SqliteLedgerReader)
    with pytest.raises(StoreTimeout, match="time budget"):
        execute(reader, _ENDLESS)


def test_a_file_that_is_no_database_is_told(path: Path, url: str, open_reader: OpenReader) -> None:
    path.write_text("no database " * 1_000)
    with pytest.raises(StoreError, match="is no SQLite database"):
        open_reader(url).exists()


def test_a_directory_that_is_missing_is_not_made_and_waited_for(
    tmp_path: Path, open_reader: OpenReader, caplog: pytest.LogCaptureFixture
) -> None:
    directory = tmp_path / "volume"
    ledger = f"sqlite:///{directory}/ledger.db"
    with probing_into(ledger):
        saver: Any = watch(InMemorySaver())
        saver.get_tuple({"configurable": {"thread_id": "a", "checkpoint_ns": ""}})
        assert not flush(30)
        assert not directory.exists()
        directory.mkdir()
        assert flush(30)
    assert open_reader(ledger).read_thread("a")[0].reads == 1
    (told,) = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert f"cannot reach its ledger at {ledger} (sqlite3.OperationalError)" in told
