"""The `LedgerReader` protocol over a plain Redis. `probe.ledgers.redis` tells which keys there are.

Only commands that read are sent, so a login without any other right is enough.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import redis
from redis import exceptions
from redis.backoff import NoBackoff
from redis.retry import Retry

from inspector.errors import ConfigError, StoreDenied, StoreError, StoreTimeout, StoreUnreachable
from inspector.ledger.base import THREADS, WORKERS, Changes, Counted, Counts, Workers
from inspector.ledger.position import Change, Position
from inspector.ledger.rows import (
    COUNT_ROWS,
    NOBODY,
    RECENT_ROWS,
    ROWS,
    CountedRow,
    Worker,
    counted,
    cut_of,
    heard,
    parse_reads,
    worker_of,
)
from inspector.ledger.sound import is_sound
from inspector.probe.ledger_schema import REDIS_PREFIX, thread_key
from inspector.probe.ledger_url import LedgerUrl
from inspector.stores.guard import Limits, within_deadline

#: Commands sent at once: an answer of so many is small, and the time budget is looked at between two.
_AT_ONCE = 1_000
#: Microseconds: no clock says that, and every score up to it is a whole number.
_LATEST = 2**53
_COUNTERS = ("reads", "misses", "checkpoints", "writes")


class RedisLedgerReader:
    """Opens no connection until the first read; safe to share between threads. A server that keeps silent for as long
    as a connection may take is taken to be cut off: no answer here is work of seconds."""

    def __init__(self, url: str, limits: Limits, schema: str = "") -> None:
        self.safe_url = LedgerUrl.parse(url).safe
        self._limits = limits
        try:
            self._client: Any = redis.Redis.from_url(
                url.strip(),
                protocol=2,
                socket_connect_timeout=limits.connect,
                socket_keepalive=True,
                max_connections=64,
                retry=Retry(NoBackoff(), 0),
                client_name="checkpoint-inspector",
            )
            # What the URL says would win over arguments.
            pinned = {"decode_responses": False, "socket_timeout": min(limits.connect, limits.statement)}
            pool = self._client.connection_pool
            pool.connection_kwargs.update(pinned)
            pool.connection_class(**pool.connection_kwargs)  # connects nothing, and refuses what it does not know
        except TypeError:
            raise ConfigError(
                "The ledger's URL has a parameter that redis-py does not know.", "Parameters are those of redis-py."
            ) from None
        except (ValueError, exceptions.RedisError):  # its message may quote the password
            raise ConfigError("The ledger's URL is no Redis URL.", "Use redis://HOST:6379/0.") from None

    def exists(self) -> bool:
        with self._translated():
            return bool(self._client.zcard(f"{REDIS_PREFIX}workers"))

    def read_workers(self, limit: int = WORKERS) -> Workers:
        with self._translated():
            listed = self._client.zrevrange(f"{REDIS_PREFIX}workers", 0, limit, withscores=True)
            reports = self._ask([("HGET", _worker_key(_text(worker_id)), "report") for worker_id, _ in listed])
            seconds, microseconds = self._client.time()
        now = seconds + microseconds / 1e6
        return heard([(text, now - at / 1e6) for (_, at), text in zip(listed, reports, strict=True)], limit)

    def read_changes(self, after: str, limit: int = THREADS) -> Changes:
        name = f"{REDIS_PREFIX}changes"
        with self._translated():
            seconds, microseconds = self._client.time()
            position = Position.parse(after, seconds * 1_000_000 + microseconds)
            seen = self._client.zcount(name, position.at, position.at) if position.key else 0
            found = self._client.zrangebyscore(
                name, position.at, _LATEST, start=0, num=limit + 1 + seen, withscores=True
            )
            ordered = [(int(score), _text(member)) for member, score in found]
            left = [item for item in ordered if item > (position.at, position.key)][: limit + 1]
            names = self._ask([("GET", f"{REDIS_PREFIX}name:{key}") for _, key in left])
        known = {key: _text(name) for (_, key), name in zip(left, names, strict=True) if name is not None}
        page = position.page([Change(at, key, key) for at, key in left], limit)
        return Changes(tuple(known[key] for key in page.thread_ids if key in known), page.after, page.more)

    def read_counts(self, thread_ids: Sequence[str]) -> Counts:
        with self._translated():
            return self._counts(thread_ids, COUNT_ROWS)

    def read_thread(self, thread_id: str) -> list[Counted]:
        with self._translated():
            return list(self._counts([thread_id], RECENT_ROWS, details=True).rows)

    def close(self) -> None:
        self._client.close()

    def _counts(self, thread_ids: Sequence[str], of_one: int, *, details: bool = False) -> Counts:
        asked = {thread_key(thread_id): thread_id for thread_id in thread_ids}
        listed = self._ask([("ZREVRANGE", f"{REDIS_PREFIX}thread:{key}", 0, of_one) for key in asked])
        totals = dict(zip(asked, map(len, listed), strict=True))
        named = [(key, _text(row)) for key, rows in zip(asked, listed, strict=True) for row in rows[:of_one]]
        names = named[:ROWS]
        cut = cut_of(asked, ((key, totals[key]) for key, _ in names), of_one, full=len(named) > ROWS)
        counters = self._ask([("HGETALL", f"{REDIS_PREFIX}row:{key}:{row}") for key, row in names])
        reads = self._ask([("LRANGE", f"{REDIS_PREFIX}recent:{key}:{row}", 0, -1) for key, row in names if details])
        recent = reads or [()] * len(names)
        found = [
            _row(asked[key], row, _fields(fields), texts, details)
            for (key, row), fields, texts in zip(names, counters, recent, strict=True)
            if fields  # one that expired since it was named
        ]
        rows = [row for row in found if row is not None]
        workers = self._workers({row.worker_id for row in rows})
        return Counts(tuple(counted(row, workers.get(row.worker_id, NOBODY)) for row in rows), cut)

    def _workers(self, worker_ids: Iterable[str]) -> dict[str, Worker]:
        ids = list(worker_ids)
        found = self._ask([("HMGET", _worker_key(worker_id), "hostname", "report") for worker_id in ids])
        return {
            worker_id: worker_of(_text(hostname), report)
            for worker_id, (hostname, report) in zip(ids, found, strict=True)
            if hostname is not None and report is not None
        }

    def _ask(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        """The answers in order. No transaction: a worker that adds something between two of them does no harm."""
        answers: list[Any] = []
        for start in range(0, len(commands), _AT_ONCE):
            within_deadline(self._limits.statement)
            with self._client.pipeline(transaction=False) as pipe:
                for command in commands[start : start + _AT_ONCE]:
                    pipe.execute_command(*command)
                answers += pipe.execute()
        return answers

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            within_deadline(self._limits.statement)
            yield
        except exceptions.RedisError as error:
            raise _explain(error, self.safe_url) from error


def _explain(error: exceptions.RedisError, safe_url: str) -> StoreError:
    match error:
        case exceptions.AuthenticationError() | exceptions.AuthorizationError():
            return StoreDenied(f"{safe_url} refused the login.", "Check the user and password in the ledger's URL.")
        case exceptions.NoPermissionError():
            return StoreDenied(
                f"This login may not read the ledger in {safe_url}.", "Run `inspector grants`: it prints what it needs."
            )
        case exceptions.TimeoutError():
            return StoreTimeout(f"{safe_url} did not answer in time.", "The server is busy, or cut off.")
        case exceptions.ConnectionError():
            return StoreUnreachable(f"{safe_url} cannot be reached.")
        case _:
            kind = type(error).__name__
            return StoreError(f"{safe_url} answered with an error ({kind}).", "The dashboard's log has the details.")


def _row(
    thread_id: str, name: str, fields: dict[str, str], recent: Iterable[bytes], details: bool
) -> CountedRow | None:
    """None for what no probe wrote."""
    worker_id, _, slot = name.rpartition(":")
    try:
        reads, misses, checkpoints, writes = (int(fields.get(counter, 0)) for counter in _COUNTERS)
        found = CountedRow(
            thread_id=thread_id,
            worker_id=worker_id,
            slot=int(slot),
            reads=reads,
            misses=misses,
            checkpoints=checkpoints,
            writes=writes,
            first_at=float(fields.get("first_at", 0)),
            last_at=float(fields.get("last_at", 0)),
            last_read_at=_time(fields.get("last_read_at")),
            last_miss_at=_time(fields.get("last_miss_at")),
            recent=parse_reads(_text(text) for text in recent),
            errors=_errors(fields) if details else {},
        )
    except ValueError:
        return None
    return found if is_sound(found, but="thread_id") else None


def _errors(fields: dict[str, str]) -> dict[str, int]:
    return {key[len("error:") :]: int(count) for key, count in fields.items() if key.startswith("error:")}


def _fields(answer: Any) -> dict[str, str]:
    """HGETALL sent as a plain command answers with a list, or with what the client made of it."""
    pairs = answer.items() if isinstance(answer, dict) else zip(answer[::2], answer[1::2], strict=True)
    return {_text(name): _text(value) for name, value in pairs}


def _time(text: str | None) -> float | None:
    return None if text is None else float(text)


def _worker_key(worker_id: str) -> str:
    return f"{REDIS_PREFIX}worker:{worker_id}"


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
