"""Turns of real threads, taken from a store as patterns: see `shapes`.

Real graphs run in a scratch database. What differs in their rows between threads, and between one turn and a later one
like it, becomes a slot: ids, times, steps, versions, host and owner. Everything else is as LangGraph wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Any

import psycopg
from langgraph.checkpoint.postgres import PostgresSaver

from benchmarks.assistant import BREAK, LOOK_UP, REFUND, build_assistant, build_desk
from benchmarks.plan import ASSISTANTS
from benchmarks.shapes import COLUMNS, TABLES, Family, Pattern, Turn
from inspector.domain.coordinates import step_of

_SAID = ("Hello, where is my parcel?", f"{LOOK_UP} my orders 4711 and 4712.")
_OWNER, _HOST, _THREAD = "the-owner-of-all", "the-host-of-all", "the-thread-{}"
#: A number, and digits after a point of their own: short ones have zeros in front, tiny ones an exponent.
_VERSION = re.compile(r"\b\d{32}\.[\d.]+(?:e-\d+)?")
_STEP = re.compile(r'(?<="step": )-?\d+')
_SLOT = re.compile("\x01([^\x01]+)\x01")
_STEP_TAKES = 350_000  #: microseconds from one checkpoint to the next: a fast model, asked over a network


def learn_families(url: str) -> dict[str, Family]:
    """By kind, from graphs that run in the database at `url`, which should be empty."""
    with PostgresSaver.from_conn_string(url) as saver, psycopg.connect(url, autocommit=True) as connection:
        saver.setup()
        player = _Player(saver, connection)
        hello, look_up = _SAID
        families = {}
        for number, kind in enumerate(ASSISTANTS):
            said = [look_up if turn % len(ASSISTANTS) == number else hello for turn in range(11)]
            families[kind] = Family(player.play(*said), period=5)
        families["exit"] = Family(player.play(*[hello] * 4, durability="exit"), period=1)
        families["subgraph"] = Family(player.play(*[hello] * 4, build=build_desk), period=1)
        for kind, text in (("interrupted", REFUND), ("failed", BREAK), ("unfinished", "")):
            (only,) = player.play(text)
            *turns, end = player.play(hello, hello, hello, text)
            families[kind] = Family(tuple(turns), period=1, only=only, end=end)
        return families


class _Player:
    def __init__(self, saver: PostgresSaver, connection: psycopg.Connection) -> None:
        self._saver = saver
        self._connection = connection
        self._played = 0

    def play(
        self, *said: str, durability: str = "sync", build: Callable[[Any], Any] = build_assistant
    ) -> tuple[Turn, ...]:
        """The turns of a new thread. "" is a message that nobody lives to answer: the process ends in its turn."""
        self._played += 1
        thread = _THREAD.format(self._played)
        metadata = {"user_id": _OWNER, "worker_hostname": _HOST}
        config = {"configurable": {"thread_id": thread}, "metadata": metadata}
        graph = build(self._saver)
        turns: list[Turn] = []
        known = ""
        for text in said:
            value = {"messages": [("user", text or _SAID[0])]}
            try:
                if text:
                    graph.invoke(value, config, durability=durability)
                else:
                    run = graph.stream(value, config, durability=durability, stream_mode="checkpoints")
                    next(run), next(run)  # the input, and the first step
                    run.close()
            except ConnectionError:
                pass
            turns.append(_Capture(self._connection, thread, known).turn())
            known = self._newest(thread)
        return tuple(turns)

    def _newest(self, thread: str) -> str:
        query = "select max(checkpoint_id) from checkpoints where thread_id = %s"
        return str(self._connection.execute(query, [thread]).fetchone()[0])  # type: ignore[index]


class _Capture:
    """The rows that a thread has beyond the checkpoint `known`."""

    def __init__(self, connection: psycopg.Connection, thread: str, known: str) -> None:
        self._connection = connection
        self._thread = thread
        query = "select checkpoint_id, checkpoint_ns, checkpoint ->> 'ts' from checkpoints where thread_id = %s"
        rows = sorted(connection.execute(query + " and checkpoint_id > %s", [thread, known]).fetchall())
        self._ids = {row[0]: number for number, row in enumerate(rows)}
        self._times = {row[2]: number for number, row in enumerate(rows)}
        self._roots = [number for number, row in enumerate(rows) if not row[1]]
        query += " and checkpoint_ns = '' and checkpoint_id <= %s order by 1 desc limit 1"
        self._parent = next(iter(connection.execute(query, [thread, known]).fetchall()), ("",))[0]
        self._versions: list[int] = []

    def turn(self) -> Turn:
        marks = []
        for checkpoint_id, number in self._ids.items():
            step = step_of(checkpoint_id)
            assert step is not None  # noqa: S101
            marks.append((number * _STEP_TAKES, step, number in self._roots))
        patterns = {table: pattern for table in TABLES if (pattern := self._pattern(table))}
        last = self._roots[-1]
        return Turn(tuple(marks), last, patterns, max(self._versions), marks[last][1])

    def _pattern(self, table: str) -> Pattern | None:
        text = "".join(self._lines(table))
        if not text:
            return None
        tokens = _SLOT.findall(text)
        kinds = {kind: sorted({token for token in tokens if token[0] == kind}) for kind in "itsv"}
        places = {name: place for place, name in enumerate(("THREAD", "HOST", "OWNER", "SALT", "PARENT"))}
        for names in kinds.values():
            places.update({name: len(places) + place for place, name in enumerate(names)})
        ids, times, steps = (tuple(int(name[1:]) for name in kinds[kind]) for kind in "its")
        versions = tuple((int(name[2:]), name[1] == "+") for name in kinds["v"])
        filled = _SLOT.sub("%s", text.replace("%", "%%"))
        return Pattern(filled, itemgetter(*(places[token] for token in tokens)), ids, times, steps, versions)

    def _lines(self, table: str) -> Iterator[str]:
        columns = COLUMNS[table].split()
        texts = ", ".join(f"{name}::text" for name in columns)
        query = f"select {texts} from {table} where thread_id = %s order by {', '.join(columns[:5])}"  # noqa: S608
        rows = [
            dict(zip(columns, row, strict=True)) for row in self._connection.execute(query.encode(), [self._thread])
        ]
        for row in rows:
            if self._is_new(row):
                yield "\t".join(self._slotted(row, name) for name in columns) + "\n"

    def _is_new(self, row: dict[str, str]) -> bool:
        if "checkpoint_id" in row:
            return row["checkpoint_id"] in self._ids
        return row["version"] in self._new_versions(row["checkpoint_ns"])

    def _new_versions(self, namespace: str) -> set[str]:
        """Versions that this turn's checkpoints put and no earlier one had."""
        query = (
            "select checkpoint -> 'channel_versions' from checkpoints where thread_id = %s and checkpoint_ns = %s "
            "and (checkpoint_id = any(%s)) = %s"
        )
        new, old = (
            {
                version
                for row in self._connection.execute(query, [self._thread, namespace, list(self._ids), mine])
                for version in row[0].values()
            }
            for mine in (True, False)
        )
        return new - old

    def _slotted(self, row: dict[str, Any], name: str) -> str:
        text, is_root = row[name], not row["checkpoint_ns"]
        if text is None:
            return "\\N"
        if name == "task_id" or (name == "checkpoint_ns" and text):
            return self._salted(text)
        text = text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
        if name == "blob":
            return str(text)
        for known, slot in ((self._thread, "THREAD"), (_HOST, "HOST"), (_OWNER, "OWNER"), (self._parent, "PARENT")):
            text = text.replace(known, f"\x01{slot}\x01") if known else text
        for checkpoint_id, number in self._ids.items():
            text = text.replace(checkpoint_id, f"\x01i{number}\x01")
        for at, number in self._times.items():
            text = text.replace(at, f"\x01t{number}\x01")
        if name == "metadata" and is_root:
            text = _STEP.sub(lambda found: f"\x01s{found[0]}\x01", text)
        return _VERSION.sub(lambda found: self._version(found[0], is_root), text)

    def _salted(self, text: str) -> str:
        """Of every task id, the first part is another one in every turn."""
        return re.sub(r"\b[0-9a-f]{8}(?=-[0-9a-f]{4}-)", "\x01SALT\x01", text)

    def _version(self, text: str, is_root: bool) -> str:
        number = int(text.partition(".")[0])
        if is_root:
            self._versions.append(number)
        return f"\x01v{'+' if is_root else '='}{number}\x01"
