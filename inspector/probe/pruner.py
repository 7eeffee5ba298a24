"""When a worker removes the ledger's old rows: in proportion to what it writes, so that many short-lived processes do
as much as few long-lived ones, and now and then in any case."""

from __future__ import annotations

import random
from time import monotonic, time

from inspector.probe.errors import name_error
from inspector.probe.ledger_schema import KEEP_SECONDS, Ledger
from inspector.probe.settings import log

#: Seconds between two removals, more or less, by a worker that writes little.
_EVERY = 3_600.0
#: Rows that a worker writes between two removals, on average: fewer than a removal takes away.
_ROWS = 2_000
#: Seconds until the next removal where one left old rows.
_SOON = 2.0


class Pruner:
    def __init__(self) -> None:
        self._due_at = monotonic() + random.uniform(0.05, 1) * _EVERY  # noqa: S311
        self._rows = random.uniform(0, _ROWS)  # noqa: S311  so a process that ends before has its share too

    def count(self, rows: int) -> None:
        """So many were written."""
        self._rows -= rows

    def look_after(self, ledger: Ledger) -> None:
        """Removes old rows when it is time. Never raises: a removal that fails is as good as none."""
        if monotonic() < self._due_at and self._rows > 0:
            return
        more = False
        try:
            more = ledger.prune(time() - KEEP_SECONDS)
        except Exception as error:
            log.debug("The probe cannot remove old rows (%s).", name_error(error))
        self._rows = _ROWS
        self._due_at = monotonic() + (_SOON if more else random.uniform(0.5, 1.5) * _EVERY)  # noqa: S311
