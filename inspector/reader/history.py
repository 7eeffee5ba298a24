"""Checkpoint records to checkpoints: turns, what each step changed, and which nodes ran and come next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from inspector.domain.channels import INTERRUPT, START, TASKS, is_internal
from inspector.domain.checkpoint import Checkpoint
from inspector.domain.coordinates import parse_time, step_of, time_of
from inspector.domain.tasks import due_nodes, send_targets
from inspector.domain.turns import number_turns
from inspector.domain.value import Json
from inspector.reader.bodies import Bodies
from inspector.stores.base import CheckpointRow


def build_history(
    rows: Sequence[CheckpointRow],
    parents: Mapping[str, CheckpointRow],
    bodies: Bodies,
    *,
    triggers: Mapping[str, frozenset[str]],
    host_keys: Sequence[str],
    earlier_inputs: Sequence[str] = (),
) -> tuple[Checkpoint, ...]:
    """One `Checkpoint` a row, in the rows' order. `parents` holds the rows' parents by id, as far as they are stored;
    `triggers` the trigger channels that are known of each node, `earlier_inputs` the inputs before the oldest row."""
    turns = number_turns(rows, earlier=earlier_inputs)
    seen = {row.checkpoint_id: bodies.sight.see_metadata(row.metadata) for row in rows}
    return tuple(
        Checkpoint(
            thread_id=row.thread_id,
            checkpoint_ns=row.checkpoint_ns,
            checkpoint_id=row.checkpoint_id,
            parent_checkpoint_id=row.parent_checkpoint_id,
            step=step_number(row),
            source=_text(seen[row.checkpoint_id].get("source")),
            at=time_of(row.checkpoint_id) or parse_time(row.ts),
            turn=turns[row.checkpoint_id],
            hostname=first_text(row.metadata, host_keys),
            node_names=_nodes_that_ran(row, parents, bodies),
            next=due_nodes(row.channel_versions, row.versions_seen, bodies.values_at(row), triggers),
            channels_changed=_channels_changed(row, parents.get(row.parent_checkpoint_id or "")),
            size_bytes=bodies.state_bytes(row),
            channel_versions={channel: str(version) for channel, version in row.channel_versions.items()},
            metadata=seen[row.checkpoint_id],
            resumed=_is_resumed(row, parents.get(row.parent_checkpoint_id or "")),
        )
        for row in rows
    )


def first_text(metadata: Mapping[str, Json], keys: Sequence[str]) -> str:
    """The first of `keys` that names something, as text; "" when none does."""
    for key in keys:
        value = metadata.get(key)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "":
            return str(value)[:255]
    return ""


def step_number(row: CheckpointRow) -> int | None:
    """As its metadata says, else as its id does."""
    step = row.metadata.get("step")
    return step if isinstance(step, int) and not isinstance(step, bool) else step_of(row.checkpoint_id)


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _nodes_that_ran(row: CheckpointRow, parents: Mapping[str, CheckpointRow], bodies: Bodies) -> tuple[str, ...]:
    """Nodes whose record of seen versions moved since the parent, and the parent's Sends, which leave no such record.

    Empty where the parent is not stored any more: everything would look as if it had just run.
    """
    parent = parents.get(row.parent_checkpoint_id or "")
    if parent is None and row.parent_checkpoint_id:
        return ()
    seen_before = parent.versions_seen if parent is not None else {}
    moved = {
        node
        for node, seen in row.versions_seen.items()
        if (node == START or not node.startswith("__")) and seen_before.get(node) != seen
    }
    if parent is not None and row.metadata.get("source") == "loop":
        moved.update(send_targets(bodies.values_at(parent).get(TASKS)))
    return tuple(sorted(moved))


def _is_resumed(row: CheckpointRow, parent: CheckpointRow | None) -> bool:
    """A run that goes on notes which versions it found, for its breakpoints: as those of a node, under another name."""
    found = row.versions_seen.get(INTERRUPT)
    return parent is not None and found is not None and found != parent.versions_seen.get(INTERRUPT)


def _channels_changed(row: CheckpointRow, parent: CheckpointRow | None) -> tuple[str, ...]:
    """Empty where the parent is not stored any more: everything would look new."""
    if parent is None and row.parent_checkpoint_id:
        return ()
    before = parent.channel_versions if parent is not None else {}
    changed = (channel for channel, version in row.channel_versions.items() if before.get(channel) != version)
    return tuple(sorted(channel for channel in changed if not is_internal(channel)))
