"""What is particular to a ledger in Postgres: tables, schemas, rights, restarts."""

from __future__ import annotations

from urllib.parse import urlsplit

import psycopg
import pytest

from inspector.demo.embedded import EmbeddedPostgres
from inspector.errors import StoreDenied, StoreError, StoreUnreachable
from inspector.ledger.postgres import PostgresLedgerReader
from inspector.probe.ledger_schema import COUNTS_TABLE, ERRORS_TABLE, WORKERS_TABLE
from inspector.probe.ledgers.postgres import PostgresLedger
from tests.integration.ledger.conftest import OpenReader, OpenWriter
from tests.integration.ledger.hammer import send
from tests.integration.ledger.samples import batch, counts, report

TABLES = (WORKERS_TABLE, COUNTS_TABLE, ERRORS_TABLE)


def run(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def as_role(server: EmbeddedPostgres, url: str, role: str) -> str:
    """The same database with another login, which is made where it is missing and may use the schema public."""
    with server.connect() as connection:
        known = connection.execute("select from pg_roles where rolname = %s", [role]).fetchone()
    if known is None:
        server.create_role(role)
    return server.url_for(urlsplit(url).path[1:], user=role)


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_was_dropped_is_made_again(
    table: str, database: str, open_writer: OpenWriter, open_reader: OpenReader
) -> None:
    writer, reader, worker = open_writer(database), open_reader(database), report()
    writer.write(batch(worker, 1, counts("a", reads=1, errors={"E": 1})))
    assert reader.exists()
    run(database, f"drop table {table}")
    assert reader.read_thread("a") == []
    writer.write(batch(worker, 2, counts("b", reads=1, errors={"E": 1})))

    (row,) = reader.read_thread("b")
    assert (row.reads, row.errors) == (1, {"E": 1})


def test_a_login_that_may_not_create_writes_where_the_tables_are(
    database: str, postgres: EmbeddedPostgres, open_writer: OpenWriter, open_reader: OpenReader
) -> None:
    writer = open_writer(as_role(postgres, database, "ledger_guest"))
    sent = batch(report(), 1, counts("a", reads=1))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        writer.write(sent)
    open_writer(database).write(batch(report(), 1))
    run(database, *(f"grant select, insert, update on {table} to ledger_guest" for table in TABLES))
    writer.write(sent)

    assert [row.reads for row in open_reader(database).read_thread("a")] == [1]


def test_a_login_that_is_read_only_by_default_writes_all_the_same(
    database: str, postgres: EmbeddedPostgres, open_writer: OpenWriter, open_reader: OpenReader
) -> None:
    login = as_role(postgres, database, "ledger_shy")
    run(database, "alter role ledger_shy set default_transaction_read_only = on")
    run(database, "grant create on schema public to ledger_shy")
    open_writer(login).write(batch(report(), 1, counts("a", reads=1)))

    assert [row.reads for row in open_reader(login).read_thread("a")] == [1]


def test_the_url_names_the_schema(database: str, open_writer: OpenWriter, open_reader: OpenReader) -> None:
    run(database, 'create schema "Odd ""name"')
    writer = open_writer(f"{database}&schema=Odd%20%22name")
    writer.write(batch(report("odd"), 1, counts("a", reads=1)))

    with psycopg.connect(database) as connection:
        found = connection.execute("select schemaname from pg_tables where tablename = any(%s)", [list(TABLES)])
        assert found.fetchall() == [('Odd "name',)] * 3
    assert [worker.hostname for worker in open_reader(database).read_workers().reports] == ["odd"]


def test_a_reader_looks_in_the_stores_schema_then_on_the_path_then_elsewhere(
    database: str, open_writer: OpenWriter, open_reader: OpenReader
) -> None:
    run(database, "create schema theirs", "create schema aside")
    elsewhere = open_reader(database)
    assert not elsewhere.exists()
    for schema in ("aside", "theirs"):
        open_writer(f"{database}&schema={schema}").write(batch(report(schema), 1))
    assert [worker.hostname for worker in elsewhere.read_workers().reports] == ["aside"]
    open_writer(database).write(batch(report("on the path"), 1))

    assert [worker.hostname for worker in open_reader(database).read_workers().reports] == ["on the path"]
    assert [worker.hostname for worker in open_reader(database, schema="theirs").read_workers().reports] == ["theirs"]
    assert [worker.hostname for worker in open_reader(f"{database}&schema=aside").read_workers().reports] == ["aside"]


def test_a_login_without_rights_is_told_the_grant_it_needs(
    database: str, postgres: EmbeddedPostgres, open_writer: OpenWriter, open_reader: OpenReader
) -> None:
    open_writer(database).write(batch(report(), 1, counts("a", reads=1)))
    reader = open_reader(as_role(postgres, database, "ledger_blind"))
    with pytest.raises(StoreDenied, match="may not read the ledger") as told:
        reader.exists()
    run(database, *told.value.hint.removeprefix("Have this run: ").removesuffix(";").split("; "))
    assert reader.exists()
    assert len(reader.read_thread("a")) == 1

    run(database, f"revoke all on {COUNTS_TABLE} from ledger_blind")
    with pytest.raises(StoreDenied, match="may not read the ledger"):
        reader.read_changes("")


def test_what_the_dashboard_opens_cannot_write(database: str, open_writer: OpenWriter, open_reader: OpenReader) -> None:
    open_writer(database).write(batch(report(), 1, counts("a", reads=1)))
    reader = open_reader(database)
    assert isinstance(reader, PostgresLedgerReader)
    for statement in (f"delete from {COUNTS_TABLE}", f"drop table {COUNTS_TABLE}", "create table mine ()"):
        with pytest.raises(StoreError, match="ReadOnlySqlTransaction"), reader._sessions.read("public") as cursor:
            cursor.execute(statement.encode())
    assert len(reader.read_thread("a")) == 1


def test_no_setting_outlives_its_transaction(database: str, open_writer: OpenWriter) -> None:
    """Behind a pooler the server's side of the connection goes on to somebody else."""
    writer = open_writer(f"{database}&schema=public")
    assert isinstance(writer, PostgresLedger)
    writer.write(batch(report(), 1))

    assert writer._connection is not None
    shown = [
        writer._connection.execute(f"show {name}".encode()).fetchone()
        for name in ("statement_timeout", "idle_in_transaction_session_timeout", "search_path", "application_name")
    ]
    assert shown == [("0",), ("0",), ('"$user", public',), ("checkpoint-inspector-probe",)]


def test_a_server_that_does_not_answer_is_not_waited_for(
    database: str, open_writer: OpenWriter, open_reader: OpenReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it ends what it was asked for or not, a batch that is sent again counts once."""
    monkeypatch.setattr("inspector.probe.ledgers.postgres._BATCH", 0.1)
    writer, worker = open_writer(database), report()
    send(writer, batch(worker, 1, counts("a", reads=1)))
    second = batch(worker, 2, counts("a", reads=1))
    with psycopg.connect(database) as holder:
        holder.execute(f"lock table {COUNTS_TABLE} in access exclusive mode".encode())
        with pytest.raises(psycopg.OperationalError):
            writer.write(second)
    monkeypatch.setattr("inspector.probe.ledgers.postgres._BATCH", 6.0)
    writer.write(second)

    assert [row.reads for row in open_reader(database).read_thread("a")] == [2]


def test_a_server_that_was_away_is_written_to_again(open_writer: OpenWriter, open_reader: OpenReader) -> None:
    with EmbeddedPostgres() as server:
        writer, reader, worker = open_writer(server.url), open_reader(server.url), report()
        first, second = (batch(worker, number, counts("a", reads=number)) for number in (1, 2))
        writer.write(first)
        server.stop()
        with pytest.raises(psycopg.OperationalError):
            writer.write(second)
        with pytest.raises(StoreUnreachable):
            reader.read_thread("a")
        server.start()
        writer.write(second)
        send(writer, second)

        assert [row.reads for row in open_reader(server.url).read_thread("a")] == [3]


def test_a_wrong_url_is_told_without_its_password(open_writer: OpenWriter) -> None:
    with pytest.raises(ValueError, match="cannot be read") as told:
        open_writer("postgresql://me:hunter2@h/db?nonsense=hunter2").write(batch(report(), 1))
    assert "hunter2" not in str(told.value)


def test_a_removal_waits_for_nobody_who_writes(database: str, open_writer: OpenWriter) -> None:
    """A writer has its errors first and asks for the counts then: a removal that waited would lock up with it."""
    writer = open_writer(database)
    writer.write(batch(report(), 1, counts("a", reads=1, errors={"E": 1})))
    with psycopg.connect(database) as other:
        other.execute(f"select from {ERRORS_TABLE} for update".encode())
        assert not writer.prune(4e9)
    with psycopg.connect(database) as look:
        assert look.execute(f"select count(*) from {COUNTS_TABLE}".encode()).fetchone() == (0,)


def test_the_counts_are_vacuumed_often(database: str, open_writer: OpenWriter) -> None:
    open_writer(database).write(batch(report(), 1))
    with psycopg.connect(database) as look:
        found = look.execute("select reloptions from pg_class where relname = %s", [COUNTS_TABLE]).fetchone()
    assert found == (["autovacuum_vacuum_scale_factor=0.02"],)
