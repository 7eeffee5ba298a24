"""Whether anything may have changed since the last look, by counters that cost nothing to read."""

from __future__ import annotations

from inspector.stores.base import Fingerprint
from inspector.stores.postgres.layout import Layout
from inspector.stores.postgres.pool import Cursor


def read_fingerprint(cursor: Cursor, layout: Layout) -> Fingerprint:
    row = cursor.execute(layout.query("fingerprint")).fetchone() or {}
    everything = "|".join(str(value) for value in row.values())
    files = [row["checkpoints_file"], row["writes_file"]]
    if None in files:  # a view or foreign table: what lies behind it moves nothing here
        return Fingerprint(None, None)
    rewritten = [row["checkpoints_rewritten"], row["writes_rewritten"]]
    if row["standby"] or not row["counted"] or None in rewritten:  # a standby keeps no counters of its own
        return Fingerprint(everything, None)
    identity = [row["started"], row["stats_reset"], *files]
    return Fingerprint(everything, "|".join(str(value) for value in rewritten + identity))
