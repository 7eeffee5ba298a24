"""The SQL that makes a least-privilege reader. It is printed for somebody to run; we run nothing."""

from __future__ import annotations

from psycopg import sql

from inspector.probe.ledger_schema import COUNTS_TABLE, ERRORS_TABLE, WORKERS_TABLE
from inspector.sql_file import load_queries

_READER = """\
-- A role that can read LangGraph's checkpoints and nothing else.
-- CREATE ROLE needs a superuser or a login with CREATEROLE; the GRANTs need the owner of the tables or a superuser.
-- The role has no password yet. In psql, \\password gives it one without showing it.
BEGIN;
CREATE ROLE {role} LOGIN CONNECTION LIMIT 8;
ALTER ROLE {role} SET default_transaction_read_only = on;
ALTER ROLE {role} SET statement_timeout = '60s';
GRANT CONNECT ON DATABASE {database} TO {role};
GRANT USAGE ON SCHEMA {schema} TO {role};
GRANT SELECT ON {schema}.checkpoints, {schema}.checkpoint_blobs,
    {schema}.checkpoint_writes, {schema}.checkpoint_migrations TO {role};
COMMIT;
"""

_LEDGER = """\
-- The probe's ledger: three tables beside the checkpoints, and a role that can write those three and nothing else.
-- CREATE TABLE needs CREATE on the schema, CREATE ROLE as above. The role that reads must be there already.
-- The role has no password yet. In psql, \\password gives it one without showing it.
BEGIN;
{tables}
CREATE ROLE {role} LOGIN;
ALTER ROLE {role} IN DATABASE {database} SET search_path = {schema};
GRANT CONNECT ON DATABASE {database} TO {role}, {reader};
GRANT USAGE ON SCHEMA {schema} TO {role}, {reader};
GRANT SELECT, INSERT, UPDATE, DELETE ON {names} TO {role};
GRANT SELECT ON {names} TO {reader};
COMMIT;
"""
_TABLES = {"workers": WORKERS_TABLE, "counts": COUNTS_TABLE, "errors": ERRORS_TABLE}


def reader_grants(*, database: str, schema: str, role: str) -> str:
    """SQL for a role that may SELECT from the four checkpoint tables. Names are quoted: a role may be called `user`."""
    return _READER.format(database=_name(database), schema=_name(schema), role=_name(role))


def ledger_grants(*, database: str, schema: str, role: str, reader: str) -> str:
    """SQL that makes the ledger's tables as the probe itself would, a role that may write them, and lets `reader` read
    them."""
    tables = {name: f"{_name(schema)}.{table}" for name, table in _TABLES.items()}
    create = load_queries("inspector.probe", "ledger_tables.sql")["postgres"]
    return _LEDGER.format(
        tables=create.format(**tables, index=f"{COUNTS_TABLE}_changes"),
        names=", ".join(tables.values()),
        database=_name(database),
        schema=_name(schema),
        role=_name(role),
        reader=_name(reader),
    )


def _name(text: str) -> str:
    return sql.Identifier(text).as_string()
