"""Whether anything may have changed since the last look, by what the search indexes count of themselves.

Every key that is written, deleted or expires moves how many documents an index holds, or how many were ever put into
it. What was put in less what is there counts the rewritten and the deleted. Of checkpoints that number moves with every
pending write, for put_writes() sets a mark in the document, so only that of the writes is looked at: the savers change
nothing else of a checkpoint that is there.
"""

from __future__ import annotations

from inspector.stores.base import Fingerprint
from inspector.stores.redis.client import Reading
from inspector.stores.redis.facts import read_server
from inspector.stores.redis.layout import Layout, read_indexes


def read_fingerprint(reading: Reading, layout: Layout) -> Fingerprint:
    checkpoints, writes = read_indexes(reading, layout)
    run = read_server(reading).get("run_id", "")
    counters = [checkpoints.documents, checkpoints.ever_indexed, writes.documents, writes.ever_indexed]
    where = f"{run}|{layout.prefix}|{layout.write_prefix}"
    everything = "|".join(map(str, counters))
    return Fingerprint(f"{where}|{everything}", f"{where}|{writes.ever_indexed - writes.documents}")
