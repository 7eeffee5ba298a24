"""What the tasks of many steps left behind: errors, questions and answers, without their values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inspector.domain.channels import ERROR, INTERRUPT, RESUME
from inspector.domain.checkpoint import Checkpoint
from inspector.reader.tasks import node_of_write
from inspector.stores.base import CheckpointStore, ReadBudget

#: Rows of one page's marks: some for each step, many only where Sends fail by the hundred.
_MARKS = ReadBudget(rows=5_000, bytes=0)
_WORDS = {ERROR: "failed", INTERRUPT: "asked", RESUME: "answered"}


@dataclass(frozen=True, slots=True)
class StepMarks:
    """`names` are some of `failed`, `asked`, `answered`; the others the nodes that did, as far as they are named."""

    names: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()


def read_marks(store: CheckpointStore, checkpoints: Sequence[Checkpoint]) -> Mapping[str, StepMarks]:
    """Of checkpoints of one namespace, by id; those without any are left out."""
    if not checkpoints:
        return {}
    due = {checkpoint.checkpoint_id: checkpoint.next for checkpoint in checkpoints}
    where = (checkpoints[0].thread_id, checkpoints[0].checkpoint_ns)
    found: dict[str, dict[str, list[str]]] = {}
    for row in store.read_writes(*where, list(due), channels=list(_WORDS), bodies=False, budget=_MARKS):
        nodes = found.setdefault(row.checkpoint_id, {}).setdefault(row.channel, [])
        nodes.append(node_of_write(row, due[row.checkpoint_id]))
    return {
        checkpoint_id: StepMarks(
            tuple(word for channel, word in _WORDS.items() if channel in nodes),
            _named(nodes.get(ERROR, ())),
            _named(nodes.get(INTERRUPT, ())),
        )
        for checkpoint_id, nodes in found.items()
    }


def _named(nodes: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(node for node in nodes if node))
