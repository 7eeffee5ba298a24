"""What the server shows of its condition."""

from __future__ import annotations

from inspector.stores.redis.client import Reading
from inspector.stores.redis.layout import Layout, read_indexes
from inspector.stores.signs import Signs, TableSize


def read_signs(reading: Reading, layout: Layout) -> Signs:
    indexes = read_indexes(reading, layout)
    return Signs(tables=tuple(TableSize(index.name, index.documents, None, None) for index in indexes))
