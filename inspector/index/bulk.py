"""Many rows by few statements of plain SQL, on the two databases that an index may live in.

Columns, their types and the form of their values come from the model's fields. All of it belongs in a transaction of
the caller, in which nobody else writes to the same rows.
"""

# ruff: noqa: S608 -- what is put into a statement's text are names from the models

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.db import models

from inspector.models.database import connection

#: Rows in one statement, where many go into one.
_MANY = 500
Values = Sequence[Any]


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """Keys for new rows, so that rows which refer to them can be written without asking for them."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":  # whoever writes is alone until its transaction ends
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
            last = (cursor.fetchone() or (0,))[0]
            return list(range(last + 1, last + 1 + count))
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [_quoted(table), count]
        )
        return [pk for (pk,) in cursor.fetchall()]


def insert(model: type[models.Model], columns: Sequence[str], rows: Sequence[Values], *, at_once: bool = False) -> None:
    """New rows, whose keys nobody has. `at_once` for a table with triggers, see `_insert_at_once`."""
    if not rows:
        return
    table, names = _quoted(model._meta.db_table), ", ".join(map(_quoted, columns))
    adapted = _adapt(model, columns, rows)
    if connection.vendor == "sqlite":
        if at_once:
            _insert_at_once(table, names, len(columns), adapted)
        else:
            _execute_many(f"INSERT INTO {table} ({names}) VALUES ({_marks(len(columns))})", adapted)
        return
    copying = f"COPY {table} ({names}) FROM STDIN"
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(copying) as copy:
        for row in adapted:
            copy.write_row(row)


def _insert_at_once(table: str, names: str, width: int, rows: Iterator[Values]) -> None:
    """By way of a table in memory: what searches thread_ids (a trigger feeds it) works up its terms at the end of each
    statement, which for a statement a row takes longer than all else."""
    temporary = _quoted(f"new_{table.strip(chr(34))}")
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS {temporary} AS SELECT {names} FROM {table} LIMIT 0")
        cursor.executemany(f"INSERT INTO {temporary} VALUES ({_marks(width)})", list(rows))
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {temporary} ORDER BY rowid")
        cursor.execute(f"DELETE FROM {temporary}")


def update(model: type[models.Model], keys: Sequence[str], columns: Sequence[str], rows: Sequence[Values]) -> None:
    """Writes `columns` of the rows found by `keys`. Each of `rows` holds the columns' values, then the keys'."""
    if not rows:
        return
    table, names = _quoted(model._meta.db_table), [*columns, *keys]
    if connection.vendor == "sqlite":
        put = ", ".join(f"{_quoted(name)} = %s" for name in columns)
        where = " AND ".join(f"{_quoted(name)} = %s" for name in keys)
        _execute_many(f"UPDATE {table} SET {put} WHERE {where}", _adapt(model, names, rows))
        return
    types = _types(model)
    put = ", ".join(f"{_quoted(name)} = new.{_quoted(name)}::{types[name]}" for name in columns)
    where = " AND ".join(f"{table}.{_quoted(name)} = new.{_quoted(name)}::{types[name]}" for name in keys)
    new = f"new ({', '.join(map(_quoted, names))})"
    _execute_values(f"UPDATE {table} SET {put} FROM (VALUES ", f") {new} WHERE {where}", _adapt(model, names, rows))


def delete(model: type[models.Model], keys: Sequence[str], rows: Sequence[Values], *, where: str = "") -> None:
    """The rows that are found by `keys`, of those that `where` holds for."""
    if not rows:
        return
    table, adapted = _quoted(model._meta.db_table), _adapt(model, keys, rows)
    also = f" AND {where}" if where else ""
    if connection.vendor == "sqlite":
        found = " AND ".join(f"{_quoted(name)} = %s" for name in keys)
        _execute_many(f"DELETE FROM {table} WHERE {found}{also}", adapted)
        return
    types = _types(model)
    found = " AND ".join(f"{table}.{_quoted(name)} = old.{_quoted(name)}::{types[name]}" for name in keys)
    old = f"old ({', '.join(map(_quoted, keys))})"
    _execute_values(f"DELETE FROM {table} USING (VALUES ", f") {old} WHERE {found}{also}", adapted)


def delete_by(model: type[models.Model], key: str, numbers: Sequence[int]) -> None:
    """The rows in which a whole number is one of these, by one statement: see `_insert_at_once`."""
    if not numbers:
        return
    among = "IN (SELECT value FROM json_each(%s))" if connection.vendor == "sqlite" else "= ANY(%s)"
    value = json.dumps(list(numbers)) if connection.vendor == "sqlite" else list(numbers)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {_quoted(model._meta.db_table)} WHERE {_quoted(key)} {among}", [value])


def add(model: type[models.Model], keys: Sequence[str], columns: Sequence[str], rows: Sequence[Values]) -> None:
    """Adds to the numbers in `columns` of the rows that are found by `keys`, which are unique; one that is not there
    begins at 0. Of `rows`, each holds the keys' values, then what is to be added."""
    if not rows:
        return
    table, names = _quoted(model._meta.db_table), [*keys, *columns]
    sums = ", ".join(f"{_quoted(name)} = {table}.{_quoted(name)} + excluded.{_quoted(name)}" for name in columns)
    head = f"INSERT INTO {table} ({', '.join(map(_quoted, names))}) VALUES "
    tail = f" ON CONFLICT ({', '.join(map(_quoted, keys))}) DO UPDATE SET {sums}"
    adapted = _adapt(model, names, rows)
    if connection.vendor == "sqlite":
        _execute_many(f"{head}({_marks(len(names))}){tail}", adapted)
    else:
        _execute_values(head, tail, adapted)


def _execute_many(statement: str, rows: Iterator[Values]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(statement, list(rows))


def _execute_values(head: str, tail: str, rows: Iterator[Values]) -> None:
    with connection.cursor() as cursor:
        while some := list(islice(rows, _MANY)):
            marks = ", ".join([f"({_marks(len(some[0]))})"] * len(some))
            cursor.execute(f"{head}{marks}{tail}", [value for row in some for value in row])


def _adapt(model: type[models.Model], columns: Sequence[str], rows: Iterable[Values]) -> Iterator[Values]:
    """Values as the database's driver takes them. Only times and JSON need another form than Python's own."""
    fields = {field.attname: field for field in model._meta.concrete_fields}
    adapters = [(place, _adapter(fields[name])) for place, name in enumerate(columns)]
    needed = [(place, adapter) for place, adapter in adapters if adapter is not None]
    for row in rows:
        values = list(row)
        for place, adapter in needed:
            if values[place] is not None:
                values[place] = adapter(values[place])
        yield values


def _adapter(field: models.Field[Any, Any]) -> Callable[[Any], Any] | None:
    if isinstance(field, models.JSONField):
        adapt, encoder = connection.ops.adapt_json_value, field.encoder
        return lambda value: adapt(value, encoder)
    if isinstance(field, models.DateTimeField) and connection.vendor == "sqlite":
        return _as_text
    return None


def _as_text(at: datetime) -> str:
    """As Django writes a time in UTC, at a fraction of the cost; any other it writes itself."""
    return str(at)[:-6] if at.tzinfo is UTC else str(connection.ops.adapt_datetimefield_value(at))


def _types(model: type[models.Model]) -> dict[str, str]:
    return {field.attname: field.rel_db_type(connection) or "" for field in model._meta.concrete_fields}


def _marks(count: int) -> str:
    return ", ".join(["%s"] * count)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def zeros(columns: Collection[str]) -> str:
    """A condition that all of these are 0."""
    return " AND ".join(f"{_quoted(name)} = 0" for name in columns)
