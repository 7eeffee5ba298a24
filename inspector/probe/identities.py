"""Asks each place's server who it is, over a short connection of the probe's own, so that the dashboard can tell
whether two workers reach the same data. In a thread of its own: a server that does not answer holds up no flush."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from math import inf
from time import monotonic
from typing import Any

from inspector.probe.errors import name_error
from inspector.probe.gate import Gate
from inspector.probe.ledger_schema import (
    POSTGRES_MAY_ASK_SYSTEM,
    POSTGRES_START,
    POSTGRES_SYSTEM,
    postgres_identities,
    redis_identities,
    sqlite_identities,
)
from inspector.probe.places import Address, Places, postgres_where
from inspector.probe.settings import log

#: Seconds between two looks at the same place; and after a failure, four times as many after each further one.
_EVERY = 600.0
_AFTER_FAILURE, _AT_MOST = 60.0, 6 * 3_600.0
_CONNECT_SECONDS = 5
#: Local to the transaction: behind a pooler, a setting of the session would reach the workers' own.
_LIMIT = "SELECT set_config('statement_timeout', '3s', true)"

#: The identities, and the place for people.
Found = tuple[tuple[str, ...], str]


class Resolver:
    """`logins` is whether it may log in to servers, with the credentials of the agent's savers."""

    def __init__(self, places: Places, *, logins: bool = True) -> None:
        self._places = places
        self._ask = _ASK if logins else {"sqlite": _ask_sqlite}
        self._failures: dict[int, int] = {}  #: in a row
        self.gate = Gate()
        self._due: dict[int, float] = {}
        self._thread: threading.Thread | None = None

    def look_after(self) -> None:
        """Starts a look at what is due, unless one is under way. Waits for nothing."""
        if self._thread is not None and self._thread.is_alive():
            return
        now = monotonic()
        due = [(slot, address) for slot, address in self._places.addresses() if self._due.get(slot, 0.0) <= now]
        due = [(slot, address) for slot, address in due if address.kind in self._ask and address.parameters]
        if not due:
            return
        thread = threading.Thread(target=self._look, args=(due,), name="checkpoint-inspector-places", daemon=True)
        with suppress(RuntimeError):  # as at the end of an interpreter
            thread.start()
            self._thread = thread

    def _look(self, due: list[tuple[int, Address]]) -> None:
        for slot, address in due:
            try:
                with self.gate.batch():
                    found = self._ask[address.kind](address)
                self._places.resolve(slot, *found)
                self._failures[slot] = 0
                self._due[slot] = monotonic() + _EVERY
            except Exception as error:
                failures = self._failures[slot] = self._failures.get(slot, 0) + 1
                pause = min(_AFTER_FAILURE * 4 ** min(failures - 1, 10), _AT_MOST)
                self._due[slot] = inf if _is_turned_away(error) else monotonic() + pause
                log.debug("The probe cannot tell who %s is (%s).", address.where, name_error(error))


def _is_turned_away(error: Exception) -> bool:
    """The login was refused. Another attempt would be refused too, and may lock the agent's login out."""
    name = name_error(error)
    if "AuthenticationError" in name or "NoPermission" in name:  # of redis-py
        return True
    attempt = getattr(error, "pgconn", None)  # of psycopg, where no connection came about
    asked = attempt is not None and (attempt.used_password or attempt.needs_password)
    return bool(asked) and "too many clients" not in name


def _ask_postgres(address: Address) -> Found:
    import psycopg

    parameters = {
        **address.parameters,
        "application_name": "checkpoint-inspector-probe",
        "connect_timeout": _CONNECT_SECONDS,
    }
    with psycopg.connect(**parameters, prepare_threshold=None) as connection:
        connection.read_only = True
        connection.execute(_LIMIT)

        def ask(query: Any) -> str:
            row = connection.execute(query).fetchone()
            return str(row[0]) if row and row[0] is not None else ""

        system = ask(POSTGRES_SYSTEM) if ask(POSTGRES_MAY_ASK_SYSTEM) == "True" else ""
        start = ask(POSTGRES_START)
        schema = ask(_POSTGRES_SCHEMA)
        info = connection.info
        reached = {"user": info.user, "host": info.host, "port": info.port, "dbname": info.dbname}
        where = postgres_where(reached, schema if schema != "public" else "")
        return postgres_identities(system, start, info.dbname, schema), where


#: Of the tables where there are any, else where they would be made.
_POSTGRES_SCHEMA = """
    SELECT coalesce(
        (SELECT n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
         WHERE c.oid = to_regclass('checkpoints')),
        current_schema(), '')
"""


def _ask_redis(address: Address) -> Found:
    import redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    given = address.parameters
    arguments = {name: given[name] for name in _REDIS_ARGUMENTS if given.get(name) is not None}
    arguments |= {name: value for name, value in given.items() if name.startswith("ssl_") and value is not None}
    if given.get("path"):
        arguments["unix_socket_path"] = given["path"]
    client = redis.Redis(
        **arguments,
        ssl=bool(given["secure"]),
        decode_responses=True,
        socket_connect_timeout=_CONNECT_SECONDS,
        socket_timeout=_CONNECT_SECONDS,
        retry=Retry(NoBackoff(), 0),  # or it tries ten times, with a refused login too
        client_name="checkpoint-inspector-probe",
    )
    try:
        server = client.info("server")
    finally:
        client.close()
    return redis_identities(str(server["run_id"]), int(given.get("db") or 0), str(given["prefix"])), address.where


_REDIS_ARGUMENTS = ("host", "port", "db", "username", "password", "credential_provider")


def _ask_sqlite(address: Address) -> Found:
    status = os.stat(address.parameters["path"])
    return sqlite_identities(status.st_dev, status.st_ino), address.where


_ASK: dict[str, Callable[[Address], Found]] = {
    "postgres": _ask_postgres,
    "redis": _ask_redis,
    "sqlite": _ask_sqlite,
}
