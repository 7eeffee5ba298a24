"""Where the checkpoints of a worker's savers go: told from the saver object alone, without I/O and without importing
what the saver may not use."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from inspector.probe.errors import name_class
from inspector.probe.ledger_schema import Place, memory_identities

#: Places told apart. All further ones share one more.
PLACES = 32
_MEMORY = "this process's memory"
#: Savers within savers that are looked through.
_DEPTH = 3


@dataclass(frozen=True, slots=True)
class Address:
    """What is known of a place without asking. Two savers with the same `key` lead to the same place."""

    kind: str
    saver: str
    where: str
    key: tuple[Any, ...] = ()
    #: What it takes to ask the server who it is, with its password: never shown.
    parameters: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)


class Places:
    """A worker's places, by slot."""

    def __init__(self, worker_id: str) -> None:
        self._worker_id = worker_id
        # A registration may happen in the midst of another one's finalizers, in the same thread.
        self.lock = threading.RLock()
        self._slots: dict[tuple[Any, ...], int] = {}
        self._places: list[Place] = []
        self._addresses: list[Address] = []

    def enter(self, address: Address, savers: int = 1) -> int:
        """The place's slot, with so many more savers."""
        with self.lock:
            key = (address.saver, address.kind, *address.key)
            slot = self._slots.get(key)
            if slot is None:
                slot = self._add(address)
                if slot < PLACES:
                    self._slots[key] = slot
            place = self._places[slot]
            self._places[slot] = replace(place, savers=place.savers + savers)
            return slot

    def _add(self, address: Address) -> int:
        if len(self._places) > PLACES:
            return PLACES
        if len(self._places) == PLACES:
            address = Address("other", address.saver, f"more than {PLACES} places")
        identities = memory_identities(self._worker_id) if address.kind == "memory" else ()
        slot = len(self._places)
        self._places.append(Place(slot, address.saver, address.kind, identities, address.where))
        self._addresses.append(address)
        return slot

    def read(self) -> tuple[Place, ...]:
        with self.lock:
            return tuple(self._places)

    def addresses(self) -> list[tuple[int, Address]]:
        with self.lock:
            return list(enumerate(self._addresses))

    def resolve(self, slot: int, identities: tuple[str, ...], where: str) -> None:
        """Replaces what is known of a place."""
        with self.lock:
            self._places[slot] = replace(self._places[slot], identities=identities, where=where)


def describe(saver: Any, depth: int = 0) -> Address:
    """Never raises: whatever cannot be told is "other", or a place that is not known closer."""
    name = name_class(type(saver))
    for kind, look in _LOOKS:
        try:
            found = look(saver, name)
        except Exception:
            return Address(kind, name, f"{kind}, not known closer", (kind,))
        if found is not None:
            return found
    inner = _find_inner(saver) if depth < _DEPTH else None
    if inner is not None:  # a saver that passes everything on to another one
        return replace(describe(inner, depth + 1), saver=name)
    return Address("other", name, name, (name,))


def _find_inner(saver: Any) -> Any:
    """A saver that it keeps. What a lazy object does when it is looked at is anybody's code, and may raise."""
    for value in list(getattr(saver, "__dict__", {}).values()):
        with suppress(Exception):
            if hasattr(value, "get_next_version"):
                return value
    return None


def _look_memory(saver: Any, name: str) -> Address | None:
    return Address("memory", name, _MEMORY) if _comes_from(saver, "langgraph.checkpoint.memory") else None


