"""The SQL that makes a least-privilege reader. It is printed for somebody to run; we run nothing."""

from __future__ import annotations

from psycopg import sql

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


def reader_grants(*, database: str, schema: str, role: str) -> str:
    """SQL for a role that may SELECT from the four checkpoint tables. Names are quoted: a role may be called `user`."""
    return _READER.format(database=_name(database), schema=_name(schema), role=_name(role))


def _name(text: str) -> str:
    return sql.Identifier(text).as_string()
