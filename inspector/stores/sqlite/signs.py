"""What a file shows of its condition. Counting rows, or the pages of one table, would read the whole file."""

from __future__ import annotations

from inspector.stores.signs import Signs, TableSize
from inspector.stores.sqlite.file import Session
from inspector.stores.sqlite.layout import Layout


def read_signs(session: Session, layout: Layout) -> Signs:
    """Rows by the greatest number that SQLite gave to one: as many or more than there are, for those that were replaced
    or deleted had numbers, too. The sizes are of the whole file, and of the part of it that holds nothing."""
    found = session.connection.execute(layout.query("signs")).fetchone()
    page = found["page_size"]
    return Signs(
        tables=(
            TableSize("checkpoints", found["checkpoints"], None, None),
            TableSize("writes", found["writes"], None, None),
            TableSize("the file", None, None, found["pages"] * page),
            TableSize("its free pages", None, None, found["free"] * page),
        )
    )
