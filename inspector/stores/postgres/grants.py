"""The SQL that makes a least-privilege reader. It is printed for somebody to run; we run nothing."""

from __future__ import annotations

from psycopg import sql

from inspector.probe.ledger_schema import COUNTS_TABLE, ERRORS_TABLE, WORKERS_TABLE
from inspector.sql_file import load_queries

_READER = """\
-- A role that can read LangGraph's checkpoints and nothing else. To be run again at will.
-- CREATE ROLE needs a superuser or a login with CREATEROLE; the GRANTs need the owner of the tables or a superuser.
-- A role that is there keeps its settings. A new one has no password yet. In psql, \\password gives it one without
-- showing it.
-- GRANT pg_read_all_stats to it as well, and the diagnosis sees how old the sessions of other logins are. Without that
-- right it sees that they are there, and which of them hold rows that are not committed.
BEGIN;
{make_role}
GRANT CONNECT ON DATABASE {database} TO {role};
GRANT USAGE ON SCHEMA {schema} TO {role};
GRANT SELECT ON {schema}.checkpoints, {schema}.checkpoint_blobs,
    {schema}.checkpoint_writes, {schema}.checkpoint_migrations TO {role};
COMMIT;
"""

_MAKE_READER = """\
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = {role_text}) THEN
        CREATE ROLE {role} LOGIN CONNECTION LIMIT 8;
        ALTER ROLE {role} SET default_transaction_read_only = on;
        ALTER ROLE {role} SET statement_timeout = '60s';
    END IF;
END"""

_LEDGER = """\
-- The probe's ledger: three tables beside the checkpoints, and a role that can write those three and nothing else.
-- To be run again at will.
-- CREATE TABLE needs CREATE on the schema, CREATE ROLE as above. The role that reads gets its rights where it is there.
-- A role that is there keeps its settings: where the schema is not on its search path, the ledger's URL needs
-- ?schema=NAME. A new one has no password yet. In psql, \\password gives it one without showing it.
BEGIN;
{tables}
{make_role}
GRANT CONNECT ON DATABASE {database} TO {role};
GRANT USAGE ON SCHEMA {schema} TO {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON {names} TO {role};
{let_read}
COMMIT;
"""

_MAKE_PROBE = """\
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = {role_text}) THEN
        CREATE ROLE {role} LOGIN;
        ALTER ROLE {role} IN DATABASE {database} SET search_path = {schema};
    END IF;
END"""

_LET_READ = """\
BEGIN
    IF EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = {reader_text}) THEN
        GRANT CONNECT ON DATABASE {database} TO {reader};
        GRANT USAGE ON SCHEMA {schema} TO {reader};
        GRANT SELECT ON {names} TO {reader};
    ELSE
        RAISE NOTICE 'There is no role % to read the ledger. Make it and run this again.', {reader_text};
    END IF;
END"""
_TABLES = {"workers": WORKERS_TABLE, "counts": COUNTS_TABLE, "errors": ERRORS_TABLE}


def reader_grants(*, database: str, schema: str, role: str) -> str:
    """SQL for a role that may SELECT from the four checkpoint tables. Names are quoted: a role may be called `user`."""
    names = {"database": _name(database), "schema": _name(schema), "role": _name(role)}
    return _READER.format(make_role=_do(_MAKE_READER, **names, role_text=_text(role)), **names)


def ledger_grants(*, database: str, schema: str, role: str, reader: str) -> str:
    """SQL that makes the ledger's tables as the probe itself would, a role that may write them, and lets `reader` read
    them."""
    tables = {name: f"{_name(schema)}.{table}" for name, table in _TABLES.items()}
    create = load_queries("inspector.probe", "ledger_tables.sql")["postgres"]
    names = {
        "database": _name(database),
        "schema": _name(schema),
        "role": _name(role),
        "reader": _name(reader),
        "names": ", ".join(tables.values()),
    }
    return _LEDGER.format(
        tables=create.format(**tables, index=f"{COUNTS_TABLE}_changes"),
        make_role=_do(_MAKE_PROBE, **names, role_text=_text(role)),
        let_read=_do(_LET_READ, **names, reader_text=_text(reader)),
        **names,
    )


def _do(body: str, **names: str) -> str:
    """A block for statements that have no IF EXISTS of their own. A quoted text, so that no name can end it."""
    return f"DO {_text(body.format(**names))};"


def _name(text: str) -> str:
    return sql.Identifier(text).as_string()


def _text(text: str) -> str:
    return sql.Literal(text).as_string().strip()
