"""Indexes that a first build does without, and that are made when it is done.

Threads come in the order of their ids, so that each of them lands in a page of its own in every index that is ordered
by time: of a million threads, keeping these indexes up takes several times as long as all else together, and making
them of the rows that are there takes seconds. Meanwhile a list has the index by last activity, which every other list
can be had from.

The same goes for the trigrams of ids in Postgres; without them a search goes through the threads. Which indexes there
are is asked of the database, so that a build that died does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from django.db import DatabaseError, models

from inspector.index.search import INDEX
from inspector.models import HostTally, HourTally, ThreadEntry, ThreadWorker
from inspector.models.database import connection

#: Without these, no page could be shown meanwhile.
_KEPT = ("thread_by_last_at", "thread_by_verified_at")
#: As the migration makes it that makes the index of trigrams.
_TRIGRAMS = f"CREATE INDEX {INDEX} ON inspector_threadentry USING gin (thread_id gin_trgm_ops)"
_HAS_TRIGRAMS = "SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'"


def drop_lazy_indexes() -> None:
    """Before the first rows are written. In no transaction."""
    for model, index in _lazy(there=True):
        with connection.schema_editor() as editor:
            editor.remove_index(model, index)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP INDEX IF EXISTS {INDEX}")


def make_lazy_indexes() -> int:
    """Those that are missing; how many were. In no transaction."""
    missing = list(_lazy(there=False))
    with _sorting_on_disk() if missing else nullcontext():
        for model, index in missing:
            _make(model, index)
    made = len(missing) + _make_trigrams()
    if made and connection.vendor == "postgresql":
        _tidy()
    return made


def _make(model: type[models.Model], index: models.Index) -> None:
    try:
        with connection.schema_editor() as editor:
            editor.add_index(model, index)
    except DatabaseError:  # the build of another store, which ended at the same time, may have made it meanwhile
        if index.name not in _names(model):
            raise


@contextmanager
def _sorting_on_disk() -> Iterator[None]:
    """SQLite is set to keep what it sorts in memory, and a million rows are too many for that."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        (before,) = cursor.execute("PRAGMA temp_store").fetchone()
        cursor.execute("PRAGMA temp_store = FILE")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA temp_store = {before}")


def _tidy() -> None:
    """Postgres plans by what it last counted, and reads an index alone only where it knows a table's pages to be
    settled. SQLite needs neither."""
    with connection.cursor() as cursor:
        for model in (ThreadEntry, ThreadWorker, HostTally, HourTally):
            cursor.execute(f"VACUUM (ANALYZE) {model._meta.db_table}")


def _make_trigrams() -> int:
    """In SQLite the ids' trigrams are a table, which is fed in batches."""
    if connection.vendor != "postgresql" or INDEX in _names(ThreadEntry):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_HAS_TRIGRAMS)
        if cursor.fetchone() is None:
            return 0
        try:
            cursor.execute(_TRIGRAMS)
        except DatabaseError:
            if INDEX not in _names(ThreadEntry):
                raise
        return 1


def _lazy(*, there: bool) -> Iterator[tuple[type[models.Model], models.Index]]:
    for model in (ThreadEntry, ThreadWorker):
        names = _names(model)
        for index in model._meta.indexes:
            if index.name not in _KEPT and (index.name in names) == there:
                yield model, index


def _names(model: type[models.Model]) -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, model._meta.db_table))
