"""The SQL that `inspector grants` prints can be run again, and for roles that are there already."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from langgraph.checkpoint.postgres import PostgresSaver
from psycopg import sql

from inspector.demo.embedded import EmbeddedPostgres
from inspector.stores.postgres.grants import ledger_grants, reader_grants
from tests.integration.ledger.conftest import OpenReader, OpenWriter
from tests.integration.ledger.samples import batch, counts, report

READER, PROBE, APP = "again_reader", "again_probe", "again_app"
HOSTILE = """it's "a" \\ $$; drop table checkpoints; --"""
ROLES = (READER, PROBE, APP, HOSTILE)
_SETTINGS = """
    select rolname::text, rolconnlimit, setconfig from pg_roles left join pg_db_role_setting on setrole = pg_roles.oid
    where rolname = any(%s) order by rolname
"""
_RIGHTS = """
    select grantee::regrole::text, relname::text, privilege_type::text from pg_class, aclexplode(relacl)
    where grantee <> 0 and grantee in (select oid from pg_roles where rolname = any(%s)) order by 1, 2, 3
"""


@pytest.fixture
def owner(database: str) -> Iterator[str]:
    """The owner's URL of a store without any of the roles."""
    with PostgresSaver.from_conn_string(database) as saver:
        saver.setup()
    yield database
    with psycopg.connect(database, autocommit=True) as connection:
        for (name,) in connection.execute("select rolname from pg_roles where rolname = any(%s)", [list(ROLES)]):
            role = sql.Identifier(name)
            connection.execute(sql.SQL("drop owned by {}; drop role {}").format(role, role))


def name_of(url: str) -> str:
    return urlsplit(url).path[1:]


def run_reader(owner: str, role: str = READER) -> None:
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(reader_grants(database=name_of(owner), schema="public", role=role).encode())


def run_ledger(owner: str, role: str = PROBE, reader: str = READER) -> list[str]:
    """What the server remarked about roles."""
    printed = ledger_grants(database=name_of(owner), schema="public", role=role, reader=reader)
    with psycopg.connect(owner, autocommit=True) as connection:
        remarks: list[str] = []
        connection.add_notice_handler(lambda notice: remarks.append(notice.message_primary or ""))
        connection.execute(printed.encode())
    return [remark for remark in remarks if "role" in remark]


def ask(owner: str, query: str) -> list[Any]:
    with psycopg.connect(owner) as connection:
        return connection.execute(query.encode(), [list(ROLES)]).fetchall()


def test_a_second_time_changes_nothing(owner: str) -> None:
    run_reader(owner)
    assert run_ledger(owner) == []
    once = ask(owner, _SETTINGS), ask(owner, _RIGHTS)
    assert {right[0] for right in once[1]} == {READER, PROBE}
    run_reader(owner)
    assert run_ledger(owner) == []
    assert (ask(owner, _SETTINGS), ask(owner, _RIGHTS)) == once


def test_a_login_that_is_there_gets_the_rights_and_keeps_its_settings(
    owner: str, postgres: EmbeddedPostgres, open_writer: OpenWriter, open_reader: OpenReader
) -> None:
    """An agent's own login: read-only by default, or with another search path, it would work no more."""
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute(f"create role {APP} login connection limit 77".encode())
        connection.execute(f"alter role {APP} set search_path = public, own".encode())
    before = ask(owner, _SETTINGS)
    run_reader(owner, APP)
    run_ledger(owner, APP, APP)
    assert ask(owner, _SETTINGS) == before
    login = postgres.url_for(name_of(owner), user=APP)
    open_writer(login).write(batch(report(), 1, counts("a", reads=1)))
    assert open_reader(login).read_thread("a")[0].reads == 1


def test_the_ledgers_part_does_without_the_reader_and_lets_it_read_later(
    owner: str, postgres: EmbeddedPostgres, open_writer: OpenWriter, open_reader: OpenReader
) -> None:
    (remark,) = run_ledger(owner)
    assert remark == f"There is no role {READER} to read the ledger. Make it and run this again."
    writer = open_writer(postgres.url_for(name_of(owner), user=PROBE))
    writer.write(batch(report(), 1, counts("a", reads=1)))

    run_reader(owner)
    assert run_ledger(owner) == []
    assert open_reader(postgres.url_for(name_of(owner), user=READER)).read_thread("a")[0].reads == 1


def test_a_role_may_be_called_anything(owner: str) -> None:
    for _ in range(2):
        assert HOSTILE in run_ledger(owner, PROBE, HOSTILE)[0]
    run_ledger(owner, HOSTILE, READER)
    for _ in range(2):
        run_reader(owner, HOSTILE)
        assert run_ledger(owner, HOSTILE, HOSTILE) == []
    assert [found[0] for found in ask(owner, _SETTINGS) if found[0] == HOSTILE]
    assert len(ask(owner, _RIGHTS)) > 8
