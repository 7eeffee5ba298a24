"""What nodes wrote to a channel, beside what the channel became: its reducer's work, as far as writes are stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from inspector.domain.bounds import is_whole
from inspector.domain.channels import CONTROL_WRITES, is_internal
from inspector.domain.checkpoint import Checkpoint, PendingWrite
from inspector.domain.effects import effect_of
from inspector.reader import Reader
from inspector.views.contexts import ChannelChangeItem, RewrittenItem, Tree, WrittenItem

#: Writes told for one channel.
MOST = 50
#: Bytes of their values that one answer holds for one channel; what is larger is told by its size.
MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Written:
    """Writes by channel that a checkpoint took in. `known` is False where nodes ran and none of theirs is stored."""

    by_channel: Mapping[str, Sequence[PendingWrite]]
    known: bool

    def explain(self, change: ChannelChangeItem) -> ChannelChangeItem:
        """The change with what was written, and what became of that."""
        writes = self.by_channel.get(change.channel, ())
        if not writes:
            return change
        items, left_out = _items(writes)
        values = [write.value for write in writes]
        known = not change.not_loaded and all(map(is_whole, values))  # of what was cut nobody can say what came of it
        effect = "" if not known else effect_of(change.before.value, change.after.value, values)
        return replace(change, written=items, written_left_out=left_out, effect=effect)

    def without_change(
        self, changes: Sequence[ChannelChangeItem], before: Mapping[str, str], after: Mapping[str, str]
    ) -> tuple[RewrittenItem, ...]:
        """The graph's own channels that were written and hold what they held. `before` and `after` are versions."""
        changed = {change.channel for change in changes}
        names = sorted(name for name in self.by_channel if name not in changed and not is_internal(name))
        return tuple(
            RewrittenItem(name, before.get(name), after.get(name), *_items(self.by_channel[name])) for name in names
        )


def read_written(reader: Reader, checkpoint: Checkpoint, parent: Checkpoint | None) -> Written:
    """What the nodes that made a checkpoint wrote, from the pending writes of its `parent`, None for none.

    Another child of one parent (a fork) left its writes in the same place: the nodes that this one names tell whose
    are its own.
    """
    if parent is None:
        return Written({}, known=True)
    own = set(checkpoint.node_names)
    found: dict[str, list[PendingWrite]] = {}
    writes = [write for write in reader.read_writes(parent) if write.channel not in CONTROL_WRITES]
    for write in writes:
        if not own or not write.node_name or write.node_name in own:
            # An `update_state` names no node with its write; the checkpoint names the one it was made for.
            name = write.node_name or (checkpoint.node_names[0] if len(own) == 1 else "")
            found.setdefault(write.channel, []).append(replace(write, node_name=name))
    return Written(found, known=bool(found) or not own)


def _items(writes: Sequence[PendingWrite]) -> tuple[tuple[WrittenItem, ...], int]:
    items: list[WrittenItem] = []
    room = MOST_BYTES
    for write in writes[:MOST]:
        room -= write.size_bytes
        if room < 0 and items:
            break
        items.append(WrittenItem(write.node_name, write.task_id, write.idx, write.size_bytes, Tree(write.value)))
    return tuple(items), len(writes) - len(items)
