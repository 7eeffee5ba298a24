"""Which places are this store, and which are another one that is configured: asked alike by folds and by pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from inspector.errors import StoreError
from inspector.index.asking import ask_all
from inspector.index.connections import all_readers
from inspector.models import StoreEntry
from inspector.probe.ledger_schema import WorkerReport
from inspector.reader import Reader


@dataclass(frozen=True, slots=True)
class Places:
    """Names of the store that is looked at (see `probe.ledger_schema`), and those of the other configured ones with the
    store that goes by each. A name that both go by, as two settings of one database do, is `here`."""

    here: frozenset[str] = frozenset()
    others: Mapping[str, str] = field(default_factory=dict)

    @property
    def there(self) -> frozenset[str]:
        return frozenset(self.others)

    def store_at(self, identities: Iterable[str]) -> str:
        """The other configured store that goes by one of these names; "" where none does."""
        return next((self.others[name] for name in identities if name in self.others), "")

    def lie_in_others(self, report: WorkerReport) -> bool:
        """Whether all that outlives this process goes to other configured stores, and nothing may come to this one."""
        lasting = [place for place in report.places if place.kind != "memory"]
        return bool(lasting) and all(
            not self.here.intersection(place.identities) and self.store_at(place.identities) for place in lasting
        )


def places_of(reader: Reader, others: Iterable[Reader] | None = None) -> Places:
    """By what the index knows, which remembers restarts of a server. A store that the index has not met is asked. One
    that does not answer, or whose last pass failed, has no names until a pass has met it. `others` are the readers of
    the other stores; without them, those of the configuration. Raises `ConfigError`."""
    name = reader.store.name
    others = all_readers().values() if others is None else others
    known = {entry.name: entry for entry in StoreEntry.objects.only("name", "identities", "error")}
    here = _names(reader, known.get(name))
    theirs = _names_of_others([other for other in others if other.store.name != name], known)
    return Places(here, {name: store for name, store in theirs.items() if name not in here})


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
    if entry is not None and _is_met(entry):
        return frozenset(entry.identities)
    try:
        return frozenset(reader.store.read_identities())
    except StoreError:
        return frozenset()


def _names_of_others(others: Sequence[Reader], known: Mapping[str, StoreEntry]) -> dict[str, str]:
    """Those that the index has not met are asked all at once, and none of them is waited for long."""
    met = {other.store.name: entry for other in others if (entry := known.get(other.store.name)) and _is_met(entry)}
    unmet = [other for other in others if other.store.name not in met]
    heard = ask_all(unmet, "identities", lambda other: other.store.read_identities())
    told: dict[str, Iterable[str]] = {store: answer.told or () for store, answer in heard.items()}
    told |= {store: entry.identities for store, entry in met.items()}
    return {name: store for store, names in told.items() for name in names}


def _is_met(entry: StoreEntry) -> bool:
    return bool(entry.identities or entry.error)
