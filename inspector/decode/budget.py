"""How much one decoding may cost, and the meter that it runs on.

A stored value is somebody else's data: it can be huge, deep, or claim four thousand million elements in five
bytes. Every reader of this package therefore asks the meter before each batch of work, so a decoding ends
within its budget plus one batch, whatever the data says.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from inspector.domain.value import Omitted, Value

#: Elements granted between two looks at the clock: some tenths of a millisecond of work.
BATCH = 1024

#: Texts up to this many characters are never cut: keys, ids and class names are that short, and cutting saves nothing.
ALWAYS_WHOLE = 255

_MAX_WARNINGS = 20
_MAX_NAMES = 500
_MAX_NAME_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Budget:
    """Limits of one decoding. What lies beyond one is cut, marked with its size, and named in a warning.

    `max_depth` counts nested containers and objects. The default leaves room for legitimate nesting, and keeps code
    that recurses over a tree with three frames a level (`to_json`) at a third of Python's usual recursion limit.
    """

    max_bytes: int = 16_000_000  #: a stored value larger than this is not decoded at all
    max_nodes: int = 200_000  #: list elements, mapping entries and parts of objects
    max_depth: int = 100
    max_text: int = 100_000  #: characters of one text; at least `ALWAYS_WHOLE` are shown
    max_binary: int = 256  #: bytes kept of one binary value
    seconds: float = 2.0


DEFAULT_BUDGET = Budget()


class Stop(Exception):
    """Reading cannot go on: the budget is spent, or the data is broken.

    On its way out each open container puts what it has so far into `partial`, so nothing already read is lost.
    """

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence
        self.partial: Value = None

    def rest(self, size: int) -> Omitted:
        """The mark for what is left of a container (`size` elements) or of a blob (`size` bytes)."""
        return Omitted(self.reason, size, self.sentence)


class Meter:
    """One decoding's running account: what is left to spend, and what was noted on the way."""

    __slots__ = ("_clock", "_deadline", "_left", "_names", "_warnings", "budget", "text_limit")

    def __init__(self, budget: Budget = DEFAULT_BUDGET, clock: Callable[[], float] = time.monotonic) -> None:
        self.budget = budget
        self.text_limit = max(budget.max_text, ALWAYS_WHOLE)
        self._clock = clock
        self._deadline = clock() + budget.seconds
        self._left = budget.max_nodes
        self._names: dict[tuple[str, str], str] = {}
        self._warnings: dict[str, None] = {}

    def take(self, wanted: int) -> int:
        """How many of the next `wanted` nodes may be read now, 1 to `BATCH`. Raises `Stop` at the end."""
        if self._clock() >= self._deadline:
            self.look()
        left = self._left
        if wanted > BATCH or wanted > left:
            if left <= 0:
                raise Stop("budget", f"More than {self.budget.max_nodes:,} elements; the rest is not shown.")
            wanted = min(wanted, BATCH, left)
        self._left = left - wanted
        return wanted

    def look(self) -> None:
        """Look at the clock. Every loop that can be long comes by here. Raises `Stop` when the time is up."""
        if self._clock() >= self._deadline:
            raise Stop("budget", f"Not decoded within {self.budget.seconds:g} s; the rest is not shown.")

    @property
    def nodes(self) -> int:
        """Nodes taken so far. Batches are paid in advance: broken data may cost `BATCH` more than it has."""
        return self.budget.max_nodes - max(self._left, 0)

    def warn(self, sentence: str) -> None:
        """Note what the reader of the value should know. Each sentence once, and only the first few."""
        if len(self._warnings) < _MAX_WARNINGS:
            self._warnings[sentence] = None

    def name(self, module: str, name: str) -> str:
        """The dotted name of a class that the data names, noted for `type_names`."""
        known = self._names.get((module, name))
        if known is not None:
            return known
        dotted = f"{module[:_MAX_NAME_LENGTH]}.{name[:_MAX_NAME_LENGTH]}" if module else name[:_MAX_NAME_LENGTH]
        if not dotted.isascii():
            dotted = dotted.encode(errors="replace").decode()  # no page could send a lone surrogate
        if len(self._names) < _MAX_NAMES:
            self._names[module, name] = dotted
        return dotted

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(self._warnings)

    @property
    def type_names(self) -> tuple[str, ...]:
        """Class names in the order met, each once. Past a bound they are in the tree, but not listed."""
        return tuple(dict.fromkeys(self._names.values()))
