"""Which places are this store, and which are another one that is configured: asked alike by folds and by pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from inspector.errors import StoreError
from inspector.index.connections import all_readers
from inspector.models import StoreEntry
from inspector.reader import Reader


@dataclass(frozen=True, slots=True)
class Places:
    """Names of the store that is looked at, and of the other configured ones (see `probe.ledger_schema`). A name that
    both go by, as two settings of one database do, is `here`."""

    here: frozenset[str] = frozenset()
    there: frozenset[str] = frozenset()


def places_of(reader: Reader, others: Iterable[Reader] | None = None) -> Places:
    """By what the index knows, which remembers restarts of a server. A store that the index has not met is asked. One
    that does not answer, or whose last pass failed, has no names until a pass has met it. `others` are the readers of
    the other stores; without them, those of the configuration. Raises `ConfigError`."""
    name = reader.store.name
    others = all_readers().values() if others is None else others
    known = {entry.name: entry for entry in StoreEntry.objects.only("name", "identities", "error")}
    here = _names(reader, known.get(name))
    theirs = (_names(other, known.get(other.store.name)) for other in others if other.store.name != name)
    return Places(here, frozenset[str]().union(*theirs) - here)


def note_identities(reader: Reader, entry: StoreEntry) -> None:
    """Remembers the names that the store goes by now beside those before: workers that reported before a server was
    restarted may know it by another. They are forgotten when none is left, for that is another store under the same
    name. Raises `StoreError`."""
    now = reader.store.read_identities()
    before = entry.identities if set(now) & set(entry.identities) else []
    found = sorted({*before, *now})
    if found != entry.identities:
        entry.identities = found
        StoreEntry.objects.filter(pk=entry.pk).update(identities=found)


def _names(reader: Reader, entry: StoreEntry | None) -> frozenset[str]:
    if entry is not None and (entry.identities or entry.error):
        return frozenset(entry.identities)
    try:
        return frozenset(reader.store.read_identities())
    except StoreError:
        return frozenset()
