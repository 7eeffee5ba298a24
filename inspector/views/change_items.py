"""What changed between two checkpoints, channel by channel, as the items that every page shows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from inspector.domain.bounds import Allowance, is_whole
from inspector.domain.channels import is_internal
from inspector.domain.checkpoint import Checkpoint
from inspector.domain.diff import diff_channel, one_write
from inspector.domain.diff.entry import Entry, MessageEntry
from inspector.domain.thread import ChannelState
from inspector.domain.value import ABSENT, Absent, Value
from inspector.reader import can_be_loaded
from inspector.views.contexts import ChannelChangeItem, MessageChange, Tree, ValueChange

#: Characters of all changes in an answer as data.
MOST_DATA = 4_000_000


def differing_channels(checkpoint: Checkpoint, against: Checkpoint | None) -> frozenset[str]:
    """The channels that may differ between two checkpoints of one namespace of one thread, by their versions. The
    others need no reading: each write gives a channel a new version. A version that only counts tells so much of a
    parent and its child, as two branches reach the same number with different values."""
    versions = checkpoint.channel_versions
    if against is None:
        return frozenset(versions)
    earlier = against.channel_versions
    related = against.checkpoint_id == checkpoint.parent_checkpoint_id
    return frozenset(
        name
        for name in {*versions, *earlier}
        if (old := earlier.get(name)) != (new := versions.get(name)) or not (related or one_write(old, new))
    )


def change_items(
    names: Collection[str], before: Sequence[ChannelState], after: Sequence[ChannelState]
) -> tuple[ChannelChangeItem, ...]:
    """Those of the channels `names` that changed: the graph's own by name, then LangGraph's plumbing."""
    old = {state.channel: state for state in before}
    new = {state.channel: state for state in after}
    found = sorted({*names} & {*old, *new}, key=lambda name: (is_internal(name), name))
    changes = (change_item(name, old.get(name), new.get(name)) for name in found)
    return tuple(change for change in changes if change is not None)


def change_item(name: str, before: ChannelState | None, after: ChannelState | None) -> ChannelChangeItem | None:
    """What became of one channel, None where nothing did. A side that is None held no value."""
    old: Value | Absent = before.value if before is not None else ABSENT
    new: Value | Absent = after.value if after is not None else ABSENT
    change = diff_channel(name, old, new, before.version if before else None, after.version if after else None)
    if change is None:
        return None
    return ChannelChangeItem(
        channel=name,
        kind=change.kind,
        version_before=before.version if before else None,
        version_after=after.version if after else None,
        entries=tuple(_entry(entry) for entry in change.entries),
        form=change.form,
        unchanged=change.unchanged,
        cut=change.cut
        or change.coarse
        or not all(is_whole(side) for entry in change.entries for side in (entry.before, entry.after)),
        left_out=change.left_out,
        internal=is_internal(name),
        size_before=before.size_bytes if before else 0,
        size_after=after.size_bytes if after else 0,
        count_before=_length(old),
        count_after=_length(new),
        not_loaded=not all(state.loaded for state in (before, after) if state is not None),
        loadable=all(can_be_loaded(state.size_bytes) for state in (before, after) if state is not None),
        before=Tree(old),
        after=Tree(new),
    )


def fit_changes(changes: Sequence[ChannelChangeItem], characters: int = MOST_DATA) -> tuple[ChannelChangeItem, ...]:
    """The changes with what they show cut to so many characters together, and marked so."""
    fitted = []
    room = Allowance(characters)
    for change in changes:
        room.spent = False
        entries = []
        for entry in change.entries:
            if room.left <= 0:
                break
            before, after = (Tree(room.shorten(side.value)) for side in (entry.before, entry.after))
            entries.append(replace(entry, before=before, after=after))
        left_out = change.left_out + len(change.entries) - len(entries)
        cut = change.cut or room.spent
        fitted.append(replace(change, entries=tuple(entries), left_out=left_out, cut=cut))
    return tuple(fitted)


def _entry(entry: Entry) -> MessageChange | ValueChange:
    if isinstance(entry, MessageEntry):
        return MessageChange(
            entry.kind,
            entry.message_id,
            entry.role,
            Tree(entry.before),
            Tree(entry.after),
            entry.moved,
            entry.position_before,
            entry.position_after,
        )
    return ValueChange(entry.kind, entry.path, Tree(entry.before), Tree(entry.after))


def _length(value: Value | Absent) -> int | None:
    return len(value) if isinstance(value, list) else None
