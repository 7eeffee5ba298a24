"""What a pickle mentions, listed without loading it: a pickle is a program, and loading runs it.

LangGraph stores one only with `pickle_fallback=True`. Its opcodes are walked with the standard library's
`pickletools`, which executes none of them.
"""

from __future__ import annotations

import codecs
import pickletools
from collections import deque

from inspector.decode.budget import BATCH, Meter, Stop

_MAX_NAMES = 50
_MAX_MEMO = 10_000
_MAX_LENGTH = 200

_GET = frozenset({"GET", "BINGET", "LONG_BINGET"})
_PUT = frozenset({"PUT", "BINPUT", "LONG_BINPUT"})

# Otherwise the first old-style pickle would make Python import this codec in the middle of a page.
codecs.lookup("raw-unicode-escape")


def list_names(data: bytes, meter: Meter) -> tuple[str, ...]:
    """The global names (`module.name`) that a pickle would import, each once, at most 50.

    A name is either in the opcode or made from the two texts that were last put on the stack. Broken data
    gives the names before the break.
    """
    walk = _Walk(meter)
    try:
        for count, (opcode, argument, _) in enumerate(pickletools.genops(data)):
            if count % BATCH == 0:
                meter.look()
            walk.step(opcode.name, argument)
    except Stop as stop:
        meter.warn(stop.sentence)
    except Exception:
        # genops has no error of its own: whatever its struct, int and codec calls raise comes through.
        meter.warn("The pickle is broken; names after the break are not listed.")
    return tuple(walk.names)


class _Walk:
    """Enough of the unpickler's stack to see names: the last two values, None for what is not a text."""

    __slots__ = ("_last", "_memo", "_meter", "names")

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._last: deque[str | None] = deque([None, None], maxlen=2)
        self._memo: dict[int, str | None] = {}
        self.names: dict[str, None] = {}

    def step(self, opcode: str, argument: object) -> None:
        if opcode in ("GLOBAL", "INST"):
            # pickletools joins the two lines with one space.
            module, _, name = str(argument).partition(" ")
            self._note(module, name)
        elif opcode == "STACK_GLOBAL":
            self._note(self._last[0], self._last[1])
        elif opcode == "MEMOIZE":
            self._remember(len(self._memo))
        elif opcode in _PUT and isinstance(argument, int):
            self._remember(argument)
        elif opcode in _GET and isinstance(argument, int):
            self._last.append(self._memo.get(argument))
        elif isinstance(argument, str):
            self._last.append(argument[:_MAX_LENGTH])
        elif opcode != "FRAME":
            self._last.append(None)

    def _remember(self, slot: int) -> None:
        if len(self._memo) < _MAX_MEMO:
            self._memo[slot] = self._last[1]

    def _note(self, module: str | None, name: str | None) -> None:
        if len(self.names) < _MAX_NAMES:
            self.names[self._meter.name(module or "?", name or "?")] = None
        self._last.append(None)
