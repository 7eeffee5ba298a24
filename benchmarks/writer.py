"""A live writer: next turns of a store's threads, and new threads, by the statements of LangGraph's own saver."""

from __future__ import annotations

import json
import math
import random
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg
from langgraph.checkpoint.base import WRITES_IDX_MAP
from langgraph.checkpoint.postgres import PostgresSaver

from benchmarks.plan import Parameters, Plan
from benchmarks.rows import Rows
from benchmarks.shapes import COLUMNS, TABLES, Family

#: Of all turns, those that begin a thread.
_NEW = 0.3
_ORDER = {
    "checkpoints": "thread_id checkpoint_ns checkpoint_id parent_checkpoint_id checkpoint metadata",
    "checkpoint_blobs": COLUMNS["checkpoint_blobs"],
    "checkpoint_writes": "thread_id checkpoint_ns checkpoint_id task_id task_path idx channel type blob",
}
_STORE = Path(__file__).with_name("store.py")
Row = dict[str, Any]


@dataclass(slots=True)
class Report:
    """What a writer did. Latencies are those of one `put`: a checkpoint and its blobs, in milliseconds."""

    seconds: float = 0.0
    checkpoints: int = 0
    rows: int = 0
    turns: int = 0
    new_threads: int = 0
    checkpoints_a_second: float = 0.0
    rows_a_second: float = 0.0
    p50_ms: float = 0.0
    p95_ms: float = 0.0


@dataclass(slots=True)
class _Known:
    """How far a thread has come."""

    turn: int
    newest: str
    until: int  #: when its last checkpoint was made, in microseconds since 1970


@dataclass(slots=True)
class LiveWriter:
    """Writes in the caller's own thread. `rate` is in checkpoints a second; 0 is as fast as it can."""

    url: str
    parameters: Parameters
    families: dict[str, Family]
    rate: float = 0.0
    report: Report = field(default_factory=Report)

    def run(self, seconds: float, stop: threading.Event, *, turns: float = math.inf) -> Report:
        """Until the seconds are over, so many turns were taken, or `stop` is set."""
        talk = _Talk(self.url, self.parameters, self.families)
        latencies: list[float] = []
        began = time.monotonic()
        while not stop.is_set() and time.monotonic() - began < seconds and self.report.turns < turns:
            if self.rate and stop.wait(began + self.report.checkpoints / self.rate - time.monotonic()):
                break
            latencies += talk.take_turn(self.report)
        talk.connection.close()
        self.report.seconds = time.monotonic() - began
        return _summed(self.report, latencies)


def _summed(report: Report, latencies: list[float]) -> Report:
    report.checkpoints_a_second = round(report.checkpoints / report.seconds, 1)
    report.rows_a_second = round(report.rows / report.seconds, 1)
    if len(latencies) > 1:
        marks = statistics.quantiles(latencies, n=20)
        report.p50_ms, report.p95_ms = round(marks[9] * 1_000, 3), round(marks[18] * 1_000, 3)
    report.seconds = round(report.seconds, 3)
    return report


