"""Ctrl-C is heard, also where the exception that it raises is lost."""

from __future__ import annotations

import contextlib
import signal

import pytest

from inspector.management.interrupt import Interrupt

SIGNALS = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])


@SIGNALS
def test_an_interrupt_that_somebody_swallowed_is_remembered(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with Interrupt() as interrupt:
        assert not interrupt.came
        with contextlib.suppress(KeyboardInterrupt):  # as a destructor would
            signal.raise_signal(number)
        assert interrupt.came
    assert signal.getsignal(number) is before


@SIGNALS
def test_an_interrupt_still_raises(number: signal.Signals) -> None:
    with Interrupt(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)
