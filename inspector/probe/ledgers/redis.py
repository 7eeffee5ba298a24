"""A ledger in a plain Redis: strings, hashes, lists and sorted sets under one prefix, no modules, no scripts.

A batch is one MULTI/EXEC that also sets the worker's batch number, under WATCH of the key that holds it. An EXEC whose
answer was lost either took place, and then the number says so to whoever sends the batch again; or it is still under
way, and then the one of the two that comes second finds the watched key changed and does nothing. So nothing counts
twice.

Keys, `KEY` being a thread's key and `ROW` a worker's id and the number of its place:

    inspector:workers          sorted set of worker ids by when they last wrote (microseconds, server's clock)
    inspector:worker:ID        hash: batch, hostname, report
    inspector:changes          sorted set of thread keys by when they were last added to (microseconds, server's clock)
    inspector:name:KEY         the thread_id
    inspector:thread:KEY       sorted set of rows by when they were last added to
    inspector:row:KEY:ROW      hash of counters, errors among them as `error:NAME`
    inspector:recent:KEY:ROW   list of the newest reads
"""

from __future__ import annotations

import time
from typing import Any

from inspector.probe.ledger_schema import KEEP_SECONDS, RECENT_READS, REDIS_PREFIX, Batch, storable
from inspector.probe.ledgers.rows import CountRow, count_rows, report_json

#: Seconds to wait for an answer or a connection, and for all of a batch before another attempt.
_ANSWER, _BATCH = 2.0, 3.0
#: Threads that one call of `prune` removes, and rows that a thread keeps.
_PRUNED, _ROWS = 500, 1_000
_KEEP = int(KEEP_SECONDS)
_WORKERS, _CHANGES = f"{REDIS_PREFIX}workers", f"{REDIS_PREFIX}changes"
#: Clients of parent processes. To close one, or to let it be collected, would speak on the parent's line.
_PARENTS: list[Any] = []


class RedisLedger:
    """Connects at the first call, and again after a failure."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client: Any = None  #: redis-py's types name every answer that any command may give

    def write(self, batch: Batch) -> None:
        from redis import WatchError

        rows, until = count_rows(batch), time.monotonic() + _BATCH
        while True:
            try:
                return self._try_write(batch, rows)
            except WatchError:  # the same batch came in on another connection, or the connection was lost
                if time.monotonic() > until:
                    raise

    def prune(self, before: float) -> bool:
        """What is not touched expires by itself; this keeps the sorted sets short."""
        from redis import WatchError

        client = self._open()
        client.zremrangebyscore(_WORKERS, "-inf", f"({before * 1e6}")
        old = client.zrangebyscore(_CHANGES, "-inf", f"({before * 1e6}", start=0, num=_PRUNED)
        for member in old:
            try:
                _prune_thread(client, _text(member), before * 1e6)
            except WatchError:  # somebody is just adding to it
                continue
        return len(old) >= _PRUNED

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def before_fork(self) -> None:
        """Nothing: the child lets the connection be."""

    def forget(self) -> None:
        if self._client is not None:
            _PARENTS.append(self._client)
        self._client = None

    def _try_write(self, batch: Batch, rows: list[CountRow]) -> None:
        worker_id = batch.report.worker_id
        key = f"{REDIS_PREFIX}worker:{worker_id}"
        with self._open().pipeline(transaction=True) as pipe:
            pipe.watch(key)
            known = int(pipe.hget(key, "batch") or 0)
            seconds, microseconds = pipe.time()
            now = seconds * 1_000_000 + microseconds
            pipe.multi()
            report = {"hostname": storable(batch.report.hostname), "report": report_json(batch.report)}
            pipe.hset(key, mapping={**report, "batch": max(known, batch.number)})
            pipe.zadd(_WORKERS, {worker_id: now})
            for name in (key, _WORKERS, _CHANGES):
                pipe.expire(name, _KEEP)
            for row in rows:
                # Named also for a batch that is there already: its transaction may have been so late that the dashboard
                # has looked past its time. It names its threads, where the time is, and adds nothing.
                pipe.zadd(_CHANGES, {row.thread_key: now})
                if known < batch.number:
                    _add_row(pipe, worker_id, row, now)
            pipe.execute()

    def _open(self) -> Any:
        """Without retries of the client's own: they would send a transaction again of which nobody knows what became
        of it."""
        if self._client is None:
            from redis import Redis
            from redis.backoff import NoBackoff
            from redis.retry import Retry

            self._client = Redis.from_url(
                self._url,
                protocol=2,
                socket_timeout=_ANSWER,
                socket_connect_timeout=_ANSWER,
                socket_keepalive=True,
                retry=Retry(NoBackoff(), 0),
                client_name="checkpoint-inspector-probe",
            )
        return self._client


def _add_row(pipe: Any, worker_id: str, row: CountRow, now: int) -> None:
    """A worker's batches come in the order of time, so what comes last is the latest."""
    name = f"{worker_id}:{row.slot}"
    counters, recent, thread = _keys(row.thread_key, name)
    pipe.set(f"{REDIS_PREFIX}name:{row.thread_key}", row.thread_id, ex=_KEEP)
    pipe.zadd(thread, {name: now})
    pipe.zremrangebyscore(thread, "-inf", now - _KEEP * 1_000_000)
    pipe.zremrangebyrank(thread, 0, -_ROWS - 1)
    for field in ("reads", "misses", "checkpoints", "writes"):
        pipe.hincrby(counters, field, getattr(row, field))
    for error, count in row.errors.items():
        pipe.hincrby(counters, f"error:{error}", count)
    pipe.hsetnx(counters, "first_at", repr(row.first_at))
    latest = {"last_at": row.last_at, "last_read_at": row.last_read_at, "last_miss_at": row.last_miss_at}
    pipe.hset(counters, mapping={field: repr(at) for field, at in latest.items() if at is not None})
    if row.recent:
        pipe.rpush(recent, *row.recent)
        pipe.ltrim(recent, -RECENT_READS, -1)
    for key in (counters, recent, thread):
        pipe.expire(key, _KEEP)


def _prune_thread(client: Any, thread_key: str, before: float) -> None:
    with client.pipeline(transaction=True) as pipe:
        pipe.watch(_keys(thread_key, "")[2])
        changed_at = pipe.zscore(_CHANGES, thread_key)
        rows = pipe.zrange(_keys(thread_key, "")[2], 0, -1)
        if changed_at is None or changed_at >= before:
            return
        pipe.multi()
        pipe.zrem(_CHANGES, thread_key)
        pipe.delete(f"{REDIS_PREFIX}name:{thread_key}", _keys(thread_key, "")[2])
        for name in rows:
            pipe.delete(*_keys(thread_key, _text(name))[:2])
        pipe.execute()


def _keys(thread_key: str, row: str) -> tuple[str, str, str]:
    """Of the counters, the recent reads and the thread's rows."""
    return (
        f"{REDIS_PREFIX}row:{thread_key}:{row}",
        f"{REDIS_PREFIX}recent:{thread_key}:{row}",
        f"{REDIS_PREFIX}thread:{thread_key}",
    )


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
