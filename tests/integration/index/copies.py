"""Threads that real graphs wrote, copied under other ids and at other times: any number of rows, as real as theirs."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

TABLES = ("checkpoints", "checkpoint_writes", "checkpoint_blobs")
#: A version 6 UUID, as checkpoints have them. Tasks have other versions.
_ID = re.compile(r"\b([0-9a-f]{8})-([0-9a-f]{4})-6([0-9a-f]{3})-([0-9a-f]{4}-[0-9a-f]{12})\b")
_GREGORIAN = datetime(1582, 10, 15, tzinfo=UTC)


@dataclass(frozen=True)
class Part:
    """Some checkpoints that follow each other, with their writes: lines of COPY's text format by table."""

    lines: dict[str, list[str]]
    last: int  #: time of the last id, in ticks of 100 ns


@dataclass(frozen=True)
class Template:
    """A real thread, cut into parts that were written one after the other."""

    parts: tuple[Part, ...]


@dataclass
class Copy:
    """A thread that is being written. Ids are made anew, in the order of the real ones, and refer to each other."""

    thread_id: str
    waiting: list[Part]
    _ids: dict[str, str] = field(default_factory=dict)

    def write(
        self, connection: psycopg.Connection[Any], *, parts: int = 1, at: datetime | None = None, bodies: bool = True
    ) -> None:
        """The next parts, the last of their checkpoints made at `at`, now by default."""
        chosen, self.waiting = self.waiting[:parts], self.waiting[parts:]
        if chosen:
            shift = _ticks_at(at or datetime.now(UTC)) - chosen[-1].last
            for table in TABLES if bodies else TABLES[:2]:
                lines = [self._moved(line, shift) for part in chosen for line in part.lines[table]]
                with connection.cursor().copy(f"copy {table} from stdin".encode()) as copy:
                    copy.write("".join(lines).encode())

    def _moved(self, line: str, shift: int) -> str:
        def moved(found: re.Match[str]) -> str:
            return self._ids.setdefault(found[0], _shifted(found, shift))

        _, rest = line.split("\t", 1)
        return f"{self.thread_id}\t{_ID.sub(moved, rest)}"


def read_templates(url: str, thread_ids: Iterable[str]) -> list[Template]:
    """The threads of the database at `url`, each cut after every few checkpoints."""
    found = []
    with psycopg.connect(url) as connection:
        for thread_id in thread_ids:
            lines = {table: _read(connection, table, thread_id) for table in TABLES}
            found.append(Template(tuple(_cut(lines))))
    return found


def begin(chance: random.Random, templates: list[Template], thread_id: str) -> Copy:
    return Copy(thread_id, list(chance.choice(templates).parts))


def _read(connection: psycopg.Connection, table: str, thread_id: str) -> list[str]:
    query = f"copy (select * from {table} where thread_id = %s) to stdout"
    with connection.cursor().copy(query.encode(), [thread_id]) as copy:
        return b"".join(bytes(data) for data in copy).decode().splitlines(keepends=True)


def _cut(lines: dict[str, list[str]], size: int = 4) -> Iterable[Part]:
    """Bodies go with the first part: they are written before the checkpoints that name them."""
    rows: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for table in ("checkpoints", "checkpoint_writes"):
        for line in lines[table]:
            rows[line.split("\t")[2]][table].append(line)
    ids = sorted(rows)
    for begin in range(0, len(ids), size):
        chosen = ids[begin : begin + size]
        part = {table: [line for one in chosen for line in rows[one][table]] for table in TABLES}
        part["checkpoint_blobs"] = [] if begin else lines["checkpoint_blobs"]
        yield Part(part, _ticks(chosen[-1]))


def _ticks_at(moment: datetime) -> int:
    return (moment - _GREGORIAN) // timedelta(microseconds=1) * 10


def _ticks(checkpoint_id: str) -> int:
    found = _ID.fullmatch(checkpoint_id)
    assert found is not None, checkpoint_id
    return int(found[1] + found[2] + found[3], 16)


def _shifted(found: re.Match[str], shift: int) -> str:
    ticks = f"{int(found[1] + found[2] + found[3], 16) + shift:015x}"
    return f"{ticks[:8]}-{ticks[8:12]}-6{ticks[12:]}-{found[4]}"
