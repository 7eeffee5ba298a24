"""The inputs of long namespaces, kept for the next page: to find them, every document has to be looked into.

What is kept of a namespace reaches up to some checkpoint. It holds as long as there are just as many checkpoints before
that one as there were; then only what came behind it is read. Rows are added at the end, and pruned or deleted ones
change the count. One that is rewritten in place keeps the inputs that it had: savers do that to none of them.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import OrderedDict
from dataclasses import dataclass, field

from inspector.stores.base import CheckpointStore, FirstInput

#: Namespaces that are kept, and their inputs together.
_NAMESPACES = 64
_INPUTS = 200_000


@dataclass(frozen=True, slots=True)
class _Known:
    """All inputs that checkpoints before `until` know of, of which there are `checkpoints`."""

    until: str
    checkpoints: int
    inputs: tuple[FirstInput, ...]


@dataclass(slots=True)
class InputMemory:
    """Of one store. Safe to share between threads; two that ask at once may both read."""

    _known: OrderedDict[tuple[str, str], _Known] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def read(self, store: CheckpointStore, thread_id: str, checkpoint_ns: str, *, before: str) -> list[str]:
        """The inputs that checkpoints with an id less than `before` know of, in the order of the first that does."""
        return [one.version for one in self.read_first(store, thread_id, checkpoint_ns, before=before)]

    def read_first(
        self, store: CheckpointStore, thread_id: str, checkpoint_ns: str, *, before: str
    ) -> tuple[FirstInput, ...]:
        """The same with those first checkpoints."""
        where = (thread_id, checkpoint_ns)
        with self._lock:
            known = self._known.get(where)
        if known is not None and store.read_place(*where, known.until).older != known.checkpoints:
            known = None
        if known is None or known.until < before:
            known = _read_on(store, where, known, before)
            self._keep(where, known)
        end = bisect_left(known.inputs, before, key=lambda one: one.checkpoint_id)
        return known.inputs[:end]

    def _keep(self, where: tuple[str, str], known: _Known) -> None:
        with self._lock:
            self._known[where] = known
            self._known.move_to_end(where)
            while len(self._known) > 1 and (len(self._known) > _NAMESPACES or self._weight() > _INPUTS):
                self._known.popitem(last=False)

    def _weight(self) -> int:
        return sum(len(one.inputs) for one in self._known.values())


def _read_on(store: CheckpointStore, where: tuple[str, str], known: _Known | None, before: str) -> _Known:
    """Counted first: a checkpoint that comes in between then makes the next page read again, and is not lost."""
    checkpoints = store.read_place(*where, before).older
    if known is None:
        return _Known(before, checkpoints, tuple(store.read_inputs(*where, before=before)))
    versions = {one.version for one in known.inputs}
    later = store.read_inputs(*where, since=known.until, before=before)
    return _Known(before, checkpoints, (*known.inputs, *(one for one in later if one.version not in versions)))
