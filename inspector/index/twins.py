"""Where else a thread_id lives: the same conversation in two stores is one whose workers do not share their memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from inspector.domain.coordinates import time_of
from inspector.index.asking import ask_all, failed_lately
from inspector.index.connections import all_readers
from inspector.models import UNKNOWN_TIME, StoreEntry, ThreadEntry
from inspector.reader import Reader
from inspector.stores.guard import deadline

#: Seconds that the other stores are asked for an id that the index knows nowhere.
QUICK = 0.5


@dataclass(frozen=True, slots=True)
class Twin:
    """One other store that holds a thread of the same id, in whole or in part."""

    store: str
    checkpoints: int
    last_at: datetime  #: `UNKNOWN_TIME` where the store tells none


def find_twins(entry: StoreEntry, thread_ids: Collection[str]) -> dict[str, tuple[Twin, ...]]:
    """By thread_id, the other configured stores that hold it, as the index knows them, in the configuration's order.
    One lookup of all ids. Raises `ConfigError`."""
    others = {other.pk: name for name, other in _others(entry).items() if other is not None}
    if not others or not thread_ids:
        return {}
    # Absent ones are left out here: asked for `stored` too, SQLite goes through all threads of a store.
    rows = ThreadEntry.every.filter(store__in=list(others), thread_id__in=list(thread_ids)).order_by()
    columns = rows.values_list("stored", "store", "thread_id", "checkpoints", "last_at")
    found: dict[str, list[Twin]] = {}
    for stored, store, thread_id, checkpoints, last_at in columns:
        if stored:
            found.setdefault(thread_id, []).append(Twin(others[store], checkpoints, last_at))
    places = {name: place for place, name in enumerate(others.values())}
    return {thread_id: tuple(sorted(twins, key=lambda twin: places[twin.store])) for thread_id, twins in found.items()}


def look_for(entry: StoreEntry, thread_id: str, others: Mapping[str, Reader]) -> tuple[Twin, ...]:
    """Which of the other stores hold this thread, by the index, or where that knows of none by a short look into each
    that answers. Raises `ConfigError`."""
    known = tuple(twin for twin in find_twins(entry, [thread_id]).get(thread_id, ()) if twin.store in others)
    if known:
        return known
    answering = {name for name, other in _others(entry).items() if other is None or not other.error}
    readers = [reader for name, reader in others.items() if name in answering]
    quick = [reader for reader in readers if failed_lately(reader.store) is None]
    heard = ask_all(quick, f"thread {thread_id}", lambda reader: _look(reader, thread_id), patience=QUICK)
    return tuple(answer.told for answer in heard.values() if answer.told is not None)


def _others(entry: StoreEntry) -> dict[str, StoreEntry | None]:
    """The configured stores beside this one, in their order, None for one that the index has not met. Two settings of
    one database are one store: what is in one is in the other."""
    names = [name for name in all_readers() if name != entry.name]
    if not names:
        return {}
    rows = StoreEntry.objects.filter(name__in=names).only("name", "identities", "error")
    known = {other.name: other for other in rows}
    same = {name for name, other in known.items() if set(other.identities) & set(entry.identities)}
    return {name: known.get(name) for name in names if name not in same}


def _look(reader: Reader, thread_id: str) -> Twin | None:
    with deadline(QUICK):
        rows = reader.store.read_threads([thread_id], host_keys=())
    for row in rows:
        return Twin(reader.store.name, row.checkpoints, time_of(row.last_checkpoint_id) or UNKNOWN_TIME)
    return None
