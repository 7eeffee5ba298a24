"""What the store is: the file, its size, and whether this process could do harm."""

from __future__ import annotations

import os
from pathlib import Path

from inspector.stores.base import StoreFacts, TableFacts
from inspector.stores.sqlite.file import Session
from inspector.stores.sqlite.layout import Layout
from inspector.stores.sqlite.rows import JSON, MSGPACK


def read_store_facts(session: Session, layout: Layout, path: Path) -> StoreFacts:
    """Counting rows, or the pages of one table, would read the whole file: both stay unknown."""
    found = session.connection.execute(layout.query("facts")).fetchone()
    types = [row["type"] for row in session.connection.execute(layout.query("newest_types"))]
    return StoreFacts(
        kind="sqlite",
        server=f"SQLite {found['version']}",
        database=path.name,
        login="",
        schema="",
        schema_version=None,
        tables=tuple(TableFacts(name, None, None, True) for name in ("checkpoints", "writes")),
        size_bytes=found["size_bytes"],
        read_only_session=True,
        could_write=_could_write(path),
        warnings=_warnings(types, found["journal_mode"], layout, locked=session.locked),
    )


def _could_write(path: Path) -> tuple[str, ...]:
    return ("the file: its permissions let this process write to it",) if os.access(path, os.W_OK) else ()


def _warnings(types: list[str], journal_mode: str, layout: Layout, *, locked: bool) -> tuple[str, ...]:
    found = []
    if any("+" in kind for kind in types):
        found.append(
            "Checkpoints are encrypted as a whole: their state, their versions and what runs next cannot be seen. "
            "Turns are a lower bound; ids, metadata and pending writes are shown."
        )
    elif odd := sorted({kind[:40] for kind in types if kind not in ("", MSGPACK, JSON)}):
        found.append(f"Checkpoints of the type {', '.join(odd)} cannot be looked into.")
    if locked and journal_mode != "wal":  # of a file at rest SQLite tells nothing
        found.append(
            f"The journal mode is {journal_mode}: whoever reads makes the workers wait, and they the dashboard. "
            "SqliteSaver itself sets it to wal."
        )
    if not layout.has_task_path:
        found.append("An old saver made the tables: writes are without task_path, which orders those of one step.")
    return tuple(found)
