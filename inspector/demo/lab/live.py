"""A lab that goes on at a human pace after its play, for somebody to watch."""

from __future__ import annotations

import random
import threading
from types import TracebackType
from typing import Self

from inspector.demo.lab.lab import Lab, LabError

_PATIENCE = 3.0  #: seconds for the request at hand


class _StoppedError(Exception):
    """The block ends: no further request is sent."""


class Live:
    """`with Live(lab): ...`: the scenario's traffic again and again, with about `pause` seconds before each request.
    Hosts that a scenario leaves dead come back for the next round."""

    def __init__(self, lab: Lab, *, pause: float = 0.7, seed: int = 1) -> None:
        self._lab = lab
        self._pause = pause
        self._dice = random.Random(seed)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lab-live", daemon=True)

    def __enter__(self) -> Self:
        self._lab.before_sending = self._wait
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join(_PATIENCE)  # a request that hangs ends with its process, when the lab closes

    def _wait(self) -> None:
        if self._stop.wait(self._dice.expovariate(1 / self._pause)):
            raise _StoppedError

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._lab.revive()
                self._lab.scenario.drive(self._lab)
            except _StoppedError:
                return
            except LabError:  # a host that is dead or hangs belongs to some scenarios
                self._stop.wait(self._pause)
