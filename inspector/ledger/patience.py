"""How long a page waits for a ledger, and how long it lets one be that did not answer.

A ledger stands beside the store and is never waited for as the store is: a page asks it last, for a short time, and
where it kept silent, the pages after that show what the store says without asking it again at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar
from weakref import WeakKeyDictionary

from inspector.errors import StoreError, StoreTimeout, StoreUnreachable
from inspector.ledger.base import LedgerReader
from inspector.stores.guard import deadline, within_deadline

#: Seconds that all of a page's questions to a ledger may take together, and that one connection may take to be made.
PATIENCE = 2.0
#: Seconds for which a ledger that did not answer is not asked again.
DOWN_FOR = 10.0

Told = TypeVar("Told")
_down: WeakKeyDictionary[LedgerReader, tuple[float, StoreError]] = WeakKeyDictionary()


def ask_briefly(ledger: LedgerReader, question: Callable[[LedgerReader], Told]) -> Told:
    """What `question` makes of the ledger, within `PATIENCE`. Raises `StoreError`, at once where it lately did not
    answer."""
    _let_be(ledger)
    seconds = within_deadline(PATIENCE)
    try:
        with deadline(seconds):
            return question(ledger)
    except StoreTimeout as error:
        reason: StoreError = StoreTimeout(
            f"{ledger.safe_url} did not answer within {seconds:.1g} s.",
            "It is busy or cut off; the page recovers by itself.",
        )
        if seconds == PATIENCE:  # the page had left it all of its time
            _down[ledger] = (time.monotonic(), reason)
        raise reason from error
    except StoreUnreachable as error:
        _down[ledger] = (time.monotonic(), error)
        raise


def _let_be(ledger: LedgerReader) -> None:
    since, reason = _down.get(ledger, (0.0, None))
    if reason is None:
        return
    if time.monotonic() - since < DOWN_FOR:
        raise type(reason)(reason.message, reason.hint)
    _down.pop(ledger, None)
