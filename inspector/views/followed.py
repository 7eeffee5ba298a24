"""What the pages that follow something along a branch share: the branch itself, its steps by name, what leaves it."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest

from inspector.domain.checkpoint import Checkpoint
from inspector.errors import NotFound
from inspector.reader.branch import OUTLINED, Branch, read_branch
from inspector.stores.base import CheckpointRow
from inspector.views.contexts.follow import BranchOff, StepItem
from inspector.views.opened import OpenThread
from inspector.views.parameters import read_text

#: Branches that are named beside one step.
_BRANCHES = 6


def find_branch(request: HttpRequest, opened: OpenThread) -> Branch:
    """The branch that ends at `checkpoint`, or goes on from `through`, or ends at the newest one. Raises `NotFound`."""
    end, through = read_text(request, "checkpoint"), read_text(request, "through")
    store, where = opened.reader.store, (opened.thread_id, opened.checkpoint_ns)
    branch = read_branch(store, *where, end=end, through=through)
    if branch is not None:
        return branch
    if not (end or through):
        raise NotFound("This namespace holds no checkpoint.", "Leave `ns` out for the graph's root.")
    name = "checkpoint" if end else "through"
    if store.read_checkpoint(*where, end or through) is not None:
        raise NotFound(
            f"This checkpoint is not among the newest {OUTLINED:,} of its namespace, which are all that is followed.",
            f"Leave `{name}` out to follow the newest branch.",
        )
    raise NotFound("This thread holds no such checkpoint.", f"It may have been pruned. Leave `{name}` out.")


def step_items(opened: OpenThread, rows: Iterable[CheckpointRow]) -> dict[str, StepItem]:
    """Steps by their ids, each with the nodes that ran. Their parents are read with them."""
    held = {row.checkpoint_id: row for row in rows}
    ordered = sorted(held.values(), key=lambda row: row.checkpoint_id, reverse=True)
    return {item.checkpoint_id: _step_item(item) for item in opened.reader.build_checkpoints(ordered)}


def _step_item(checkpoint: Checkpoint) -> StepItem:
    return StepItem(
        checkpoint_id=checkpoint.checkpoint_id,
        step=checkpoint.step,
        source=checkpoint.source,
        at=checkpoint.at,
        hostname=checkpoint.hostname,
        node_names=checkpoint.node_names,
    )


def branches_off(branch: Branch, passed: Iterable[str]) -> tuple[BranchOff, ...]:
    """The branches that leave at some steps, as far as there is room to name them."""
    found = [
        BranchOff(child, branch.steps.get(child), parent_id, branch.steps.get(parent_id))
        for parent_id in passed
        for child in branch.forks.get(parent_id, ())
    ]
    return tuple(found[:_BRANCHES])
