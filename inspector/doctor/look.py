"""The diagnosis as a command makes it: by the index where it knows the store, else by a bounded read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from inspector.doctor.bounded import Glance, read_newest
from inspector.doctor.brief import pass_briefly
from inspector.doctor.diagnosis import diagnose
from inspector.doctor.record import Diagnosis
from inspector.doctor.throwaway import throwaway_index
from inspector.domain.text import ago, count_noun, thousands
from inspector.errors import StoreError
from inspector.index.asking import ask_all
from inspector.index.queries import Moment
from inspector.models import StoreEntry
from inspector.reader import Reader

Tell = Callable[[str], None]  #: what is being done, in a few words

#: An index that is younger (seconds) is as good as the store itself.
_FRESH = 30.0


@dataclass(frozen=True, slots=True)
class Look:
    """One store and what was found. `error` says why nothing could be, "" when it could. `of` is about how many threads
    the store holds, None where that is not known; `whole` says that all of them were looked at, as of `at`."""

    store: str
    url: str  #: without its password
    kind: str
    diagnosis: Diagnosis = field(default_factory=Diagnosis)
    threads: int = 0
    of: int | None = None
    whole: bool = False
    at: datetime | None = None
    error: str = ""
    hint: str = ""

    @property
    def basis(self) -> str:
        """What was looked at, in a sentence."""
        if not self.whole:
            of = f" of about {thousands(_rounded(self.of))}" if self.of else ""
            return (
                f"Looked at the {thousands(self.threads)} newest{of} threads. `inspector sync` makes an index of all, "
                "and rules that count them then see them all."
            )
        if not self.threads:
            return "The store holds no threads yet."
        age = (timezone.now() - self.at).total_seconds() if self.at else 0.0
        old = f", as they were {ago(age)}: the index could not be brought up to date" if age > _FRESH else ""
        all_of = "Looked at all " if self.threads > 1 else "Looked at "
        return f"{all_of}{count_noun(self.threads, 'thread')}{old}."


def look_at(readers: Iterable[Reader], *, indexed: bool, tell: Tell = lambda what: None) -> list[Look]:
    """Every store in the order given. `indexed` says that there is an index; without one, and for stores that it has
    never read, the newest threads are read into one that ends with this call."""
    given = list(readers)
    known = [reader for reader in given if indexed and _is_known(reader)]
    looks = {reader.store.name: _by_index(reader, tell) for reader in known}
    looks |= {look.store: look for look in _without_index([one for one in given if one not in known], tell)}
    return [looks[reader.store.name] for reader in given]


def _is_known(reader: Reader) -> bool:
    """Whether a pass over this store has ended. Another one that has the same name here is another one."""
    entry = StoreEntry.objects.filter(name=reader.store.name).first()
    if entry is None or entry.synced_at is None:
        return False
    heard = ask_all([reader], "identities", lambda one: one.store.read_identities())[reader.store.name]
    return not (heard.told and entry.identities and not set(heard.told) & set(entry.identities))


def _by_index(reader: Reader, tell: Tell) -> Look:
    tell(f"{reader.store.name}: bringing the index up to date")
    pass_briefly(reader)
    tell(f"{reader.store.name}: asking the rules")
    entry = StoreEntry.objects.get(name=reader.store.name)
    return _look(reader, entry, Glance(entry.threads, True, entry.threads))


def _without_index(readers: list[Reader], tell: Tell) -> Iterator[Look]:
    if not readers:
        return
    with throwaway_index():
        glances = [_glance(reader, tell) for reader in readers]  # all before the first rule: some compare stores
        for reader, glance in zip(readers, glances, strict=True):
            if isinstance(glance, StoreError):
                yield Look(*_named(reader), error=glance.message, hint=glance.hint)
                continue
            tell(f"{reader.store.name}: asking the rules")
            yield _look(reader, StoreEntry.objects.get(name=reader.store.name), glance)


def _glance(reader: Reader, tell: Tell) -> Glance | StoreError:
    name = reader.store.name
    tell(f"{name}: connecting")
    try:
        return read_newest(reader, tell=lambda done, total: tell(f"{name}: {thousands(done)} of {thousands(total)}"))
    except StoreError as error:
        return error


def _look(reader: Reader, entry: StoreEntry, glance: Glance) -> Look:
    moment = Moment(timezone.now(), settings.INSPECTOR.orphan_after)
    found = diagnose(reader, entry, moment, newest_only=not glance.whole)
    return Look(*_named(reader), found, glance.threads, glance.of, glance.whole, entry.synced_at)


def _named(reader: Reader) -> tuple[str, str, str]:
    return reader.store.name, reader.store.safe_url, reader.store.kind


def _rounded(number: int) -> int:
    """To two or three figures: an estimate says no more."""
    places = max(0, len(str(number)) - 3)
    return round(number, -places)
