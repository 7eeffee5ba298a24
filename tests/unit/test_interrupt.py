"""Ctrl-C is heard, also where the exception that it raises is lost."""

from __future__ import annotations

import contextlib
import signal

import pytest

from inspector.management.interrupt import Interrupt


def test_an_interrupt_that_somebody_swallowed_is_remembered() -> None:
    before = signal.getsignal(signal.SIGINT)
    with Interrupt() as interrupt:
        assert not interrupt.came
        with contextlib.suppress(KeyboardInterrupt):  # as a destructor would
            signal.raise_signal(signal.SIGINT)
        assert interrupt.came
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupt_still_raises() -> None:
    with Interrupt(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
