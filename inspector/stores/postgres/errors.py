"""psycopg's errors as sentences: what happened, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors as pg

from inspector.errors import (
    NotACheckpointStore,
    ReadTooLong,
    StoreDenied,
    StoreError,
    StoreTimeout,
    StoreUnreachable,
)

_GRANTS = "Run `inspector grants` and have its SQL executed by the owner of the tables."
#: Classes of SQLSTATE that say that the connection, not the read, has failed: lost, refused, out of slots, shut down.
_CONNECTION = ("08", "28", "53", "57")
_ROTATED = (
    "Check the user, the password and the server's pg_hba.conf. A password that was changed in the store's URL counts "
    "when you restart the dashboard; one in a file that `passfile=` names there counts at once."
)
_SETUP = "The tables are made by PostgresSaver.setup() in your workers. Check the database name in the store's URL."


@contextmanager
def translated(safe_url: str) -> Iterator[None]:
    """Turns any psycopg error into a `StoreError` that names the store without its password."""
    try:
        yield
    except StoreError:
        raise
    except psycopg.Error as error:
        raise explain(error, safe_url) from error


def explain(error: psycopg.Error, safe_url: str) -> StoreError:
    match error:
        case pg.InvalidPassword() | pg.InvalidAuthorizationSpecification():
            return StoreDenied(f"{safe_url} refused the login.", _ROTATED)
        case pg.InsufficientPrivilege():
            return StoreDenied(f"This login may not read {_object(error)} in {safe_url}.", _GRANTS)
        case pg.InvalidCatalogName():
            return NotACheckpointStore(f"{safe_url} does not exist on that server.", _SETUP)
        case pg.UndefinedTable() | pg.UndefinedColumn() | pg.UndefinedFunction() | pg.InvalidSchemaName():
            return NotACheckpointStore(f"{safe_url} holds no complete set of LangGraph checkpoint tables.", _SETUP)
        case pg.UntranslatableCharacter():
            return StoreError(f"{safe_url} cannot hold this text.", "The database's encoding is not UTF-8.")
        case pg.QueryCanceled() | pg.IdleInTransactionSessionTimeout():
            return ReadTooLong(
                f"{safe_url} took longer than the read's time budget.",
                "The server is busy or the thread is very large. INSPECTOR_STATEMENT_TIMEOUT raises the budget.",
            )
        case pg.LockNotAvailable():
            return StoreTimeout(
                f"{safe_url}: another session has locked the checkpoint tables.",
                "A migration or VACUUM FULL does that. The page recovers by itself when it ends.",
            )
        case pg.SerializationFailure():
            return StoreTimeout(
                f"{safe_url} is a standby that ended the read to catch up with its primary.",
                "Try again, or raise max_standby_streaming_delay there.",
            )
        case psycopg.OperationalError() | psycopg.InterfaceError() if (error.sqlstate or "08")[:2] in _CONNECTION:
            return _explain_connection(error, safe_url)
        case _:
            kind = type(error).__name__
            return StoreError(f"{safe_url} answered with an error ({kind}).", "The dashboard's log has the details.")


def _explain_connection(error: psycopg.Error, safe_url: str) -> StoreError:
    """libpq reports a failed connection attempt as text without an error code, so the text is all there is."""
    text = str(error).lower()
    if "password authentication failed" in text or "no password supplied" in text or "no pg_hba.conf entry" in text:
        return StoreDenied(f"{safe_url} refused the login.", _ROTATED)
    if "permission denied for database" in text:
        return StoreDenied(f"{safe_url} does not let this login connect.", _GRANTS)
    if "role" in text and "does not exist" in text:
        return StoreDenied(f"{safe_url}: that role does not exist on the server.", "Check the user in the store's URL.")
    if "database" in text and "does not exist" in text:
        return NotACheckpointStore(f"{safe_url} does not exist on that server.", _SETUP)
    if "too many connections for" in text:
        return StoreUnreachable(
            f"{safe_url}: this login or database has used up its connection limit.",
            "Another dashboard may use the same login. ALTER ROLE … CONNECTION LIMIT raises it.",
        )
    if "too many clients" in text or "remaining connection slots" in text:
        return StoreUnreachable(
            f"{safe_url} has no free connection left.",
            "Something opens a connection per request: look for savers built inside request handlers.",
        )
    if "could not translate host name" in text or "failed to resolve host" in text:
        return StoreUnreachable(f"{safe_url}: no such host name.", "Check the host in the store's URL.")
    if "ssl" in text or "certificate" in text:
        return StoreUnreachable(
            f"{safe_url}: no encrypted connection could be agreed on.",
            "Check sslmode and sslrootcert in the store's URL, and whether the server's certificate has expired.",
        )
    if "starting up" in text or "shutting down" in text or "recovery mode" in text:
        return StoreUnreachable(f"{safe_url} is starting or stopping.", "The page recovers by itself.")
    if "timeout" in text or "timed out" in text:
        return StoreUnreachable(f"{safe_url} did not answer in time.")
    return StoreUnreachable(f"{safe_url} cannot be reached.")


def _object(error: psycopg.Error) -> str:
    """The table that was refused: the server names it in its message, 'permission denied for table X'."""
    primary = error.diag.message_primary or ""
    name = primary.rpartition(" for ")[2]
    return name if name and len(name) < 100 else "the checkpoint tables"


def is_kept_back(error: StoreError) -> bool:
    """Whether a managed server refused what only tells of the server itself, as where its log ends."""
    refusals = (
        psycopg.errors.FeatureNotSupported,
        psycopg.errors.InsufficientPrivilege,
        psycopg.errors.ObjectNotInPrerequisiteState,
    )
    return isinstance(error.__cause__, refusals) and not isinstance(error, NotACheckpointStore)