def _look_postgres(saver: Any, name: str) -> Address | None:
    connection = saver.__dict__.get("conn")
    if _comes_from(connection, "psycopg_pool"):
        from psycopg.conninfo import conninfo_to_dict

        conninfo, kwargs = connection.conninfo, connection.kwargs
        given = kwargs.items() if isinstance(kwargs, Mapping) else ()
        found = conninfo_to_dict(conninfo if isinstance(conninfo, str) else "")
        found |= {key: value for key, value in given if key not in _NOT_LIBPQ and value is not None}
        if not isinstance(conninfo, str) and not found.get("host"):  # made by a function, at every connection
            return Address("postgres", name, "postgresql, not known closer", ("postgres", id(connection)))
    elif _comes_from(connection, "psycopg"):
        found = {**connection.info.get_parameters(), "password": connection.info.password}
    else:
        return None
    parameters = {key: str(value) for key, value in found.items() if value not in (None, "")}
    key = tuple(parameters.get(part, "") for part in ("host", "hostaddr", "port", "dbname", "user", "options"))
    return Address("postgres", name, postgres_where(parameters), key, parameters)


#: Arguments of `psycopg.connect` that are no connection parameters.
_NOT_LIBPQ = frozenset({"autocommit", "row_factory", "prepare_threshold", "context", "cursor_factory"})


def postgres_where(parameters: Mapping[str, Any], schema: str = "") -> str:
    user = f"{parameters['user']}@" if parameters.get("user") else ""
    host = str(parameters.get("host") or parameters.get("hostaddr") or "")
    if host.startswith("/") or ":" in host:  # a socket's folder has slashes of its own, an IPv6 address colons
        host = f"[{host}]"
    port = f":{parameters.get('port') or 5432}"
    database = f"/{parameters['dbname']}" if parameters.get("dbname") else ""
    return f"postgresql://{user}{host}{port}{database}" + (f"?schema={schema}" if schema else "")


def _look_sqlite(saver: Any, name: str) -> Address | None:
    connection = saver.__dict__.get("conn")
    if _comes_from(connection, "sqlite3") or _comes_from(connection, "aiosqlite"):
        # One for all: a program may open a file for each request, and none may come to be known closer.
        return Address("sqlite", name, "sqlite, not known closer", ("sqlite",))
    return None


def sqlite_address(saver: Any, path: str) -> Address:
    """`path` as SQLite tells it: "" in memory and for temporary files."""
    name = name_class(type(saver))
    if not path:
        return Address("memory", name, _MEMORY)
    return Address("sqlite", name, f"sqlite:///{path.lstrip('/')}", (path,), {"path": path})


def _look_redis(saver: Any, name: str) -> Address | None:
    client = saver.__dict__.get("_redis")
    if not (_comes_from(client, "redis") or _comes_from(client, "valkey")):
        return None
    prefix = str(getattr(saver, "_checkpoint_prefix", "checkpoint"))
    kwargs: Mapping[str, Any] = getattr(getattr(client, "connection_pool", None), "connection_kwargs", None) or {}
    if not kwargs:
        node = client.get_default_node()  # of a cluster; known to the client
        kwargs = {"host": node.host, "port": node.port}
    where = redis_where(kwargs, prefix)
    secure = "ssl" in getattr(getattr(client.connection_pool, "connection_class", None), "__name__", "").lower()
    return Address("redis", name, where, (where,), {**kwargs, "prefix": prefix, "secure": secure})


def redis_where(kwargs: Mapping[str, Any], prefix: str) -> str:
    user = f"{kwargs['username']}@" if kwargs.get("username") else ""
    place = kwargs.get("path") or f"{kwargs.get('host', 'localhost')}:{kwargs.get('port', 6379)}"
    return f"redis://{user}{place}/{kwargs.get('db') or 0}" + ("" if prefix == "checkpoint" else f"?prefix={prefix}")


_Look = Callable[[Any, str], Address | None]
_LOOKS: tuple[tuple[str, _Look], ...] = (
    ("memory", _look_memory),
    ("postgres", _look_postgres),
    ("redis", _look_redis),
    ("sqlite", _look_sqlite),
)


def _comes_from(value: Any, module: str) -> bool:
    """Whether its class or one of its ancestors is at home there."""
    return any(f"{kind.__module__}.".startswith(f"{module}.") for kind in type(value).__mro__)
