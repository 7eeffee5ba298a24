"""redis-py's errors as sentences: what happened, and what to do about it. None of them holds a password or a value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from redis import exceptions, sentinel

from inspector.errors import (
    NotACheckpointStore,
    ReadTooLong,
    StoreDenied,
    StoreError,
    StoreTimeout,
    StoreUnreachable,
)
from inspector.stores.redis.url import CLUSTER, CLUSTER_HINT

_GRANTS = "`inspector grants` prints the ACL line that suffices."
_BUDGET = "The server is busy or the thread is very large. INSPECTOR_STATEMENT_TIMEOUT raises the budget."
_COMMAND = re.compile(r"run the '([\w.|]{1,40})' command")
_NO_INDEX = re.compile(r"no such index|unknown index name|index not found", re.IGNORECASE)
_UNKNOWN = re.compile(r"unknown command .{0,3}(FT|JSON)\.", re.IGNORECASE)


class NotADocument(StoreError):
    """A key that holds something else than JSON."""


class LacksModules(NotACheckpointStore):
    """The server does not know a command of the search or JSON module."""


@contextmanager
def translated(safe_url: str) -> Iterator[None]:
    """Turns any error of the client into a `StoreError` that names the store without its password."""
    try:
        yield
    except (exceptions.RedisError, OSError, ValueError, LookupError) as error:  # the last two of answers that are none
        raise explain(error, safe_url) from error


def explain(error: Exception, safe_url: str) -> StoreError:
    match error:
        case exceptions.NoPermissionError():
            return _denied(error, safe_url)
        case exceptions.AuthenticationError() | exceptions.AuthorizationError():
            return StoreDenied(f"{safe_url} refused the login.", "Check the user and password in the store's URL.")
        case exceptions.BusyLoadingError():
            return StoreUnreachable(f"{safe_url} is loading its data.", "The page recovers by itself when it is done.")
        case exceptions.MovedError() | exceptions.AskError() | exceptions.ClusterDownError():
            return StoreError(f"{safe_url} is a node of a cluster. {CLUSTER}", CLUSTER_HINT)
        case exceptions.MasterDownError():
            return StoreUnreachable(f"{safe_url} is a replica that has lost its primary.")
        case sentinel.MasterNotFoundError():
            return StoreUnreachable(
                f"{safe_url}: no sentinel that answers knows a primary of this service.",
                "Check the hosts and the service's name in the store's URL, and that the sentinels see a primary.",
            )
        case exceptions.TimeoutError() | TimeoutError():
            return StoreTimeout(f"{safe_url} did not answer in time.", "The server is busy, or cut off.")
        case exceptions.ConnectionError() | OSError():
            return StoreUnreachable(f"{safe_url} cannot be reached.")
        case exceptions.ResponseError():
            return _explain_answer(str(error), safe_url)
        case _:
            return _unknown(error, safe_url)


def too_long(safe_url: str) -> ReadTooLong:
    return ReadTooLong(f"{safe_url} took longer than the read's time budget.", _BUDGET)


def no_index(safe_url: str, name: str = "") -> NotACheckpointStore:
    which = f" named {name}" if name else ""
    return NotACheckpointStore(
        f"{safe_url} has no search index{which} of LangGraph's checkpoints.",
        "The savers' setup() makes it in your workers. Give their prefixes as ?prefix= and &write_prefix= in the URL.",
    )


def _denied(error: Exception, safe_url: str) -> StoreError:
    found = _COMMAND.search(str(error))
    what = f"run {found[1].upper().replace('|', ' ')}" if found else "read the keys of the checkpoints"
    return StoreDenied(f"This login may not {what} in {safe_url}.", _GRANTS)


def _explain_answer(text: str, safe_url: str) -> StoreError:
    lowered = text.lower()
    if _UNKNOWN.search(text):
        return LacksModules(
            f"{safe_url} lacks the search and JSON modules, so it holds no LangGraph checkpoints.",
            "The Redis savers need Redis 8, Redis Stack, or both modules. Check the address in the store's URL.",
        )
    if _NO_INDEX.search(text):
        return no_index(safe_url)
    if "wrong redis type" in lowered or lowered.startswith("wrongtype"):
        return NotADocument(f"{safe_url} has a key under the checkpoints' prefix that is no JSON document.")
    if "timeout limit" in lowered:
        return too_long(safe_url)
    if "wrongpass" in lowered or "noauth" in lowered or "invalid username-password" in lowered:
        return StoreDenied(f"{safe_url} refused the login.", "Check the user and password in the store's URL.")
    if "noproto" in lowered or "unknown command 'hello'" in lowered:
        return StoreError(f"{safe_url} is older than Redis 6.", "The Redis savers need Redis 8 or Redis Stack.")
    return StoreError(f"{safe_url} answered with an error.", "The dashboard's log has the details.")


def _unknown(error: Exception, safe_url: str) -> StoreError:
    kind = type(error).__name__
    return StoreError(f"{safe_url} answered with an error ({kind}).", "The dashboard's log has the details.")
