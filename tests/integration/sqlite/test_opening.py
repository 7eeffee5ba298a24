"""How a file is opened: beside any writer, in any state, and without leaving a trace."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from inspector.errors import (
    NotACheckpointStore,
    ReadTooLong,
    StoreError,
    StoreTimeout,
    StoreUnreachable,
)
from inspector.stores.guard import Limits, deadline
from inspector.stores.sqlite import SqliteStore
from inspector.stores.sqlite.file import Session, SqliteFile
from tests.integration.sqlite.conftest import (
    OpenStore,
    Writer,
    files_beside,
    read_everything,
    saver_of,
    say,
    url_of,
)

_ENDLESS = "with recursive n (i) as (select 1 union all select i + 1 from n) select count(*) from n"
_COPY = (
    "insert into checkpoints select 'two', checkpoint_ns, checkpoint_id, null, type, checkpoint, metadata "
    "from checkpoints where thread_id = 'one'"
)


def test_a_file_at_rest_is_read_and_nothing_appears_beside_it(played: Path, open_store: OpenStore) -> None:
    before = files_beside(played)
    assert list(before) == [played.name]
    assert read_everything(open_store(played)) == 6
    assert files_beside(played) == before


def test_a_file_that_a_worker_writes_is_read_and_not_a_byte_changes(
    played: Path, open_store: OpenStore, start_writer: Callable[[Path], Writer]
) -> None:
    store, writer = open_store(played), start_writer(played)
    writer.run(_COPY)
    before = files_beside(played)
    assert len(before) == 3
    assert read_everything(store) == 12
    assert files_beside(played) == before
    writer.run("delete from checkpoints where thread_id = 'two'")
    assert read_everything(store) == 6


def test_what_a_killed_worker_left_in_its_log_is_read(
    played: Path, open_store: OpenStore, start_writer: Callable[[Path], Writer]
) -> None:
    writer = start_writer(played)
    writer.run(_COPY)
    writer.die()
    before = files_beside(played)
    assert len(before) == 3
    assert read_everything(open_store(played)) == 12
    assert files_beside(played) == before


def test_a_log_without_its_index_is_told_and_no_index_is_made(
    played: Path, open_store: OpenStore, start_writer: Callable[[Path], Writer]
) -> None:
    writer = start_writer(played)
    writer.run(_COPY)
    writer.die()
    Path(f"{played}-shm").unlink()
    before = files_beside(played)
    with pytest.raises(StoreUnreachable) as refused:
        open_store(played).read_threads(["one"], host_keys=())
    assert "-shm" in refused.value.hint
    assert files_beside(played) == before


def test_a_snapshot_is_one_beside_a_writer(played: Path, start_writer: Callable[[Path], Writer]) -> None:
    writer = start_writer(played)
    writer.run(_COPY)
    counted = "select count(*) from checkpoints"
    with SqliteFile(played, safe_url="file", limits=Limits()).read() as session:
        first = session.connection.execute(counted).fetchone()[0]
        writer.run("delete from checkpoints where thread_id = 'two'")
        assert session.connection.execute(counted).fetchone()[0] == first == 12


def test_many_readers_read_beside_a_writer(played: Path, open_store: OpenStore) -> None:
    store, failed = open_store(played, pool_size=3), []
    stop = threading.Event()

    def read() -> None:
        try:
            while not stop.is_set():
                (row,) = store.read_threads(["one"], host_keys=())
                assert row.checkpoints == row.turns * 3
        except Exception as error:
            failed.append(error)

    readers = [threading.Thread(target=read) for _ in range(6)]
    for reader in readers:
        reader.start()
    with saver_of(played) as saver:
        for number in range(8):
            say(saver, f"other-{number}", "Hello")
    stop.set()
    for reader in readers:
        reader.join()
    assert not failed


def test_no_statement_can_write(played: Path) -> None:
    file = SqliteFile(played, safe_url="file", limits=Limits())

    def write(session: Session) -> None:
        session.connection.execute("pragma query_only = off")
        session.connection.execute("delete from checkpoints")

    before = files_beside(played)
    with pytest.raises(StoreError):
        file.ask(write)
    with saver_of(played), pytest.raises(StoreError):
        file.ask(write)
    assert files_beside(played) == before


def test_an_answer_from_a_file_that_changed_meanwhile_is_thrown_away(played: Path) -> None:
    file, asked = SqliteFile(played, safe_url="file", limits=Limits()), []

    def question(session: Session) -> int:
        found = session.connection.execute("select count(*) from checkpoints").fetchone()[0]
        if not asked:
            with closing(sqlite3.connect(played, isolation_level=None)) as connection:
                connection.execute(_COPY)
        asked.append(found)
        return int(found)

    assert file.ask(question) == 12
    assert asked == [6, 12]


def test_a_file_that_never_stops_changing_is_told(played: Path) -> None:
    def question(session: Session) -> None:
        session.connection.execute("select count(*) from checkpoints").fetchone()
        with closing(sqlite3.connect(played, isolation_level=None)) as connection:
            connection.execute("update writes set value = randomblob(9)")

    with pytest.raises(StoreTimeout, match="changed while it was read"):
        SqliteFile(played, safe_url="file", limits=Limits()).ask(question)


def test_a_database_with_a_rollback_journal_is_read_under_its_locks(played: Path, open_store: OpenStore) -> None:
    store = open_store(played, lock=0.01)
    with closing(sqlite3.connect(played, isolation_level=None)) as connection:
        connection.execute("pragma journal_mode = delete")
        assert read_everything(store) == 6
        connection.execute("begin exclusive")
        connection.execute(_COPY)
        with pytest.raises(StoreTimeout, match="locked by another process"):
            store.read_threads(["one"], host_keys=())
        connection.execute("commit")
        assert read_everything(store) == 12


def test_a_file_that_is_replaced_is_read_anew(played: Path, tmp_path: Path, open_store: OpenStore) -> None:
    store = open_store(played)
    identities = store.read_identities()
    other = tmp_path / "other.sqlite"
    with saver_of(other) as saver:
        say(saver, "other", "Hello")
    os.replace(other, played)
    assert [count.thread_id for count in store.iter_thread_counts()] == ["other"]
    assert store.read_identities() != identities


def test_a_file_from_the_future_is_read_and_its_writes_are_noticed(played: Path, open_store: OpenStore) -> None:
    """As after a clock was set back, or in a copy from a machine whose clock is ahead."""
    later = time.time() + 86_400
    os.utime(played, (later, later))
    store = open_store(played)
    before = store.read_fingerprint()
    assert store.read_fingerprint() == before
    assert read_everything(store) == 6
    with closing(sqlite3.connect(played)) as connection, connection:
        connection.execute(_COPY)
    assert store.read_fingerprint() != before
    assert read_everything(store) == 12


@pytest.mark.parametrize(
    "spoil", ["thread_id = cast(thread_id as blob)", "checkpoint_id = x'ff'", "checkpoint_ns = x'ff'"]
)
def test_ids_that_another_program_stored_as_bytes_come_as_texts(
    spoil: str, played: Path, open_store: OpenStore
) -> None:
    with closing(sqlite3.connect(played)) as connection, connection:
        connection.execute(f"update checkpoints set {spoil} where rowid = 1")
    store = open_store(played)
    counts = list(store.iter_thread_counts())
    texts = [text for count in counts for text in (count.thread_id, count.last_checkpoint_id)]
    for found in store.read_namespaces("one"):
        texts += [found.checkpoint_ns, found.first_checkpoint_id, found.last_checkpoint_id]
    assert all(type(text) is str for text in texts)


def test_a_link_leads_to_the_file_and_its_log(
    played: Path, tmp_path: Path, open_store: OpenStore, start_writer: Callable[[Path], Writer]
) -> None:
    link = tmp_path / "link.sqlite"
    link.symlink_to(played)
    start_writer(played).run(_COPY)
    assert read_everything(open_store(link)) == 12
    assert open_store(link).read_identities() == open_store(played).read_identities()


def test_a_path_without_a_slash_begins_where_the_dashboard_was_started(
    played: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(played, played.with_name("plain.sqlite"))
    monkeypatch.chdir(played.parent)
    assert read_everything(SqliteStore("files", "sqlite:///plain.sqlite")) == 6


def test_a_file_that_is_missing_is_told_and_not_made(path: Path, open_store: OpenStore) -> None:
    store = open_store(path)
    for read in (
        store.read_facts,
        store.read_identities,
        store.read_fingerprint,
        lambda: [*store.iter_thread_counts()],
    ):
        with pytest.raises(StoreUnreachable, match="does not exist") as refused:
            read()
        assert "when it first writes" in refused.value.hint
    assert not list(path.parent.iterdir())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "holds no LangGraph checkpoint tables"),
        (b"no database " * 1_000, "is no SQLite database"),
        (b"SQLite format 3\x00" + bytes(4_000), "SQLite"),
    ],
)
def test_a_file_of_another_kind_is_told(content: bytes, message: str, path: Path, open_store: OpenStore) -> None:
    path.write_bytes(content)
    with pytest.raises(StoreError) as refused:
        open_store(path).read_facts()
    assert message.split()[-1] in refused.value.message or isinstance(refused.value, NotACheckpointStore)
    assert path.read_bytes() == content


def test_a_directory_is_told(path: Path, open_store: OpenStore) -> None:
    with pytest.raises(NotACheckpointStore, match="is a directory"):
        open_store(path.parent).read_facts()


@pytest.mark.parametrize(
    ("spoil", "missing"),
    [
        ("alter table checkpoints rename to other", "holds no LangGraph checkpoint tables"),
        ("alter table checkpoints rename column type to kind", "checkpoints.type is missing"),
        ("alter table checkpoints rename column checkpoint_id to thread_ts", "checkpoints.checkpoint_id is missing"),
        ("drop table writes", "writes.channel is missing"),
    ],
)
def test_tables_of_another_shape_are_told(spoil: str, missing: str, played: Path, open_store: OpenStore) -> None:
    with closing(sqlite3.connect(played)) as connection:
        connection.execute(spoil)
    with pytest.raises(NotACheckpointStore, match=missing):
        open_store(played).read_threads(["one"], host_keys=())


def test_tables_of_an_old_saver_are_read(played: Path, open_store: OpenStore) -> None:
    store = open_store(played)
    (newest, *_) = store.read_checkpoints("one", "").rows
    ids = [row.checkpoint_id for row in store.read_checkpoints("one", "").rows]
    with closing(sqlite3.connect(played)) as connection:
        connection.execute("alter table writes drop column task_path")
    assert read_everything(store) == 6
    assert {write.task_path for write in store.read_writes("one", "", ids)} == {""}
    assert any("task_path" in warning for warning in store.read_facts().warnings)
    assert newest == store.read_checkpoint("one", "", newest.checkpoint_id)


@pytest.mark.parametrize("at", range(1, 8))
def test_a_damaged_file_is_told_or_read_but_breaks_nothing(at: int, played: Path, open_store: OpenStore) -> None:
    content = bytearray(played.read_bytes())
    place = len(content) * at // 8
    content[place : place + 4_096] = b"\xa5" * len(content[place : place + 4_096])
    played.write_bytes(content)
    with contextlib.suppress(StoreError):  # and nothing else
        read_everything(open_store(played))


def test_a_read_that_takes_too_long_is_cut(played: Path, open_store: OpenStore) -> None:
    file = SqliteFile(played, safe_url="file", limits=Limits(statement=0.05))
    with pytest.raises(ReadTooLong, match="time budget"):
        file.ask(lambda session: session.connection.execute(_ENDLESS).fetchall())
    with pytest.raises(ReadTooLong, match="time budget"):
        open_store(played, statement=1e-9).read_checkpoints("one", "")


def test_a_page_that_is_over_its_time_asks_nothing(played: Path, open_store: OpenStore) -> None:
    with deadline(0), pytest.raises(StoreTimeout, match="than a page may wait"):
        open_store(played).read_threads(["one"], host_keys=())


def test_readers_wait_for_one_another_and_not_for_ever(played: Path, open_store: OpenStore) -> None:
    store = open_store(played, pool_size=1, statement=0.05)
    counts = store.iter_thread_counts()
    next(counts)
    with pytest.raises(StoreTimeout, match="too many at once"):
        store.read_namespaces("one")
    counts.close()
    assert store.read_namespaces("one")


def test_urls_name_a_file(tmp_path: Path) -> None:
    assert SqliteStore("a", url_of(tmp_path / "x y.db")).safe_url == f"sqlite:///{tmp_path}/x y.db"
