"""What a page shows of each step is exact: put onto the older state, it makes the newer one.

Every checkpoint that the scenarios wrote, in every namespace of every thread and under every durability, against its
stored parent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from inspector.domain.checkpoint import Checkpoint
from inspector.domain.diff import ChannelChange, MessageEntry, ValueEntry, apply_change
from inspector.domain.value import ABSENT
from inspector.reader import Reader
from inspector.stores.differences import REDIS, REDIS_SHALLOW, SQLITE
from inspector.views.change_items import change_items, differing_channels
from inspector.views.contexts import ChannelChangeItem, MessageChange, ValueChange
from tests.contract.library import Library
from tests.unit.domain.test_diff_properties import canonical

#: Where each checkpoint has a copy of every value, a channel without a new version may lie there with another value all
#: the same: Redis' saver loses values of some classes when it stores again what it has read, and with async durability
#: a set that a join collects in may be stored as it was a moment later. Pages go by versions, as LangGraph does.
COPIED = (SQLITE, REDIS, REDIS_SHALLOW)


def every_pair(reader: Reader, thread_id: str) -> Iterator[tuple[Checkpoint | None, Checkpoint]]:
    """Parents are None where there is none, or where it was not stored."""
    for namespace in reader.read_namespaces(thread_id):
        history = reader.read_history(thread_id, namespace.checkpoint_ns)
        assert not history.truncated
        for checkpoint in history.checkpoints:
            parent = checkpoint.parent_checkpoint_id
            yield (history.find(parent) if parent else None), checkpoint


def shown_change(item: ChannelChangeItem) -> ChannelChange:
    """What the page was given, and no more than that."""
    entries: list[Any] = []
    for entry in item.entries:
        if isinstance(entry, MessageChange):
            sides = (entry.before.value, entry.after.value)
            places = (entry.position_before, entry.position_after, entry.moved)
            entries.append(MessageEntry(entry.kind, entry.message_id, entry.role, *sides, *places))  # type: ignore[arg-type]
        else:
            assert isinstance(entry, ValueChange)
            entries.append(ValueEntry(entry.kind, entry.path, entry.before.value, entry.after.value))  # type: ignore[arg-type]
    return ChannelChange(
        channel=item.channel,
        kind=item.kind,  # type: ignore[arg-type]  # as they were
        version_before=item.version_before,
        version_after=item.version_after,
        entries=tuple(entries),
        unchanged=item.unchanged,
        form=item.form,  # type: ignore[arg-type]
        cut=item.cut,
        left_out=item.left_out,
    )


@pytest.mark.one_in(3)
def test_the_shown_changes_of_every_step_make_its_state_out_of_its_parents(library: Library) -> None:
    reader = library.reader
    told: Counter[str] = Counter()
    for thread_id in {thread.thread_id for _, thread in library.threads()}:
        for parent, checkpoint in every_pair(reader, thread_id):
            before = states(reader, parent) if parent is not None else {}
            after = states(reader, checkpoint)
            result = dict(before)
            names = differing_channels(checkpoint, parent)
            for item in change_items(names, *reader.read_changed(parent, checkpoint, names)):
                told[item.kind] += 1
                told[item.form] += 1
                assert not item.not_loaded
                assert not item.left_out
                told["cut"] += item.cut
                result[item.channel] = apply_change(before.get(item.channel, ABSENT), shown_change(item))
                check_ids(item)
            looked_at = names if library.layout in COPIED else {*result, *after}
            made = {name: canonical(value) for name, value in result.items() if value is not ABSENT}
            for name in looked_at:
                assert made.get(name) == (canonical(after[name]) if name in after else None), (thread_id, name)
            told["pairs"] += parent is not None
    assert {"added", "messages", "tree", "text"} <= told.keys()
    # Of a value that Redis' saver lost nobody can say whether it stayed the same, and the change says so.
    assert not told["cut"] or library.layout in (REDIS, REDIS_SHALLOW)
    assert told["pairs"] > (300 if library.layout != REDIS_SHALLOW else -1)


def states(reader: Reader, checkpoint: Checkpoint) -> dict[str, Any]:
    return {state.channel: state.value for state in reader.read_state(checkpoint, load=["messages"])}


def check_ids(item: ChannelChangeItem) -> None:
    """A message that kept its id is never shown as one that went and one that came."""
    by_kind: dict[str, set[str]] = {"added": set(), "removed": set(), "changed": set()}
    for entry in item.entries:
        if isinstance(entry, MessageChange) and entry.message_id:
            by_kind[entry.kind].add(entry.message_id)
    assert not by_kind["added"] & by_kind["removed"]
