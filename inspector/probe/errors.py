"""Names for what a saver raised. Never its message: that may hold values, hosts and passwords."""

from __future__ import annotations

#: Parts of messages that say more than the class does, and the fixed words that stand for them. The messages are
#: those of asyncio, langgraph-checkpoint-*, psycopg, PostgreSQL, SQLite and Redis.
_KNOWN = (
    ("bound to a different event loop", "bound to a different event loop"),
    ("attached to a different loop", "attached to a different loop"),
    ("event loop is closed", "event loop is closed"),
    ("only allowed from a different thread", "synchronous call in the event loop"),
    ("sqlite objects created in a thread can only", "created in a different thread"),
    ("too many clients already", "too many clients already"),
    ("remaining connection slots are reserved", "too many clients already"),
    ("couldn't get a connection after", "no connection in time"),
    ("connection pool is full", "no connection in time"),
    ("pool is closed", "the pool is closed"),
    ("is not open yet", "the pool is not open"),
    ("the connection is closed", "the connection is closed"),
    ("connection is lost", "the connection is lost"),
    ("server closed the connection", "the connection is lost"),
    ("terminating connection", "the connection is lost"),
    ("connection refused", "connection refused"),
    ("password authentication failed", "password authentication failed"),
    ("database is locked", "database is locked"),
    ("attempt to write a readonly database", "the database is read-only"),
    ("no such table", "no such table"),
    ("unknown command", "unknown command"),
    ("no such index", "no such index"),
    ("deserializing unregistered type", "unregistered type"),
    ("not msgpack serializable", "cannot be serialized"),
    ("not json serializable", "cannot be serialized"),
    ("index row size", "too long for the index"),
)
#: Both must be there.
_KNOWN_PAIRS = (
    ("prepared statement", "already exists", "prepared statement already exists"),
    ("prepared statement", "does not exist", "prepared statement does not exist"),
    ("relation", "does not exist", "no such table"),
    ("column", "does not exist", "no such column"),
)
_INSUFFICIENT_PRIVILEGE = "42501"
#: SQLITE_READONLY, and as extended codes: _RECOVERY, _CANTLOCK, _CANTINIT, _DIRECTORY. Not _DBMOVED and _ROLLBACK,
#: which say nothing of permissions.
_SQLITE_READONLY = (8, 8 | 1 << 8, 8 | 2 << 8, 8 | 5 << 8, 8 | 6 << 8)
#: Of a message, so much is looked at, and of a name, so much is kept (characters).
_LOOKED_AT = 2_000
_LONGEST = 200


def name_error(error: BaseException) -> str:
    """ "psycopg.OperationalError: too many clients already": the class, and fixed words for what is well known."""
    name = name_class(type(error))
    try:
        phrase = _find_phrase(str(error)[:_LOOKED_AT].lower())
    except Exception:  # `__str__` is anybody's code
        phrase = ""
    return f"{name}: {phrase}" if phrase else name


def name_error_of_async(error: BaseException) -> str:
    """The same of an asynchronous read or write. A saver that has no async methods raises what others raise for things
    that none of their kind can do, and says nothing with it: it is known by the call."""
    if isinstance(error, NotImplementedError):
        return f"{name_class(type(error))}: asynchronous call of a synchronous saver"
    return name_error(error)


def is_refused_login(error: BaseException) -> bool:
    """Whether the server or file is there, and this login may not do what it did. Known by what psycopg, sqlite3 and
    redis-py give their errors, so none of them is imported."""
    if getattr(error, "sqlstate", None) == _INSUFFICIENT_PRIVILEGE:
        return True
    if getattr(error, "sqlite_errorcode", None) in _SQLITE_READONLY:
        return True
    return any(name_class(kind) == "redis.exceptions.NoPermissionError" for kind in type(error).__mro__)


def name_class(kind: type) -> str:
    """With its module, but for built-in ones."""
    module = kind.__module__
    return (kind.__qualname__ if module == "builtins" else f"{module}.{kind.__qualname__}")[:_LONGEST]


def _find_phrase(message: str) -> str:
    for part, phrase in _KNOWN:
        if part in message:
            return phrase
    for part, other, phrase in _KNOWN_PAIRS:
        if part in message and other in message:
            return phrase
    return ""
