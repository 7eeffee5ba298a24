"""Ctrl-C, or the word to end of who started the process, heard wherever it strikes."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupt:
    """`with Interrupt() as interrupt:` Ctrl-C raises `KeyboardInterrupt` as ever, and `interrupt.came` remembers it: an
    exception out of a signal is lost where it strikes in a destructor or a library's callback, and a loop that asks
    ends all the same. SIGTERM is taken the same way: the first process of a container would not hear it otherwise. Only
    in the main thread."""

    def __init__(self) -> None:
        self.came = False

    def __enter__(self) -> Self:
        self._before = {number: signal.signal(number, self._note) for number in _SIGNALS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    def _note(self, _signal: int, _frame: FrameType | None) -> None:
        self.came = True
        raise KeyboardInterrupt
