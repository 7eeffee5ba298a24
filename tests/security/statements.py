"""What was asked of the index while a request was answered, and whether each of it was bounded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

#: Tables that grow with the stores' threads, and with what people open. In the others is a row for each store, host,
#: hour, alert or mute.
_READS_LARGE = re.compile(r'FROM "inspector_(?:threadentry|threadworker|opened)"', re.IGNORECASE)
#: One row, or one for each hour, host or form of an id: what is selected is counted or summed up.
_SUMMED = re.compile(r"SELECT (?:COUNT|SUM|MIN|MAX|COALESCE\(SUM)\(|GROUP BY \d", re.IGNORECASE)
#: So many rows as keys were given.
_BY_KEY = re.compile(r'"(?:id|thread_id)" (?:= %s|IN \(%s)', re.IGNORECASE)
_LIMIT = re.compile(r"\bLIMIT (\d+)", re.IGNORECASE)
#: More rows than any page, part of a file or rule takes of one statement.
MOST_ROWS = 20_000


@dataclass
class Statements:
    """`unbounded` are those that may give as many rows as a table has."""

    unbounded: set[str] = field(default_factory=set)
    count: int = 0

    def note(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        if _READS_LARGE.search(sql) and not is_bounded(sql):
            self.unbounded.add(sql)
        return execute(sql, params, many, context)


def is_bounded(sql: str) -> bool:
    limits = [int(number) for number in _LIMIT.findall(sql)]
    return any(number <= MOST_ROWS for number in limits) or bool(_SUMMED.search(sql) or _BY_KEY.search(sql))


@contextmanager
def watched() -> Iterator[Statements]:
    statements = Statements()
    with connection.execute_wrapper(statements.note):
        yield statements
