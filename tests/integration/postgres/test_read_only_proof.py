"""The promise of the project: nothing that the dashboard does writes to a checkpoint store.

Every page and a full sync pass run as the role that the SQL of `inspector grants` makes. Afterwards every row is where
it was, byte for byte and version for version, and the server has counted not one tuple written.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from psycopg.conninfo import conninfo_to_dict
from pytest_django import DjangoDbBlocker, Settings

from inspector.config import StoreSetting
from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import PlayedStore, play_into
from inspector.index.connections import close_readers, get_reader
from inspector.models import ThreadEntry
from inspector.secret import StoreUrl
from tests.integration.index.own_index import sqlite_index
from tests.integration.index.syncing import sync
from tests.integration.postgres.conftest import OpenStore
from tests.integration.postgres.polling import wait_for
from tests.signing_in import signed_in_client

TABLES = ("checkpoints", "checkpoint_blobs", "checkpoint_writes", "checkpoint_migrations")
PASSWORD = "of-the-reader"
SCENARIOS = ["two-hosts", "subgraph", "delta-channel", "fork-by-update", "error", "hostile-thread-ids", "typed-values"]


@pytest.fixture(scope="module")
def played(postgres: EmbeddedPostgres) -> Iterator[PlayedStore]:
    """A database that nothing but these tests looks at, with no work of the server's own left to do."""
    with play_into(postgres.create_database("proof"), SCENARIOS, ["sync"]) as store, postgres.connect() as connection:
        connection.execute("alter system set autovacuum = off")
        connection.execute("select pg_reload_conf()")
        with psycopg.connect(store.url, autocommit=True) as inside:
            inside.execute("vacuum freeze analyze")
        store.saver.conn.execute("select pg_stat_force_next_flush()")  # type: ignore[union-attr]
        yield store
        connection.execute("alter system reset autovacuum")
        connection.execute("select pg_reload_conf()")


@pytest.fixture(scope="module")
def reader_url(postgres: EmbeddedPostgres, played: PlayedStore) -> str:
    """Logged in as the role that the printed SQL makes. It gets a password besides."""
    printed = io.StringIO()
    call_command("grants", "--store", played.url, "--role", "proof_reader", stdout=printed)
    with psycopg.connect(played.url, autocommit=True) as connection:
        connection.execute(printed.getvalue().encode())
        connection.execute(f"alter role proof_reader password '{PASSWORD}'")
        connection.execute("grant password_required to proof_reader")
    return postgres.url_for("proof", user="proof_reader", password=PASSWORD)


@pytest.fixture
def dashboard(
    reader_url: str, tmp_path: Path, django_db_blocker: DjangoDbBlocker, settings: Settings
) -> Iterator[Client]:
    """The dashboard with an index of its own, connected as the reader."""
    stores = (StoreSetting("proof", StoreUrl(reader_url)),)
    settings.INSPECTOR = dataclasses.replace(settings.INSPECTOR, stores=stores)
    with sqlite_index(tmp_path / "index.sqlite3", django_db_blocker):
        yield signed_in_client()
        close_readers()


def test_the_printed_sql_makes_a_role_that_may_select_and_nothing_else(
    reader_url: str, played: PlayedStore, open_store: OpenStore
) -> None:
    facts = open_store(reader_url).read_facts()
    assert (facts.login, facts.could_write, facts.warnings) == ("proof_reader", (), ())
    fingerprint = open_store(reader_url).read_fingerprint()
    assert fingerprint.rows
    assert fingerprint.rewrites
    with psycopg.connect(reader_url, autocommit=True) as connection:
        assert connection.execute("show transaction_read_only").fetchone() == ("on",)
        connection.execute("set default_transaction_read_only = off")
        for table in TABLES:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"delete from {table}".encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("create table public.mine ()")
        memberships = connection.execute(
            "select r.rolname from pg_auth_members m join pg_roles r on r.oid = m.roleid "
            "join pg_roles u on u.oid = m.member where u.rolname = current_user"
        ).fetchall()
    assert memberships == [("password_required",)]


