"""What pages ask a ledger. Its trouble is told beside what the store says and never breaks a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Generic, TypeVar

from inspector.errors import InspectorError, StoreError
from inspector.index.connections import get_ledger
from inspector.ledger.base import LedgerReader
from inspector.models import StoreEntry
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


@dataclass(frozen=True, slots=True)
class Identities:
    """Names of the store that is looked at, and of the other configured ones (see `probe.ledger_schema`)."""

    here: frozenset[str] = frozenset()
    there: frozenset[str] = frozenset()


def ask_ledger(reader: Reader, question: Callable[[LedgerReader], Told]) -> Answer[Told]:
    url = ""
    try:
        ledger = get_ledger(reader.store.name)
        if ledger is None:
            return Answer()
        url = ledger.safe_url
        return Answer(question(ledger), url)
    except InspectorError as failure:
        return Answer(url=url, error=failure.message, hint=failure.hint)


def identities_of(reader: Reader, entry: StoreEntry) -> Identities:
    """By what the index knows, which remembers restarts of a server. A store that the index has not met is asked; one
    that does not answer has none, and its ledger may lie elsewhere and still be read."""
    others = StoreEntry.objects.exclude(pk=entry.pk).values_list("identities", flat=True)
    return Identities(_names(reader, entry), frozenset(chain.from_iterable(others)))


def _names(reader: Reader, entry: StoreEntry) -> frozenset[str]:
    if entry.identities:
        return frozenset(entry.identities)
    try:
        return frozenset(reader.store.read_identities())
    except StoreError:
        return frozenset()
