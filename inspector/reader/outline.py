"""Outlines of long namespaces, kept for the next page: what is known is not read again, only what came behind it.

As with inputs (`reader.inputs`), what is kept holds as long as there are just as many checkpoints before its newest one
as there were.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from inspector.domain.branches import find_branches
from inspector.domain.coordinates import parse_time, time_of
from inspector.domain.outline import Outline, OutlineStep, TurnStart, turns_by_parents
from inspector.reader.inputs import InputMemory
from inspector.stores.base import CheckpointStore, FirstInput, OutlineRow

#: Checkpoints of one outline, the newest ones.
STEPS = 3_000
#: Namespaces that are kept, and their checkpoints together.
_NAMESPACES = 64
_KEPT = 60_000
#: Beyond this a turn that began before the steps is not told by itself.
_FOLDED = 20_000


@dataclass(frozen=True, slots=True)
class _Known:
    """The newest rows of a namespace, newest first, of which `older` lie before the newest one."""

    rows: tuple[OutlineRow, ...]
    older: int
    outline: Outline


@dataclass(slots=True)
class OutlineMemory:
    """Of one store. Safe to share between threads; two that ask at once may both read."""

    _known: OrderedDict[tuple[str, str], _Known] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def read(
        self,
        store: CheckpointStore,
        inputs: InputMemory,
        thread_id: str,
        checkpoint_ns: str,
        *,
        host_keys: Sequence[str],
        steps: int = STEPS,
    ) -> Outline:
        """The newest `steps` checkpoints of a namespace, and how many older ones there are."""
        where = (thread_id, checkpoint_ns)
        with self._lock:
            known = self._known.get(where)
        since = ""
        if known is not None and known.rows:
            since = known.rows[0].checkpoint_id
            place = store.read_place(*where, since)
            if place.older != known.older:
                known, since = None, ""
            elif not place.newer:
                return known.outline
        rows = store.read_outline(*where, after=since, rows=steps, host_keys=host_keys)
        rows = [*rows, *(known.rows if known is not None else ())][:steps]
        if not rows:
            return Outline((), find_branches(()))
        older = store.read_place(*where, rows[0].checkpoint_id).older
        found = inputs.read_first(store, *where, before=_behind(rows[0].checkpoint_id))
        outline = _outline(rows[::-1], found, max(0, older + 1 - len(rows)))
        if not outline.older or len(rows) == steps:  # else one came in between whose id is not the newest
            self._keep(where, _Known(tuple(rows), older, outline))
        return outline

    def _keep(self, where: tuple[str, str], known: _Known) -> None:
        with self._lock:
            self._known[where] = known
            self._known.move_to_end(where)
            while len(self._known) > 1 and (len(self._known) > _NAMESPACES or self._weight() > _KEPT):
                self._known.popitem(last=False)

    def _weight(self) -> int:
        return sum(len(one.rows) for one in self._known.values())


def _outline(rows: Sequence[OutlineRow], inputs: Sequence[FirstInput], older: int) -> Outline:
    turns = turns_by_parents(rows, inputs)
    first_id = rows[0].checkpoint_id
    begun = [TurnStart(turn, one.checkpoint_id) for turn, one in enumerate(inputs, 1) if one.checkpoint_id < first_id]
    steps = tuple(
        OutlineStep(
            checkpoint_id=row.checkpoint_id,
            parent_checkpoint_id=row.parent_checkpoint_id,
            step=row.step,
            source=row.source,
            at=time_of(row.checkpoint_id) or parse_time(row.ts),
            turn=turns[row.checkpoint_id],
            hostname=row.hostname,
        )
        for row in rows
    )
    return Outline(steps, find_branches(steps), older, tuple(begun[-_FOLDED:]) if older else ())


def _behind(checkpoint_id: str) -> str:
    """A text that this id sorts before, and that sorts before whatever id comes next."""
    return f"{checkpoint_id}0"
