"""The selected checkpoint: its changes, state, writes and metadata. Each part reads only what it shows."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from inspector.domain.channels import START, is_internal
from inspector.domain.checkpoint import Checkpoint, PendingWrite
from inspector.domain.deferred import resolved
from inspector.domain.thread import ChannelState
from inspector.reader import WRITES, Reader, can_be_loaded
from inspector.views.change_items import change_items, differing_channels, fit_changes
from inspector.views.contexts import (
    ChannelChangeItem,
    ChannelItem,
    CheckpointItem,
    Selected,
    Tree,
    WriteItem,
)
from inspector.views.tasks import tell_tasks
from inspector.views.written import read_written

TABS = ("changes", "state", "writes", "metadata")


def select(
    reader: Reader,
    checkpoint: Checkpoint,
    against: Checkpoint | None,
    *,
    tab: str,
    everything: bool,
    load: Collection[str],
    item: CheckpointItem,
    compared: CheckpointItem | None,
    children: tuple[CheckpointItem, ...] = (),
) -> Selected:
    """Fills the part that `tab` shows, or `everything`. `load` names channels to read whatever their size."""
    parts = set(TABS) if everything else {tab}
    differing = differing_channels(checkpoint, against) if "changes" in parts else frozenset()
    before, after = reader.read_changed(against, checkpoint, differing, load=load) if differing else ((), ())
    child = against is not None and against.checkpoint_id == checkpoint.parent_checkpoint_id
    written = read_written(reader, checkpoint, against if child and "changes" in parts else None)
    changes = tuple(written.explain(change) for change in change_items(differing, before, after))
    states = reader.read_state(checkpoint, load=load) if "state" in parts else ()
    writes = reader.read_writes(checkpoint)
    told = tell_tasks(reader, checkpoint, writes)
    return Selected(
        checkpoint_id=checkpoint.checkpoint_id,
        against=against.checkpoint_id if against is not None else None,
        flags=("rebuilt-values",) if any(state.rebuilt for state in (*before, *after, *states)) else (),
        changes=fit_changes(changes) if everything else changes,
        unchanged=_unchanged(checkpoint, changes),
        state={state.channel: Tree(state.value) for state in states if not state.internal},
        channels=tuple(_channel(state) for state in states),
        writes=tuple(_write(write) for write in writes) if "writes" in parts else (),
        tasks=told.tasks,
        inner_tasks=told.inner,
        interrupts=told.interrupts,
        writes_cut=len(writes) >= WRITES.rows,
        metadata=dict(checkpoint.metadata),
        checkpoint=item,
        compared=compared,
        tab=tab,
        children=children,
        input=_input(checkpoint, states or after),
        rewritten=written.without_change(
            changes, against.channel_versions if against is not None else {}, checkpoint.channel_versions
        ),
        writes_known=written.known or not changes,
    )


def _input(checkpoint: Checkpoint, after: Sequence[ChannelState]) -> ChannelItem | None:
    """What an invocation was given: the checkpoint of an input holds it in a channel of LangGraph's own."""
    given = (state for state in after if state.channel == START) if checkpoint.source == "input" else iter(())
    return next((_channel(state) for state in given), None)


def _unchanged(checkpoint: Checkpoint, changes: Sequence[ChannelChangeItem]) -> tuple[str, ...]:
    changed = {change.channel for change in changes}
    return tuple(sorted(name for name in checkpoint.channel_versions if name not in changed and not is_internal(name)))


def _channel(state: ChannelState) -> ChannelItem:
    return ChannelItem(
        channel=state.channel,
        version=state.version,
        type=state.type,
        size_bytes=state.size_bytes,
        internal=state.internal,
        loaded=state.loaded,
        rebuilt=state.rebuilt,
        complete=state.complete,
        warnings=state.warnings,
        value=Tree(resolved(state.value)),
        loadable=can_be_loaded(state.size_bytes),
    )


def _write(write: PendingWrite) -> WriteItem:
    return WriteItem(
        task_id=write.task_id,
        task_path=write.task_path,
        node_name=write.node_name,
        idx=write.idx,
        channel=write.channel,
        type=write.type,
        size_bytes=write.size_bytes,
        value=Tree(write.value),
    )
