"""The inputs of long namespaces, kept for the next page: to find them, every document has to be looked into.

What is kept of a namespace reaches up to some checkpoint. It holds as long as there are just as many checkpoints before
that one as there were; then only what came behind it is read. Rows are added at the end, and pruned or deleted ones
change the count. One that is rewritten in place keeps the inputs that it had: savers do that to none of them.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

from inspector.reader.kept import Kept, Where, text_bytes
from inspector.stores.base import CheckpointStore, FirstInput

#: Memory for all inputs that are kept: some 200,000 usual ones.
_BYTES = 64_000_000
_OBJECT = 120


@dataclass(frozen=True, slots=True)
class _Known:
    """All inputs that checkpoints before `until` know of, of which there are `checkpoints`."""

    until: str
    checkpoints: int
    inputs: tuple[FirstInput, ...]

    @property
    def bytes(self) -> int:
        return sum(_OBJECT + text_bytes((one.version, one.checkpoint_id)) for one in self.inputs)


@dataclass(frozen=True, slots=True)
class InputMemory:
    """Of one store. Safe to share between threads; two that ask at once may both read."""

    _known: Kept[_Known] = field(default_factory=lambda: Kept(_BYTES))

    def read(self, store: CheckpointStore, thread_id: str, checkpoint_ns: str, *, before: str) -> list[str]:
        """The inputs that checkpoints with an id less than `before` know of, in the order of the first that does."""
        return [one.version for one in self.read_first(store, thread_id, checkpoint_ns, before=before)]

    def read_first(
        self, store: CheckpointStore, thread_id: str, checkpoint_ns: str, *, before: str
    ) -> tuple[FirstInput, ...]:
        """The same with those first checkpoints."""
        where = (thread_id, checkpoint_ns)
        known = self._known.get(where)
        if known is not None and store.read_place(*where, known.until).older != known.checkpoints:
            known = None
        if known is None or known.until < before:
            known = _read_on(store, where, known, before)
            self._known.put(where, known, known.bytes)
        end = bisect_left(known.inputs, before, key=lambda one: one.checkpoint_id)
        return known.inputs[:end]


def _read_on(store: CheckpointStore, where: Where, known: _Known | None, before: str) -> _Known:
    """Counted first: a checkpoint that comes in between then makes the next page read again, and is not lost."""
    checkpoints = store.read_place(*where, before).older
    if known is None:
        return _Known(before, checkpoints, tuple(store.read_inputs(*where, before=before)))
    versions = {one.version for one in known.inputs}
    later = store.read_inputs(*where, since=known.until, before=before)
    return _Known(before, checkpoints, (*known.inputs, *(one for one in later if one.version not in versions)))
