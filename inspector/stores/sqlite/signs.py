"""What a file shows of its condition."""

from __future__ import annotations

from inspector.stores.signs import Signs, TableSize
from inspector.stores.sqlite.file import Session
from inspector.stores.sqlite.layout import Layout


def read_signs(session: Session, layout: Layout) -> Signs:
    size = session.connection.execute(layout.query("facts")).fetchone()["size_bytes"]
    return Signs(tables=(TableSize("file", None, None, size),))
