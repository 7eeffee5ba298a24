"""What the server shows of its condition: sessions, locks, schemas and sizes. Views of the catalogue, no table's rows."""

from __future__ import annotations

from inspector.stores.postgres.facts import NEWEST_MIGRATION, read_store_facts
from inspector.stores.postgres.layout import Layout
from inspector.stores.postgres.session import Cursor
from inspector.stores.signs import Signs, TableSize


def read_signs(cursor: Cursor, layout: Layout) -> Signs:
    facts = read_store_facts(cursor, layout)
    return Signs(
        migration=facts.schema_version,
        newest_migration=NEWEST_MIGRATION,
        tables=tuple(TableSize(table.name, table.rows, None, table.size_bytes) for table in facts.tables),
    )
