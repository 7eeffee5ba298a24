"""Ctrl-C that is heard wherever it strikes."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Self


class Interrupt:
    """`with Interrupt() as interrupt:` Ctrl-C raises `KeyboardInterrupt` as ever, and `interrupt.came` remembers it: an
    exception out of a signal is lost where it strikes in a destructor or a library's callback, and a loop that asks
    ends all the same. Only in the main thread."""

    def __init__(self) -> None:
        self.came = False

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _note(self, _signal: int, _frame: FrameType | None) -> None:
        self.came = True
        raise KeyboardInterrupt