class _Talk:
    """Turns as they come, one after the other, over one connection."""

    def __init__(self, url: str, parameters: Parameters, families: dict[str, Family]) -> None:
        self.connection = psycopg.connect(url, autocommit=True, prepare_threshold=0)
        self._rows = Rows(Plan(parameters), families)
        self._dice = random.Random()  # noqa: S311
        # Numbers that no writer before had: threads of the plan have those below.
        self._next = parameters.threads + time.time_ns() // 1_000_000 * 1_000
        self._known: dict[int, _Known] = {}
        self._mine: list[int] = []

    def take_turn(self, report: Report) -> list[float]:
        """The seconds that each `put` took."""
        thread, known = self._choose()
        turn = known.turn + 1
        begin = max(time.time_ns() // 1_000 - self._rows.takes(thread, turn), known.until + 1)
        lines = {
            table: self._rows.lines(table, thread, turn, begin=begin, parent=known.newest, of=turn + 1)
            for table in TABLES
        }
        rows = {table: [_parsed(line, COLUMNS[table]) for line in text.splitlines()] for table, text in lines.items()}
        latencies = self._write(rows)
        self._known[thread] = _Known(turn, *self._rows.last_of(thread, turn, begin))
        report.turns += 1
        report.new_threads += turn == 1
        report.checkpoints += len(rows["checkpoints"])
        report.rows += sum(map(len, rows.values()))
        return latencies

    def _choose(self) -> tuple[int, _Known]:
        """A new thread, or one that is there and whose last turn is as it was left."""
        plan = self._rows.plan
        for _ in range(20 if self._dice.random() > _NEW and plan.threads else 0):
            number = self._dice.randrange(plan.threads + len(self._mine))
            thread = number if number < plan.threads else self._mine[number - plan.threads]
            if plan.state(thread) != "complete":
                continue
            known = self._known.get(thread)
            if known is None:
                turns = plan.turns[thread]
                begin = plan.begin_of(thread, turns)
                known = _Known(turns, *self._rows.last_of(thread, turns, begin, turns))
            if self._newest(plan.thread_id(thread)) == known.newest:
                return thread, known
        self._next += 1
        while plan.state(self._next) != "complete":
            self._next += 1
        self._mine.append(self._next)
        return self._next, _Known(0, "", 0)

    def _newest(self, thread_id: str) -> str:
        """Every run begins by reading the newest checkpoint."""
        query = (
            "select checkpoint_id from checkpoints where thread_id = %s and checkpoint_ns = '' "
            "order by checkpoint_id desc limit 1"
        )
        found = self.connection.execute(query, [thread_id]).fetchone()
        return str(found[0]) if found else ""

    def _write(self, rows: dict[str, list[Row]]) -> list[float]:
        """Each checkpoint with its blobs, then its writes, one call a task."""
        latencies = []
        blobs = rows["checkpoint_blobs"]
        writes = rows["checkpoint_writes"]
        for checkpoint in sorted(rows["checkpoints"], key=lambda row: str(row["checkpoint_id"])):
            mine = [blob for blob in blobs if blob["version"] in checkpoint["checkpoint"]]
            blobs = [blob for blob in blobs if blob not in mine]
            began = time.monotonic()
            with self.connection.pipeline(), self.connection.cursor(binary=True) as cursor:
                if mine:
                    cursor.executemany(PostgresSaver.UPSERT_CHECKPOINT_BLOBS_SQL, _ordered(mine, "checkpoint_blobs"))
                cursor.execute(PostgresSaver.UPSERT_CHECKPOINTS_SQL, _ordered([checkpoint], "checkpoints")[0])
            latencies.append(time.monotonic() - began)
            own = [write for write in writes if write["checkpoint_id"] == checkpoint["checkpoint_id"]]
            for _, task in groupby(own, key=lambda row: row["task_id"]):
                self._put_writes(list(task))
        return latencies

    def _put_writes(self, rows: list[Row]) -> None:
        special = all(row["channel"] in WRITES_IDX_MAP for row in rows)
        query = PostgresSaver.UPSERT_CHECKPOINT_WRITES_SQL if special else PostgresSaver.INSERT_CHECKPOINT_WRITES_SQL
        with self.connection.pipeline(), self.connection.cursor(binary=True) as cursor:
            cursor.executemany(query, _ordered(rows, "checkpoint_writes"))


def _ordered(rows: list[Row], table: str) -> list[tuple[Any, ...]]:
    """As the saver's statements take them."""
    return [tuple(row[name] for name in _ORDER[table].split()) for row in rows]


def _parsed(line: str, columns: str) -> Row:
    """A line of COPY's text format, as parameters of a statement."""
    row: Row = dict(zip(columns.split(), line.split("\t"), strict=True))
    for name, text in row.items():
        if text == "\\N":
            row[name] = None
        elif name == "blob":
            row[name] = bytes.fromhex(text[3:])
        elif name == "idx":
            row[name] = int(text)
        else:
            row[name] = text.replace("\\\\", "\\")
    return row


class Writer:
    """A live writer in a process of its own: `with Writer(url, rate) as writer: ...`, then `writer.report`.

    The block begins when it writes. Rate 0 is as fast as it can.
    """

    def __init__(self, url: str, rate: float = 0.0) -> None:
        self._command = [sys.executable, "-W", "ignore", str(_STORE), "write", "--url", url, "--rate", str(rate)]
        self._process: subprocess.Popen[str] | None = None
        self.report = Report()

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(  # noqa: S603  our own arguments
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None  # noqa: S101  we asked for a pipe
        if not self._process.stdout.readline():
            raise RuntimeError("The writer did not begin.")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None  # noqa: S101
        told, _ = self._process.communicate()  # closes its input, which ends it
        if told.strip():
            self.report = Report(**json.loads(told))
