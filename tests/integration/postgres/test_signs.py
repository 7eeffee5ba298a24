"""What a Postgres server shows of its condition, to a login with all rights and to one that may only read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.postgres.base import BasePostgresSaver
from psycopg.rows import dict_row

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.graphs.chat import build_chat
from inspector.stores.postgres.facts import NEWEST_MIGRATION
from inspector.stores.signs import Session, Signs
from tests.integration.postgres.conftest import NewDatabase, OpenStore

PASSWORD = "of-the-reader"


@pytest.fixture
def url(new_database: NewDatabase) -> str:
    """A database with the saver's tables and one conversation."""
    url = new_database()
    with PostgresSaver.from_conn_string(url) as saver:
        saver.setup()
        say(saver, "one")
    return url


@pytest.fixture
def reader_url(url: str, postgres: EmbeddedPostgres, tmp_path: Path) -> str:
    """The same database as the role that `inspector grants` prints reads it."""
    printed = tmp_path / "grants.sql"
    with printed.open("w") as out:
        call_command("grants", "--store", url, "--part", "reader", "--role", "signs_reader", stdout=out)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(printed.read_text())  # type: ignore[arg-type]
        connection.execute(f"alter role signs_reader password '{PASSWORD}'")
        return postgres.url_for(connection.info.dbname, user="signs_reader", password=PASSWORD)


def say(saver: PostgresSaver, thread_id: str) -> None:
    build_chat(saver).invoke({"messages": [("user", "Hello")]}, {"configurable": {"thread_id": thread_id}})


@contextmanager
def uncommitted(url: str) -> Iterator[psycopg.Connection[dict[str, object]]]:
    """A saver on a connection without autocommit: what it writes stays its own."""
    named = psycopg.conninfo.make_conninfo(url, application_name="forgot-autocommit")
    with psycopg.connect(named, row_factory=dict_row) as connection:
        say(PostgresSaver(connection), "two")
        yield connection
        connection.rollback()


def named(signs: Signs, application: str) -> Session:
    (found,) = [one for one in signs.sessions or () if one.application == application]
    return found


def test_a_saver_without_autocommit_shows_as_a_session_that_holds_writes(url: str, open_store: OpenStore) -> None:
    store = open_store(url)
    with uncommitted(url) as connection:
        session = named(store.read_signs(), "forgot-autocommit")
        assert (session.number, session.holds_writes) == (connection.info.backend_pid, True)
        assert (session.state, session.login) == ("idle in transaction", connection.info.user)
        assert session.age_seconds is not None
        assert session.transaction_seconds is not None
        assert 0 <= session.transaction_seconds <= session.age_seconds
        connection.commit()
        session = named(store.read_signs(), "forgot-autocommit")
        assert (session.holds_writes, session.transaction_seconds, session.state) == (False, None, "idle")


def test_the_login_that_only_reads_sees_who_holds_writes_and_is_told_that_the_rest_is_hidden(
    url: str, reader_url: str, open_store: OpenStore
) -> None:
    store = open_store(reader_url)
    with uncommitted(url) as connection:
        signs = store.read_signs()
        session = named(signs, "forgot-autocommit")
        assert signs.sessions_hidden
        assert (session.number, session.holds_writes) == (connection.info.backend_pid, True)
        assert (session.state, session.address, session.age_seconds) == ("", "", None)
        assert session.transaction_seconds == 0
        later = named(store.read_signs(), "forgot-autocommit").transaction_seconds
        assert later is not None
        assert later > 0
        connection.commit()
        session = named(store.read_signs(), "forgot-autocommit")
        assert (session.holds_writes, session.transaction_seconds) == (False, None)
    assert signs.notes == ()


def test_a_session_that_only_reads_holds_no_writes(url: str, open_store: OpenStore) -> None:
    with psycopg.connect(url, application_name="reads") as connection:
        connection.execute("select count(*) from checkpoints")
        session = named(open_store(url).read_signs(), "reads")
    assert (session.state, session.holds_writes) == ("idle in transaction", False)


def test_the_dashboards_own_sessions_are_left_out(url: str, open_store: OpenStore) -> None:
    other = open_store(url)
    other.read_facts()
    signs = open_store(url).read_signs()
    assert signs.sessions == ()
    assert not signs.sessions_hidden
    assert signs.sessions_used is not None
    assert signs.sessions_limit is not None
    assert 2 <= signs.sessions_used < signs.sessions_limit


