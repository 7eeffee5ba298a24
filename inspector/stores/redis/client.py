"""Commands to one Redis, each of them on the list of those that cannot write, and within limits.

The protocol is RESP3: only there does the search module say that its own timeout cut an answer short. Such an answer is
raised as an error, never handed on. Nothing is tried twice: a page that fails says so and recovers by itself.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import redis
from redis import exceptions
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

from inspector.errors import ConfigError, ReadTooLong, StoreError, StoreTimeout, StoreUnreachable
from inspector.stores.guard import Limits, within_deadline
from inspector.stores.redis.commands import ALLOWED
from inspector.stores.redis.errors import explain, too_long, translated
from inspector.stores.redis.url import RedisUrl
from inspector.stores.work import asking

Command = Sequence[str | bytes | int]

#: Cheap commands sent at once. The server runs what arrived together before it serves anybody else.
_AT_ONCE = 100
#: Names that one step of a scan looks at: 14 ms at the most (facts of the scan of 900,000 keys).
_SCAN_STEP = 1_000
#: After a failed connection further reads fail at once for this long (seconds), so that a page never waits twice.
_DOWN_FOR = 1.0
#: Parameters of a URL that redis-py takes for true or false; of sentinels it does not read them itself.
_FLAGS = ("ssl", "ssl_check_hostname")


class RedisClient:
    """Opens no connection until the first read; safe to share between threads."""

    def __init__(self, url: RedisUrl, limits: Limits) -> None:
        self.safe_url = url.safe
        self._limits = limits
        self._client: Any = _make_client(url, limits)
        self._client.response_callbacks.clear()  # answers come as the server sent them
        self._slots = threading.BoundedSemaphore(limits.pool_size)
        self._down: tuple[float, StoreError] | None = None

    @contextmanager
    def reading(self, seconds: float | None = None) -> Iterator[Reading]:
        """One read of many commands, which together may take `seconds`, else the limit of a statement."""
        yield Reading(self, within_deadline(seconds or self._limits.statement))

    def send(self, commands: Sequence[Command], *, failing: bool = False) -> list[Any]:
        """The answers in order. With `failing` an error of a single command is its answer. Raises `StoreError`."""
        for command in commands:
            name = str(command[0]) if command[0] != "ACL" else f"{command[0]}|{command[1]!s}"
            if name not in ALLOWED:
                raise ValueError(f"{name} is not among the commands that only read")
        self._fail_fast()
        if not self._slots.acquire(timeout=self._limits.connect):
            raise StoreTimeout(f"{self.safe_url}: all connections to it are busy.", "The page recovers by itself.")
        try:
            self._fail_fast()  # whoever had the connection may have found out meanwhile
            with translated(self.safe_url):
                return [self._checked(answer, failing=failing) for answer in self._run(commands)]
        except (StoreUnreachable, StoreTimeout) as error:
            if not isinstance(error, ReadTooLong):  # that one was at work
                self._down = (time.monotonic(), error)
            raise
        finally:
            self._slots.release()

    def close(self) -> None:
        self._client.close()
        self._client.connection_pool.disconnect()

    def _run(self, commands: Sequence[Command]) -> list[Any]:
        with self._client.pipeline(transaction=False) as pipe:
            for command in commands:
                pipe.execute_command(*command)
            with asking():
                answers: list[Any] = pipe.execute(raise_on_error=False)
            return answers

    def _checked(self, answer: Any, *, failing: bool) -> Any:
        if isinstance(answer, exceptions.ResponseError):
            # Of an answer that is missing a part is made; a login that lacks a right is told in every case.
            if failing and not isinstance(answer, exceptions.NoPermissionError | exceptions.MovedError):
                return explain(answer, self.safe_url)
            raise answer
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, dict) and answer.get(b"warning"):
            raise too_long(self.safe_url)
        return answer

    def _fail_fast(self) -> None:
        if self._down is not None:
            at, error = self._down
            if time.monotonic() - at < _DOWN_FOR:
                raise type(error)(error.message, error.hint)
            self._down = None


class Reading:
    """Commands of one read, until its time is up."""

    def __init__(self, client: RedisClient, seconds: float) -> None:
        self._client = client
        self._until = time.monotonic() + seconds
        self.safe_url = client.safe_url

    def ask(self, *command: str | bytes | int) -> Any:
        self._check()
        return self._client.send([command])[0]

    def ask_map(self, *command: str | bytes | int) -> dict[bytes, Any]:
        """The answer of a search module that speaks RESP3. An older one would not tell of answers that are cut."""
        answer = self.ask(*command)
        if not isinstance(answer, dict):
            raise StoreError(
                f"{self.safe_url} has a search module that does not speak RESP3.",
                "Redis Stack 7.2 and Redis 8 have one that does.",
            )
        return answer

    def ask_all(self, commands: Iterable[Command], *, failing: bool = False, at_once: int = _AT_ONCE) -> list[Any]:
        """The answers in order, `at_once` commands a round trip. No transaction: a writer may come in between."""
        waiting = list(commands)
        answers: list[Any] = []
        for start in range(0, len(waiting), at_once):
            self._check()
            answers += self._client.send(waiting[start : start + at_once], failing=failing)
        return answers

    def scan(self, pattern: bytes, *, steps: int | None = None) -> Iterator[list[bytes]]:
        """Names of keys, some at a time. One may come twice while the server's table of names changes its size. With
        `steps` only so many parts of all names are looked at."""
        cursor: Any = 0
        for _ in itertools.count() if steps is None else range(steps):
            cursor, names = self.ask("SCAN", cursor, "MATCH", pattern, "COUNT", _SCAN_STEP)
            if names:
                yield names
            if not int(cursor):
                return

    def _check(self) -> None:
        within_deadline(1.0)
        if time.monotonic() > self._until:
            raise too_long(self.safe_url)


def _make_client(url: RedisUrl, limits: Limits) -> Any:
    given = {
        "protocol": 3,
        "socket_connect_timeout": limits.connect,
        "socket_keepalive": True,
        "max_connections": limits.pool_size,
        "retry": Retry(NoBackoff(), 0),
        **_without_announcements(),
    }
    make = _of_sentinels if url.sentinels else _of_server
    # What the URL says would win over arguments.
    pinned = {"decode_responses": False, "socket_timeout": min(limits.connect, limits.statement)}
    try:
        client = make(url, given)
        pool = client.connection_pool
        pool.connection_kwargs.update({**given, **pinned} | _login(url.username, url.password))
        pool.connection_kwargs.pop("max_connections")
        pool.connection_class(**pool.connection_kwargs)  # connects nothing, and refuses what it does not know
    except (ValueError, TypeError, exceptions.RedisError):  # its message may quote the password
        raise ConfigError(
            "A store's URL has a parameter whose value redis-py does not know, or of TLS without TLS.",
            "Parameters that begin with ssl_ need rediss://, or ssl=true for sentinels.",
        ) from None
    return client


def _of_server(url: RedisUrl, given: dict[str, Any]) -> Any:
    return redis.Redis.from_url(url.address, **given)


def _of_sentinels(url: RedisUrl, given: dict[str, Any]) -> Any:
    """Whoever the sentinels say is the primary, asked anew for every connection."""
    asked = {key: value for key, value in given.items() if key != "max_connections"}
    asked["socket_timeout"] = given["socket_connect_timeout"]
    make: Any = Sentinel
    watchers = make(list(url.sentinels), sentinel_kwargs=asked | _login(*url.sentinel_login))
    flags = {key: value.lower() in ("true", "1", "yes") for key, value in url.parameters if key in _FLAGS}
    return watchers.master_for(url.service, **given, **dict(url.parameters) | flags)


def _login(username: str, password: str) -> dict[str, str]:
    return {key: value for key, value in (("username", username), ("password", password)) if value}


def _without_announcements() -> dict[str, Any]:
    """Of itself redis-py tells the server its name and version, and subscribes to news of maintenance: commands that a
    login with few rights does not have. How to stop it depends on its version."""
    quiet: dict[str, Any] = {}
    try:
        from redis.maint_notifications import MaintNotificationsConfig
    except ImportError:
        pass
    else:
        quiet["maint_notifications_config"] = MaintNotificationsConfig(enabled=False)
    try:
        import redis.driver_info  # noqa: F401 - its presence tells the name of the parameter
    except ImportError:
        return {**quiet, "lib_name": None, "lib_version": None}
    return {**quiet, "driver_info": None}
