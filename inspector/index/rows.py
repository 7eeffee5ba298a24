"""Rows of the index in bulk, without the cost of a model's instance for each: what a thread's row and its workers say.

A million of them are written at the first build, so they are plain tuples, in the order of the model's fields.
"""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from inspector.models import StoreEntry, ThreadEntry, ThreadWorker
from inspector.models.database import connection

#: Rows that one query asks for by their keys.
_MANY = 900
_tuple_type: Any = namedtuple
#: A row of `ThreadEntry`: a field for each column, by the model's `attname`s, in Python's values. `id` is None until it
#: is written.
EntryRow: Any = _tuple_type("EntryRow", [column.attname for column in ThreadEntry._meta.concrete_fields])
Item = TypeVar("Item")


class Did(NamedTuple):
    """What one host did to one thread: what a row of `ThreadWorker` says beside its thread and its host."""

    writes: int = 0
    reads: int | None = None
    misses: int | None = None
    reported: int | None = None
    elsewhere: str = ""

    @property
    def something(self) -> bool:
        """What `workers.did_something` asks the database."""
        return bool(self.writes or self.reads or self.reported)

    @property
    def put(self) -> bool:
        """What `workers.did_put` asks the database."""
        return bool(self.reported) and not self.elsewhere

    @property
    def wrote(self) -> bool:
        """What `workers.did_write` asks the database."""
        return bool(self.writes) or self.put


@dataclass(slots=True)
class Known:
    """A thread's row with what each host did to it."""

    row: Any  #: an `EntryRow`
    workers: Mapping[str, Did] = field(default_factory=dict)

    def reported(self) -> dict[str, int]:
        """By host, the checkpoints that probes say were put here."""
        return {hostname: did.reported or 0 for hostname, did in self.workers.items() if did.put}


def read_known(store: StoreEntry, thread_ids: Sequence[str]) -> dict[str, Known]:
    """The rows of these threads, by their ids; absent ones, too."""
    found = _find(store, thread_ids) if thread_ids else []
    return {known.row.thread_id: known for known in read_rows(found)}


def read_rows(pks: Sequence[int]) -> Iterator[Known]:
    """The rows with these keys."""
    columns = [column.attname for column in ThreadEntry._meta.concrete_fields]
    for some in batched(pks, _MANY):
        workers = read_workers(some)
        for values in ThreadEntry.every.filter(pk__in=some).order_by("pk").values_list(*columns):
            yield Known(EntryRow._make(values), workers.get(values[0], {}))


def read_workers(pks: Sequence[int]) -> dict[int, dict[str, Did]]:
    """What each host did to the threads with these keys, by the key."""
    workers: dict[int, dict[str, Did]] = {}
    for some in batched(pks, _MANY):
        theirs = ThreadWorker.objects.filter(thread__in=some).values_list("thread_id", "hostname", *Did._fields)
        for thread, hostname, *did in theirs:
            workers.setdefault(thread, {})[hostname] = Did(*did)
    return workers


def _find(store: StoreEntry, thread_ids: Sequence[str]) -> list[int]:
    """The keys of their rows. Most batches of a first build find none, so this asks for no more, in one parameter."""
    among, value = _AMONG[connection.vendor]
    table = connection.ops.quote_name(ThreadEntry._meta.db_table)
    with connection.cursor() as cursor:
        query = f"SELECT id FROM {table} WHERE store_id = %s AND thread_id {among}"  # noqa: S608
        cursor.execute(query, [store.pk, value(thread_ids)])
        return [pk for (pk,) in cursor.fetchall()]


_AMONG: dict[str, tuple[str, Callable[[Sequence[str]], Any]]] = {
    "sqlite": ("IN (SELECT value FROM json_each(%s))", lambda ids: json.dumps(list(ids))),
    "postgresql": ("= ANY(%s)", list),
}


def batched(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
