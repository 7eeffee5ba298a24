"""What the store is: server, schema, sizes, and whether this login could do harm."""

from __future__ import annotations

from typing import Any

from inspector.stores.base import StoreFacts, TableFacts
from inspector.stores.postgres.layout import Layout
from inspector.stores.postgres.pool import Cursor

#: The newest migration of langgraph-checkpoint-postgres 3.2. An older store still reads, so this only informs.
NEWEST_MIGRATION = 9


def read_store_facts(cursor: Cursor, layout: Layout) -> StoreFacts:
    server = cursor.execute(layout.query("server_facts")).fetchone() or {}
    tables = cursor.execute(layout.query("table_facts")).fetchall()
    version = _schema_version(cursor, layout, tables)
    return StoreFacts(
        kind="postgres",
        server=f"PostgreSQL {server['version'].split(' ')[0]}",
        database=server["database"],
        login=server["login"],
        schema=layout.schema,
        schema_version=version,
        tables=tuple(TableFacts(row["name"], row["rows"], row["size_bytes"], bool(row["readable"])) for row in tables),
        size_bytes=sum(row["size_bytes"] or 0 for row in tables),
        read_only_session=server["read_only"],
        could_write=_could_write(server, layout.schema, tables),
        warnings=layout.warnings + _warnings(server, tables, version),
    )


def _schema_version(cursor: Cursor, layout: Layout, tables: list[dict[str, Any]]) -> int | None:
    readable = any(row["name"] == "checkpoint_migrations" and row["readable"] for row in tables)
    if not readable:
        return None
    row = cursor.execute(layout.query("schema_version")).fetchone()
    return row["version"] if row else None


def _could_write(server: dict[str, Any], schema: str, tables: list[dict[str, Any]]) -> tuple[str, ...]:
    if server["superuser"]:
        return ("anything: the login is a superuser",)
    rights = [f"{_words(row['rights'])} {row['name']}" for row in tables if row["rights"]]
    if server["makes_tables"]:
        rights.append(f"CREATE in schema {schema}")
    if server["makes_schemas"]:
        rights.append(f"CREATE in database {server['database']}")
    return tuple(rights)


def _words(rights: list[str]) -> str:
    return "everything, as owner of" if "OWNER" in rights else f"{', '.join(rights)} on"


def _warnings(server: dict[str, Any], tables: list[dict[str, Any]], version: int | None) -> tuple[str, ...]:
    found = []
    for row in tables:
        if row["size_bytes"] is None and row["name"] != "checkpoint_migrations":
            found.append(f"The table {row['name']} is missing: the checkpointer's setup() did not finish.")
        elif row["readable"] is False:
            found.append(f"This login may not read {row['name']}. `inspector grants` prints what it needs.")
    if filtered := ", ".join(row["name"] for row in tables if row["filtered"]):
        found.append(f"Row-level security hides rows from this login in {filtered}: what is shown may be a part.")
    if version is not None and version < NEWEST_MIGRATION:
        found.append(
            f"The schema is at migration {version}; {NEWEST_MIGRATION} is the newest known. "
            "Run the checkpointer's setup() from an up-to-date worker."
        )
    if server["standby"]:
        found.append("This is a standby: what it shows may lag behind the primary.")
    return tuple(found)