def test_the_login_that_only_reads_counts_connections_as_every_other_does(
    url: str, reader_url: str, open_store: OpenStore
) -> None:
    everything, little = open_store(url), open_store(reader_url)
    everything.read_facts()
    little.read_facts()
    seen = [store.read_signs() for store in (everything, little)]
    assert seen[0].sessions_used == seen[1].sessions_used
    assert seen[0].sessions_limit == seen[1].sessions_limit


def test_the_newest_migration_known_is_that_of_the_saver(url: str, open_store: OpenStore) -> None:
    assert len(BasePostgresSaver.MIGRATIONS) - 1 == NEWEST_MIGRATION
    signs = open_store(url).read_signs()
    assert (signs.migration, signs.newest_migration) == (NEWEST_MIGRATION, NEWEST_MIGRATION)


def test_migrations_that_may_not_be_read_are_unknown_and_said_so(
    url: str, reader_url: str, open_store: OpenStore
) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("revoke select on checkpoint_migrations from signs_reader")
    signs = open_store(reader_url).read_signs()
    assert signs.migration is None
    assert "checkpoint_migrations" in signs.notes[0]


def test_an_invalid_index_is_told_of_unless_somebody_is_building_it(url: str, open_store: OpenStore) -> None:
    store = open_store(url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "insert into checkpoint_writes select thread_id, checkpoint_ns, checkpoint_id, 'other', idx, "
            "channel, type, blob from checkpoint_writes"
        )
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("create unique index concurrently broken_one on checkpoint_writes (thread_id)")
        assert store.read_signs().broken_indexes == ("broken_one",)
        with connection.transaction():
            connection.execute("lock table checkpoint_writes in share update exclusive mode")
            assert store.read_signs().broken_indexes == ()


def test_checkpoint_tables_of_other_schemas_are_named_with_what_they_hold(url: str, open_store: OpenStore) -> None:
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        for schema in ("tenant", "unused"):
            connection.execute(f"create schema {schema}")
            connection.execute(f"set search_path = {schema}")
            saver = PostgresSaver(connection)
            saver.setup()
            if schema == "tenant":
                say(saver, "elsewhere")
        connection.execute("create schema foreign_one create table checkpoints (id int)")
    signs = open_store(url).read_signs()
    assert signs.elsewhere == ("tenant", "unused")
    assert [(size.name, (size.size_bytes or 0) > 0) for size in signs.elsewhere_sizes] == [
        ("tenant", True),
        ("unused", False),
    ]


def test_the_search_path_is_that_of_the_login_and_not_the_one_that_reads_pin(url: str, open_store: OpenStore) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        database, login = connection.info.dbname, connection.info.user
        connection.execute(f'alter database "{database}" set search_path = "$user", "Mixed Case", public')
        try:
            assert open_store(url).read_signs().search_path == (login, "Mixed Case", "public")
        finally:  # the database is lent to other tests after this one
            connection.execute(f'alter database "{database}" reset search_path')


def test_tables_come_with_the_servers_own_estimates(url: str, open_store: OpenStore) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        (rows,) = connection.execute("select count(*) from checkpoints").fetchone() or (0,)
        connection.execute("delete from checkpoint_writes")
        connection.execute("select pg_stat_force_next_flush()")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("analyze checkpoints")
    sizes = {size.name: size for size in open_store(url).read_signs().tables}
    assert sizes["checkpoints"].rows == rows
    assert (sizes["checkpoint_writes"].dead_rows or 0) > 0
    assert all((size.size_bytes or 0) > 0 for size in sizes.values())


def test_a_table_that_somebody_has_locked_costs_no_other_part_its_answer(url: str, open_store: OpenStore) -> None:
    store = open_store(url, lock=0.05)
    store.read_signs()
    with psycopg.connect(url, application_name="locks") as connection:
        connection.execute("lock table checkpoint_blobs in access exclusive mode")
        signs = store.read_signs()
        assert signs.tables == ()
        assert any("sizes of tables" in note for note in signs.notes)
        assert named(signs, "locks").state == "idle in transaction"
