"""The newest threads, by the end of the table: new rows go there, or into pages that deletes have freed before it."""

from __future__ import annotations

from inspector.stores.newest import Newest
from inspector.stores.postgres.changes import read_extent
from inspector.stores.postgres.layout import Layout
from inspector.stores.postgres.look import TID_RANGES
from inspector.stores.postgres.pool import Cursor

#: Blocks that are read at first, from the end; each further part is as large as all before.
_BLOCKS = 512
#: Blocks that are read in all: 512 MB, which in memory take some tenths of a second.
_MOST = 65_536


def find_newest(cursor: Cursor, layout: Layout, checkpoints: int) -> Newest:
    """The threads of about so many checkpoints. Behind a view, in partitions, or on a server that cannot read ranges of
    blocks, those that come first in whatever order the server has."""
    table = cursor.execute(layout.query("heap")).fetchone()
    total = read_extent(cursor, layout)
    if table is None or table["blocks"] is None or cursor.connection.info.server_version < TID_RANGES:
        found = cursor.execute(layout.query("any_threads"), {"rows": checkpoints}).fetchall()
        whole = sum(row["rows"] for row in found) < checkpoints
        return Newest({row["thread_id"]: row["last_id"] for row in found}, whole, total)
    cursor.execute(layout.query("use_indexes"))
    last_ids: dict[str, str] = {}
    low, rows, size = int(table["blocks"]), 0, _BLOCKS
    lowest = max(0, low - _MOST)
    high = low + 1_000_000  # the table may have grown since
    while low > lowest and rows < checkpoints:
        low = max(lowest, low - size)
        part = {"low": f"({low},0)", "high": f"({high},0)"}
        for row in cursor.execute(layout.query("threads_in_blocks"), part):
            last_ids[row["thread_id"]] = max(last_ids.get(row["thread_id"], ""), row["last_id"])
            rows += row["rows"]
        high, size = low, size * 2
    return Newest(last_ids, low == 0, total)
