"""Threads by a part of their id, through an index of the trigrams in all ids: FTS5 in SQLite, pg_trgm in Postgres.

Triggers keep the first, see the migration that makes it; Postgres keeps the second by itself. Where a database lacks
what either needs, or a part is too short to have a trigram, whoever asks goes through the threads one by one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from inspector.index.once import once
from inspector.models import UNKNOWN_TIME, StoreEntry, ThreadEntry
from inspector.models.database import connection

#: Threads whose ids hold a part, at most: of more, those that a page shows are found sooner in the page's own order.
MOST = 4_000
#: Hits of all stores, at most, of which this store's are taken.
_OF_ALL = 5_000
#: The table of `MATCH`, and the index of Postgres.
TABLE, INDEX = "inspector_threadsearch", "thread_id_trigrams"
_SHORTEST = 3
#: Characters of a part that are looked up. What remains is compared.
_LONGEST = 64
#: Where Postgres is sure to find a trigram: it takes them from within words only, and what is a letter beyond ASCII is
#: the locale's to say.
_WORD = re.compile(r"[A-Za-z0-9]{3}")


def holds(part: str) -> Q:
    """INSTR and STRPOS compare as they are stored: case counts, and no character is a wildcard."""
    return Q(GreaterThan(StrIndex("thread_id", Value(part)), 0))


@dataclass(frozen=True, slots=True)
class Hits:
    """Numbers of rows, of the stored threads and of those that were asked for and are not stored."""

    stored: Sequence[int] = ()
    absent: Sequence[int] = ()

    def of(self, *parts: bool) -> list[int]:
        """Stored threads as True, absent ones as False."""
        return [pk for part in parts for pk in (self.stored if part else self.absent)]


def find_hits(store: StoreEntry, part: str) -> Hits | None:
    """The rows of a store whose ids hold a part. None where there are more than `MOST`, or where no index tells. A list
    asks for its rows and for its numbers."""
    return once((find_hits, store.pk, part), lambda: _find_hits(store, part))


def _find_hits(store: StoreEntry, part: str) -> Hits | None:
    if "\x00" in part or any("\ud800" <= character <= "\udfff" for character in part):
        return Hits()  # no id of the index holds NUL or half a character, and no database takes them
    if len(part) < _SHORTEST:
        return None
    matching = _matching(part)
    if matching is None:
        return None
    # Asked for the store, SQLite would go through all its threads.
    rows = ThreadEntry.every.filter(matching, holds(part)).order_by()
    found: dict[bool, list[int]] = {True: [], False: []}
    count = 0
    for pk, of, stored, verified_at in rows.values_list("pk", "store", "stored", "verified_at")[: _OF_ALL + 1]:
        count += 1
        if of == store.pk and (stored or verified_at > UNKNOWN_TIME):
            found[stored].append(pk)
    if count > _OF_ALL or len(found[True]) + len(found[False]) > MOST:
        return None
    return Hits(found[True], found[False])


def _matching(part: str) -> Q | None:
    """Rows that an index of trigrams leads to."""
    if connection.vendor == "sqlite":
        if not _ask("SELECT 1 FROM sqlite_master WHERE name = %s", TABLE):
            return None
        phrase = '"' + part[:_LONGEST].replace('"', '""') + '"'
        sql = f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s LIMIT {_OF_ALL + 1}"  # noqa: S608  names of ours
        if _ask(f"SELECT count(*) FROM ({sql})", phrase) > _OF_ALL:  # noqa: S608
            return None
        return Q(pk__in=RawSQL(sql, [phrase]))  # noqa: S611
    if not _WORD.search(part) or not _ask("SELECT 1 FROM pg_indexes WHERE indexname = %s", INDEX):
        return None
    return Q(thread_id__contains=part)


def _ask(sql: str, argument: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, [argument])
        found = cursor.fetchone()
    return int(found[0]) if found else 0
