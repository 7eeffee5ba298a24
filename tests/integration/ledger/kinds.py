"""The three kinds of ledger, and what only somebody beside the probe and the dashboard does to one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import redis

from inspector.probe.ledger_schema import COUNTS_TABLE, REDIS_PREFIX, WORKERS_TABLE


def put_report(url: str, worker_id: str, text: str) -> None:
    """Puts a report there that no probe wrote, in the place of the worker's own. The text is JSON."""
    if url.startswith("redis"):
        with redis.Redis.from_url(url) as client:
            client.hset(f"{REDIS_PREFIX}worker:{worker_id}", "report", text)
    else:
        _run(url, f"update {WORKERS_TABLE} set report = '{text}' where worker_id = '{worker_id}'")


def change_all_at_once(url: str, at: float) -> None:
    """Makes every change one of the same moment, `at` seconds since 1970."""
    if url.startswith("redis"):
        with redis.Redis.from_url(url) as client:
            name = f"{REDIS_PREFIX}changes"
            client.zadd(name, dict.fromkeys(client.zrange(name, 0, -1), int(at * 1e6)))
    elif url.startswith("sqlite"):
        _run(url, f"update {COUNTS_TABLE} set updated_at = {int(at * 1e6)}")
    else:
        _run(url, f"update {COUNTS_TABLE} set updated_at = to_timestamp({at})")


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def _run(url: str, statement: str) -> None:
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(file_of(url))) as connection, connection:
            connection.execute(statement)
    else:
        with psycopg.connect(url) as connection:
            connection.execute(statement.encode())
