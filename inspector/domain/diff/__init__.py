"""What changed between two states of a thread: channel by channel, messages by id, everything else by place.

`diff_state` compares all channels, `diff_channel` one, `apply_change` makes the newer value out of the
older one and a change, which is also the definition of what the entries mean (see `diff.entry`). None of
them raises for any value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from inspector.domain.channels import is_internal
from inspector.domain.deferred import is_deferred, opened, resolved
from inspector.domain.diff.apply import apply_change
from inspector.domain.diff.compare import DIFFERENT, Comparer
from inspector.domain.diff.entry import (
    MAX_ENTRIES,
    MAX_NODES,
    ChannelChange,
    Entry,
    Kind,
    MessageEntry,
    ValueEntry,
    Version,
)
from inspector.domain.diff.messages import diff_messages
from inspector.domain.diff.tree import TreeDiff
from inspector.domain.messages import is_message_list
from inspector.domain.value import ABSENT, Absent, Value

__all__ = [
    "MAX_ENTRIES",
    "MAX_NODES",
    "ChannelChange",
    "Entry",
    "Kind",
    "MessageEntry",
    "ValueEntry",
    "Version",
    "apply_change",
    "diff_channel",
    "diff_state",
    "diff_values",
    "one_write",
    "same_value",
]


def diff_state(
    before: Mapping[str, Value],
    after: Mapping[str, Value],
    versions_before: Mapping[str, Version],
    versions_after: Mapping[str, Version],
    *,
    max_entries: int = MAX_ENTRIES,
    max_nodes: int = MAX_NODES,
) -> tuple[ChannelChange, ...]:
    """The changes of all channels: the user's by name, then LangGraph's own by name.

    A channel that a mapping lacks holds nothing. Channels of one version are not compared; both limits are
    per channel.
    """
    changes = []
    for channel in sorted(before.keys() | after.keys(), key=lambda name: (is_internal(name), name)):
        versions = versions_before.get(channel), versions_after.get(channel)
        if one_write(*versions):
            continue
        values = before.get(channel, ABSENT), after.get(channel, ABSENT)
        change = diff_channel(channel, *values, *versions, max_entries=max_entries, max_nodes=max_nodes)
        if change is not None:
            changes.append(change)
    return tuple(changes)


def diff_channel(
    channel: str,
    before: Value | Absent,
    after: Value | Absent,
    version_before: Version = None,
    version_after: Version = None,
    *,
    max_entries: int = MAX_ENTRIES,
    max_nodes: int = MAX_NODES,
) -> ChannelChange | None:
    """What became of a channel, or None where nothing did (also when the same value was written again).

    `max_entries` bounds what is kept, the rest is counted; `max_nodes` bounds the work, beyond it differing
    parts are shown whole. Equal values that were not read to their end are a change without entries and
    with `cut`.
    """
    kind: Kind = "added" if before is ABSENT else "removed" if after is ABSENT else "changed"
    entries: list[Entry]
    comparer = Comparer(max_nodes)
    unchanged, cut, left_out, coarse = 0, False, 0, False
    if before is after and (before is ABSENT or is_deferred(before)):
        return None
    before, after = opened(before), opened(after)
    form = _form(before, after)
    if form == "messages":
        messages = diff_messages(comparer, _messages(before), _messages(after), max_entries)
        entries, unchanged = [*messages.entries], messages.unchanged
        cut, left_out = messages.cut, messages.left_out
    elif kind != "changed":
        entries = [ValueEntry(kind, "", before, after)]
    else:
        tree = TreeDiff(comparer, max_entries)
        tree.run(before, after)
        entries, unchanged = [*tree.entries], tree.unchanged
        cut, left_out, coarse = tree.cut, tree.left_out, tree.coarse
    if not entries and not cut and not left_out:
        return None
    return ChannelChange(
        channel=channel,
        kind=kind,
        version_before=version_before,
        version_after=version_after,
        entries=tuple(map(_read, entries)),
        unchanged=unchanged,
        form=form,
        cut=cut,
        left_out=left_out,
        coarse=coarse,
        internal=is_internal(channel),
    )


def diff_values(
    before: Value, after: Value, *, max_entries: int = MAX_ENTRIES, max_nodes: int = MAX_NODES
) -> tuple[ValueEntry, ...]:
    """The differences between any two values by place, for instance between both sides of an edited
    message.
    """
    tree = TreeDiff(Comparer(max_nodes), max_entries)
    tree.run(before, after)
    return tuple(tree.entries)


def same_value(before: Value | Absent, after: Value | Absent) -> bool:
    """Whether two values are the same, strictly by type (`diff_compare`), as far as they were read."""
    return Comparer(MAX_NODES).compare(before, after) != DIFFERENT


def one_write(before: Version, after: Version) -> bool:
    """Whether two versions prove that no write lies between.

    Versions of today's savers end in a random fraction (`00000003.0.4831`), so equal ones are of one write.
    Plain numbers only count: two branches of a thread, or two threads, reach the same number with different
    values.
    """
    return isinstance(before, str) and before == after and "." in before


def _read(entry: Entry) -> Entry:
    """What a change shows holds no deferred part."""
    before, after = resolved(entry.before), resolved(entry.after)
    return entry if before is entry.before and after is entry.after else replace(entry, before=before, after=after)


def _form(before: Any, after: Any) -> Any:
    sides = [side for side in (before, after) if side is not ABSENT]
    if any(map(is_message_list, sides)) and all(side == [] or is_message_list(side) for side in sides):
        return "messages"
    return "text" if all(type(side) is str for side in sides) else "tree"


def _messages(side: Any) -> list[Any]:
    return [] if side is ABSENT else side