def test_a_role_from_the_printed_sql_sees_no_other_table(reader_url: str, played: PlayedStore) -> None:
    with psycopg.connect(played.url) as connection:
        connection.execute("create table if not exists salaries as select 1 as amount")
    with psycopg.connect(reader_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("select * from salaries")


def test_sync_and_every_page_leave_every_byte_where_it_was(dashboard: Client, played: PlayedStore) -> None:
    assert settings.INSPECTOR.stores[0].name == "proof"
    hashed, counted = _hash(played.url), _counters(played.url)

    report = sync(get_reader(), full=True)
    assert report.complete
    assert report.changed == ThreadEntry.objects.count() > 20
    pages = _pages(played)
    for page in pages:
        response = dashboard.get(page)
        assert response.status_code == 200, page
    assert len(pages) > 200

    assert _hash(played.url) == hashed
    close_readers()  # a session that ends hands in its counts
    wait_for(lambda: not _sessions(played.url))
    assert _counters(played.url) == counted


def test_the_counters_would_have_told(played: PlayedStore) -> None:
    """One row, written and taken back: the proof above does not hold because nobody counts."""
    hashed, counted = _hash(played.url), _counters(played.url)
    with psycopg.connect(played.url) as connection:
        connection.execute("insert into checkpoints values ('forced', '', '1ef', null, 'json', '{}', '{}')")
        connection.commit()
        assert _hash(played.url) != hashed
        connection.execute("delete from checkpoints where thread_id = 'forced'")
    wait_for(lambda: _counters(played.url) == tuple(a + b for a, b in zip(counted, (1, 0, 1), strict=True)))
    assert _hash(played.url) == hashed


def _pages(played: PlayedStore) -> list[str]:
    """Every page in every size, and every tab of every thread's newest checkpoints."""
    lists: list[dict[str, str]] = [{}, {"q": "two"}, {"turns": "one"}, {"sort": "thread_id", "limit": "5"}]
    pages = [f"/threads/?{urlencode(query)}" for query in lists]
    pages += ["/orphans/", "/orphans/?window=7d", "/stores/"]
    with psycopg.connect(played.url) as connection:
        checkpoints = connection.execute(
            "select thread_id, checkpoint_ns, checkpoint_id from (select *, row_number() over "
            "(partition by thread_id, checkpoint_ns order by checkpoint_id desc) n from checkpoints) c where n < 3"
        ).fetchall()
    for thread_id, namespace, checkpoint_id in checkpoints:
        where = {"id": thread_id, "ns": namespace, "checkpoint": checkpoint_id}
        pages += [f"/thread/?{urlencode({**where, 'tab': tab})}" for tab in ("changes", "state", "writes", "metadata")]
    return [*pages, *(f"{page}{'&' if '?' in page else '?'}format=json" for page in pages)]


def _hash(url: str) -> str:
    """Of every row with its place and its version: an UPDATE that changes nothing shows as well."""
    digest = hashlib.sha256()
    with psycopg.connect(url) as connection:
        for table in TABLES:
            query = f"select ctid::text, xmin::text, xmax::text, t::text from {table} t order by ctid"
            for row in connection.execute(query.encode()):
                digest.update(repr(row).encode())
    return digest.hexdigest()


def _counters(url: str) -> tuple[int, ...]:
    """Tuples inserted, updated and deleted in the whole database, its catalogues included."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("select pg_stat_force_next_flush()")
        query = "select tup_inserted, tup_updated, tup_deleted from pg_stat_database where datname = current_database()"
        row = connection.execute(query).fetchone()
    assert row is not None
    return row


def _sessions(url: str) -> int:
    with psycopg.connect(url) as connection:
        query = "select count(*) from pg_stat_activity where application_name = 'checkpoint-inspector' and datname = %s"
        row = connection.execute(query, [conninfo_to_dict(url)["dbname"]]).fetchone()
    assert row is not None
    return int(row[0])
