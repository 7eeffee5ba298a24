"""Finding the writes that rebuild a delta channel: up the parents to the nearest stored value, then down again."""

from __future__ import annotations

from inspector.decode import Sight, see_json, see_value
from inspector.domain.delta import Rebuilt, replay
from inspector.domain.value import ABSENT, Absent, Value
from inspector.reader.bodies import decode_body, present
from inspector.stores.base import CheckpointRow, CheckpointStore, ReadBudget

#: How far up a rebuild goes: 1,000 ancestors, a page of them a read.
_PAGE = ReadBudget(rows=250, bytes=8_000_000)
_PAGES = 4
_WRITES = ReadBudget(rows=20_000, bytes=16_000_000)


def rebuild(store: CheckpointStore, row: CheckpointRow, channel: str, sight: Sight) -> Rebuilt:
    """The channel's value at `row`. Its own pending writes belong to the next step and do not count; those of the
    ancestor that holds the seed do."""
    chain, seed, complete = _ancestors(store, row, channel, sight)
    if not chain:
        return Rebuilt(replay(seed, ()), complete, 0)
    found = store.read_writes(row.thread_id, row.checkpoint_ns, chain, channels=[channel], budget=_WRITES)
    place = {checkpoint_id: index for index, checkpoint_id in enumerate(reversed(chain))}
    ordered = sorted(found, key=lambda write: (place[write.checkpoint_id], write.task_path, write.task_id, write.idx))
    values = [
        present(see_value(write.type, write.blob, sight=sight.of(channel)).value)
        for write in ordered
        if write.blob is not None
    ]
    whole = complete and len(values) == len(ordered) < _WRITES.rows
    return Rebuilt(replay(seed, values), whole, len(values))


def _ancestors(
    store: CheckpointStore, row: CheckpointRow, channel: str, sight: Sight
) -> tuple[list[str], Value | Absent, bool]:
    """Ids from the parent up to the one that holds a value, that value, and whether the walk ended where it should."""
    chain: list[str] = []
    next_id, before = row.parent_checkpoint_id, row.checkpoint_id
    for _ in range(_PAGES):
        page = store.read_checkpoints(row.thread_id, row.checkpoint_ns, before=before, budget=_PAGE)
        rows = {item.checkpoint_id: item for item in page.rows}
        versions = {
            (channel, str(item.channel_versions[channel])) for item in page.rows if channel in item.channel_versions
        }
        sizes = store.read_channel_sizes(row.thread_id, row.checkpoint_ns, sorted(versions))
        stored = {size.version for size in sizes if size.type != "empty"}
        while next_id in rows:
            ancestor = rows[next_id]
            chain.append(ancestor.checkpoint_id)
            version = str(ancestor.channel_versions.get(channel, ""))
            if version in stored:
                bodies = store.read_channels(row.thread_id, row.checkpoint_ns, [(channel, version)], budget=_WRITES)
                return chain, decode_body(bodies[0], sight).value if bodies else ABSENT, bool(bodies)
            if channel in ancestor.own_bodies:
                bodies = store.read_own_channels(
                    row.thread_id, row.checkpoint_ns, ancestor.checkpoint_id, [channel], budget=_WRITES
                )
                return chain, decode_body(bodies[0], sight).value if bodies else ABSENT, bool(bodies)
            if ancestor.inline_values.get(channel) is not None:
                return chain, see_json(ancestor.inline_values[channel], sight=sight.of(channel)).value, True
            next_id = ancestor.parent_checkpoint_id
        if next_id is None:
            return chain, ABSENT, True
        if not page.truncated or not page.rows:
            return chain, ABSENT, False  # an ancestor is gone, or sorts after its child
        before = page.rows[-1].checkpoint_id
    return chain, ABSENT, False
