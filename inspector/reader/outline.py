"""Outlines of long namespaces, kept for the next page: what is known is not read again, only what came behind it.

As with inputs (`reader.inputs`), what is kept holds as long as there are just as many checkpoints up to its newest one
as there were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from inspector.decode import FULL, Sight
from inspector.domain.branches import find_branches
from inspector.domain.coordinates import parse_time, time_of
from inspector.domain.outline import Outline, OutlineStep, TurnStart, turns_by_parents
from inspector.reader.inputs import InputMemory
from inspector.reader.kept import Kept, text_bytes
from inspector.stores.base import CheckpointStore, FirstInput, OutlineRow

#: Checkpoints of one outline, the newest ones.
STEPS = 3_000
#: Memory for all outlines that are kept: some 60,000 usual checkpoints.
_BYTES = 40_000_000
_OBJECT = 350
#: Beyond this a turn that began before the steps is not told by itself.
_FOLDED = 20_000


@dataclass(frozen=True, slots=True)
class OutlineMemory:
    """Of one store. Safe to share between threads; two that ask at once may both read."""

    _known: Kept[Outline] = field(default_factory=lambda: Kept(_BYTES))

    def read(
        self,
        store: CheckpointStore,
        inputs: InputMemory,
        thread_id: str,
        checkpoint_ns: str,
        *,
        host_keys: Sequence[str],
        sight: Sight = FULL,
        steps: int = STEPS,
    ) -> Outline:
        """The newest `steps` checkpoints of a namespace, and how many older ones there are. A memory is of one
        sight."""
        where = (thread_id, checkpoint_ns)
        known = self._known.get(where)
        since = ""
        if known is not None:
            since = known.steps[-1].checkpoint_id
            place = store.read_place(*where, _behind(since))
            if place.older != known.older + len(known.steps):
                known, since = None, ""
            elif not place.newer:
                return known
        rows = store.read_outline(*where, after=since, rows=steps, host_keys=host_keys)
        told = [*(known.steps if known is not None else ()), *(_step(row, sight) for row in reversed(rows))][-steps:]
        if not told:
            return Outline((), find_branches(()))
        older = store.read_place(*where, told[0].checkpoint_id).older
        found = inputs.read_first(store, *where, before=_behind(told[-1].checkpoint_id))
        outline = _outline(told, found, older)
        if not older or len(told) == steps:  # else one came in between whose id is not the newest
            self._known.put(where, outline, _bytes_of(outline))
        return outline


def _step(row: OutlineRow, sight: Sight) -> OutlineStep:
    """Its turn is told when those around it are known."""
    return OutlineStep(
        checkpoint_id=row.checkpoint_id,
        parent_checkpoint_id=row.parent_checkpoint_id,
        step=row.step,
        source=row.source if sight.see_metadata({"source": row.source})["source"] == row.source else "",
        at=time_of(row.checkpoint_id) or parse_time(row.ts),
        turn=0,
        hostname=row.hostname,
    )


def _outline(told: Sequence[OutlineStep], inputs: Sequence[FirstInput], older: int) -> Outline:
    turns = turns_by_parents(told, inputs)
    first_id = told[0].checkpoint_id
    begun = [TurnStart(turn, one.checkpoint_id) for turn, one in enumerate(inputs, 1) if one.checkpoint_id < first_id]
    steps = tuple(
        step if step.turn == turns[step.checkpoint_id] else replace(step, turn=turns[step.checkpoint_id])
        for step in told
    )
    return Outline(steps, find_branches(steps), older, tuple(begun[-_FOLDED:]) if older else ())


def _bytes_of(outline: Outline) -> int:
    """An estimate: texts are most of it. Those of `folded` belong to the inputs, which are kept as well."""
    texts = (text for step in outline.steps for text in (step.checkpoint_id, step.parent_checkpoint_id, step.hostname))
    return _OBJECT * len(outline.steps) + text_bytes(texts) + 100 * len(outline.folded)


def _behind(checkpoint_id: str) -> str:
    """A text that this id sorts before, and that sorts before whatever id comes next."""
    return f"{checkpoint_id}0"
