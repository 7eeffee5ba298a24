"""What pages ask a ledger. Its trouble is told beside what the store says and never breaks a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from inspector.access.readers import ledger_of
from inspector.errors import InspectorError
from inspector.ledger.base import LedgerReader
from inspector.ledger.patience import ask_briefly
from inspector.reader import Reader

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class Answer(Generic[Told]):
    """`told` is None where there is no ledger, whose `url` is "" then, and where it could not be read: then `error`
    says why."""

    told: Told | None = None
    url: str = ""
    error: str = ""
    hint: str = ""


def ask_ledger(reader: Reader, question: Callable[[LedgerReader], Told]) -> Answer[Told]:
    """Asked after the store, whose reads are what a page is for: it waits for a ledger only briefly."""
    url = ""
    try:
        ledger = ledger_of(reader)
        if ledger is None:
            return Answer()
        url = ledger.safe_url
        return Answer(ask_briefly(ledger, question), url)
    except InspectorError as failure:
        return Answer(url=url, error=failure.message, hint=failure.hint)
