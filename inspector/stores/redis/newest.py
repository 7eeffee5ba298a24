"""The newest threads, by the search index; of a small store all of them, by the names of keys."""

from __future__ import annotations

from inspector.stores.newest import Newest
from inspector.stores.redis.client import Reading
from inspector.stores.redis.document import NAMES, Kind, read_documents
from inspector.stores.redis.layout import Layout, read_indexes
from inspector.stores.redis.listing import iter_counts
from inspector.stores.redis.sample import newest_keys

#: Checkpoints that one search may sort.
_SORTED = 4_000
#: Documents whose ids are asked for at once.
_TOGETHER = 500


def find_newest(reading: Reading, layout: Layout, kind: Kind, checkpoints: int) -> Newest:
    """The threads of about so many checkpoints, and of no more than a search may sort where there are more."""
    held = read_indexes(reading, layout)[0].documents
    if held <= checkpoints:
        listed = list(iter_counts(reading, layout))
        return Newest({count.thread_id: count.last_checkpoint_id for count in listed}, True, held)
    last_ids: dict[str, str] = {}
    keys = newest_keys(reading, layout.prefix, min(checkpoints, _SORTED))
    for start in range(0, len(keys), _TOGETHER):
        for found in read_documents(reading, keys[start : start + _TOGETHER], NAMES):
            if found is not None and kind.names(found):
                last_ids[found.thread_id] = max(last_ids.get(found.thread_id, ""), found.checkpoint_id)
    return Newest(last_ids, False, held)
