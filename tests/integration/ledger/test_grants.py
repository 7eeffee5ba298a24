"""The roles that `inspector grants` prints are enough for the probe and the dashboard, and no more than that."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from urllib.parse import urlsplit

import psycopg
import pytest
from django.core.management import call_command
from langgraph.checkpoint.postgres import PostgresSaver
from pytest_django import Settings

from inspector.demo.embedded import EmbeddedPostgres
from inspector.errors import ConfigError
from inspector.probe.ledger_schema import (
    COUNTS_TABLE,
    ERRORS_TABLE,
    POSTGRES_MAY_ASK_SYSTEM,
    POSTGRES_START,
    POSTGRES_SYSTEM,
    WORKERS_TABLE,
    postgres_identities,
)
from inspector.secret import StoreUrl
from inspector.stores.postgres import PostgresStore
from tests.integration.ledger.conftest import OpenReader, OpenWriter
from tests.integration.ledger.samples import batch, counts, reads, report

ROLES = {"role": "granted_reader", "ledger_role": "granted_probe"}
LEDGER = (WORKERS_TABLE, COUNTS_TABLE, ERRORS_TABLE)
CHECKPOINTS = ("checkpoints", "checkpoint_blobs", "checkpoint_writes", "checkpoint_migrations")


@dataclass(frozen=True)
class Granted:
    owner: str
    probe: str
    reader: str


def run_printed(owner: str, **options: str) -> None:
    """As the owner would, in one go."""
    printed = StringIO()
    call_command("grants", store=[f"shop={owner}"], stdout=printed, **{**ROLES, **options})
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(printed.getvalue().encode())


@pytest.fixture(params=["public", "lang"])
def granted(request: pytest.FixtureRequest, database: str, postgres: EmbeddedPostgres) -> Iterator[Granted]:
    """A store whose owner ran what the command printed for it, with the tables in one schema or another."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f"create schema if not exists {request.param}")
        connection.execute("create table public.salaries as select 1 as amount")
    with PostgresSaver.from_conn_string(f"{database}&options=-csearch_path%3D{request.param}") as saver:
        saver.setup()
    run_printed(database)
    with psycopg.connect(database, autocommit=True) as connection:
        yield Granted(
            database,
            *(postgres.url_for(urlsplit(database).path[1:], user=ROLES[name]) for name in ("ledger_role", "role")),
        )
        connection.execute("drop owned by granted_probe, granted_reader")
        connection.execute("drop role granted_probe, granted_reader")


def test_the_probe_writes_and_prunes_and_the_dashboard_reads(
    granted: Granted, open_writer: OpenWriter, open_reader: OpenReader
) -> None:
    writer, reader, worker = open_writer(granted.probe), open_reader(granted.reader), report(seen_at=100.0)
    assert not reader.exists()
    for number in (1, 1, 2):
        writer.write(batch(worker, number, counts("a", reads=1, errors={"E": 1}, recent=reads(1.0))))

    assert [found.worker_id for found in reader.read_workers().reports] == [worker.worker_id]
    assert reader.read_changes("").thread_ids == ("a",)
    (row,) = reader.read_thread("a")
    assert (row.reads, row.errors) == (2, {"E": 2})
    writer.prune(2e9)
    assert not reader.exists()
    assert reader.read_thread("a") == []


def test_the_probe_may_do_nothing_else(granted: Granted) -> None:
    refused = [f"select * from {table}" for table in (*CHECKPOINTS, "public.salaries")]
    refused += [f"delete from {table}" for table in CHECKPOINTS]
    refused += [f"truncate {table}" for table in LEDGER] + [f"drop table {table}" for table in LEDGER]
    refused += ["create table mine ()", "create table public.mine ()", "create schema mine"]
    with psycopg.connect(granted.probe, autocommit=True) as connection:
        for statement in refused:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())
        visible = connection.execute(
            "select relname from pg_class c join pg_namespace n on n.oid = relnamespace "
            "where nspname !~ '^pg_' and nspname <> 'information_schema' and relkind = 'r' "
            "and has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')"
        ).fetchall()
    assert {name for (name,) in visible} == set(LEDGER)


def test_the_reader_may_not_write_the_ledger(granted: Granted) -> None:
    with psycopg.connect(granted.owner) as connection:
        rights = connection.execute(
            "select relname, array_agg(privilege_type::text) from pg_class c, aclexplode(relacl) "
            "where grantee = 'granted_reader'::regrole group by relname"
        ).fetchall()
    assert dict(rights) == {table: ["SELECT"] for table in (*LEDGER, *CHECKPOINTS)}


def test_a_reader_and_a_worker_name_the_data_alike(granted: Granted) -> None:
    store = PostgresStore("shop", granted.reader)
    with psycopg.connect(granted.owner) as worker:
        asked = [worker.execute(query).fetchone() for query in (POSTGRES_SYSTEM, POSTGRES_START)]
        (where,) = worker.execute(
            "select current_database(), n.nspname from pg_class c join pg_namespace n on n.oid = relnamespace "
            "where relname = 'checkpoints'"
        ).fetchall()
        theirs = postgres_identities(*(str(row[0]) for row in asked if row), *where)
        assert len(theirs) == 2
        assert store.read_identities() == theirs

        worker.execute("revoke execute on function pg_control_system() from public")
        worker.commit()
        assert store.read_identities() == theirs[1:]
        with psycopg.connect(granted.reader) as plain:
            assert plain.execute(POSTGRES_MAY_ASK_SYSTEM).fetchone() == (False,)
        worker.execute("grant execute on function pg_control_system() to public")
    store.close()


def printed(part: str) -> str:
    out = StringIO()
    call_command("grants", database="shop", schema="lang", part=part, stdout=out, **ROLES)
    return out.getvalue()


def test_each_part_is_printed_by_itself() -> None:
    assert printed("both") == printed("reader") + printed("ledger")
    assert "inspector_" not in printed("reader")
    assert "checkpoint_blobs" not in printed("ledger")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("redis://:hunter2@cache/0", "-- ACL SETUSER granted_probe on"),
        ("sqlite:////var/ledger.db", "permissions of the file"),
        ("postgresql://app:hunter2@h/ledgers?schema=own", 'GRANT CONNECT ON DATABASE "ledgers" TO "granted_probe"'),
    ],
)
def test_a_ledger_elsewhere_is_told_what_it_needs_there(url: str, told: str, settings: Settings) -> None:
    settings.INSPECTOR = dataclasses.replace(settings.INSPECTOR, ledger_url=StoreUrl(url))

    assert told in printed("ledger")
    assert "hunter2" not in printed("both")
    if url.startswith("postgresql"):
        assert '"own".inspector_counts' in printed("ledger")
    else:
        assert all(line.startswith("-- ") for line in printed("ledger").splitlines() if line)


def test_a_ledger_of_no_known_kind_is_told(settings: Settings) -> None:
    settings.INSPECTOR = dataclasses.replace(settings.INSPECTOR, ledger_url=StoreUrl("mysql://hunter2"))
    with pytest.raises(ConfigError, match="of no known kind"):
        printed("both")
