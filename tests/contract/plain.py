"""The plain rows of a store, read without any code of the dashboard, in one shape for every layout.

A checkpoint is a dict with `thread_id`, `checkpoint_ns`, `checkpoint_id`, `parent_checkpoint_id` (None without one),
`checkpoint` (its document), `metadata`, and `shallow` where a saver wrote it that keeps the newest alone; a write has
`thread_id`, `checkpoint_ns`, `checkpoint_id`, `task_path`, `task_id`, `idx` and `channel`.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
import redis
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from psycopg.rows import dict_row

from inspector.demo.graphs.typed import STORED_TYPES
from tests.integration.postgres.truth import Truth, truth_of

Row = dict[str, Any]
_POSTGRES_TABLES = ("checkpoints", "checkpoint_blobs", "checkpoint_writes", "checkpoint_migrations")
_EMPTY_NAMESPACE = "__empty__"
_EMPTY_ID = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Plain:
    """Every checkpoint and every write of a store."""

    checkpoints: list[Row]
    writes: list[Row]

    @cached_property
    def truth(self) -> dict[str, Truth]:
        """What the rows say of each thread."""
        truth = truth_of(self.checkpoints, [row["thread_id"] for row in self.writes])
        for row in self.checkpoints:
            if row.get("shallow"):
                truth[row["thread_id"]].turns_is_lower_bound = True
        return truth

    def of(self, thread_id: str, checkpoint_ns: str | None = None) -> list[Row]:
        """The checkpoints of a thread, or of one namespace of it, newest first."""
        found = [row for row in self._by_thread.get(thread_id, ()) if checkpoint_ns in (None, row["checkpoint_ns"])]
        return sorted(found, key=lambda row: str(row["checkpoint_id"]), reverse=True)

    def writes_of(self, thread_id: str, checkpoint_ns: str, checkpoint_id: str) -> list[Row]:
        """The writes of a checkpoint in LangGraph's order."""
        found = self._by_checkpoint.get((thread_id, checkpoint_ns, checkpoint_id), ())
        return sorted(found, key=lambda row: (row["task_path"], row["task_id"], row["idx"]))

    @cached_property
    def _by_thread(self) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.checkpoints:
            found[row["thread_id"]].append(row)
        return found

    @cached_property
    def _by_checkpoint(self) -> dict[tuple[str, str, str], list[Row]]:
        found: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
        for row in self.writes:
            found[row["thread_id"], row["checkpoint_ns"], row["checkpoint_id"]].append(row)
        return found


def read_postgres(url: str) -> Plain:
    with psycopg.connect(url, row_factory=dict_row) as connection:
        checkpoints = connection.execute("select * from checkpoints").fetchall()
        return Plain(checkpoints, connection.execute("select * from checkpoint_writes").fetchall())


def digest_postgres(url: str) -> str:
    """Of every row with its place and its version: an UPDATE that changes nothing shows as well."""
    with psycopg.connect(url) as connection:
        return _digest(
            row
            for table in _POSTGRES_TABLES
            for row in connection.execute(
                f"select ctid::text, xmin::text, xmax::text, t::text from {table} t order by ctid".encode()
            )
        )


def read_sqlite(path: Path) -> Plain:
    """Documents are as LangGraph's serializer writes them."""
    serde = JsonPlusSerializer(allowed_msgpack_modules=STORED_TYPES)
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        checkpoints = [dict(row) for row in connection.execute("select * from checkpoints")]
        writes = [dict(row) for row in connection.execute("select * from writes")]
    for row in checkpoints:
        row["checkpoint"] = serde.loads_typed((row["type"], row["checkpoint"]))
        row["metadata"] = json.loads(row["metadata"])
    return Plain(checkpoints, writes)


def digest_sqlite(path: Path) -> str:
    """Of the bytes of the file and of its log; the log's index is every reader's to write."""
    files = [path, path.with_name(f"{path.name}-wal")]
    return _digest((file.name, file.read_bytes()) for file in files if file.exists())


def read_redis(url: str) -> Plain:
    """A write to a checkpoint that is not stored leaves a document with a mark and nothing else: that is none."""
    with closing(redis.Redis.from_url(url, protocol=3)) as client:
        stored = [document for document in _documents(client, "checkpoint:*") if "checkpoint" in document]
        writes = [_redis_write(document) for document in _documents(client, "checkpoint_write:*")]
    return Plain([_redis_checkpoint(document) for document in stored], writes)


def digest_redis(url: str) -> str:
    """Of every key of the server's database with its value, byte for byte, and of whether it will expire."""
    with closing(redis.Redis.from_url(url, protocol=3)) as client:
        keys = sorted(client.scan_iter(count=1000))
        return _digest((key, client.dump(key), client.ttl(key) >= 0) for key in keys)


def _documents(client: Any, pattern: str) -> Iterator[Row]:
    for key in client.scan_iter(pattern, count=1000):
        yield json.loads(client.execute_command("JSON.GET", key, "."))


def _redis_checkpoint(document: Row) -> Row:
    metadata = document["metadata"]
    return {
        **_redis_place(document),
        "parent_checkpoint_id": document.get("parent_checkpoint_id") or None,
        "checkpoint": document["checkpoint"],
        "metadata": json.loads(metadata) if isinstance(metadata, str) else metadata,
        "shallow": "parent_checkpoint_id" not in document,
    }


def _redis_write(document: Row) -> Row:
    return {**document, **_redis_place(document)}


def _redis_place(document: Row) -> Row:
    thread_id, namespace = document["thread_id"], document["checkpoint_ns"]
    return {
        "thread_id": "" if thread_id == _EMPTY_ID else thread_id,
        "checkpoint_ns": "" if namespace == _EMPTY_NAMESPACE else namespace,
        "checkpoint_id": document["checkpoint_id"],
    }


def _digest(rows: Iterable[tuple[Any, ...]]) -> str:
    digest = hashlib.sha256()
    for row in rows:
        digest.update(repr(row).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()
