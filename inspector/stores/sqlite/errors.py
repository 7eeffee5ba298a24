"""SQLite's errors as sentences: what happened, and what to do about it."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from inspector.errors import (
    NotACheckpointStore,
    ReadTooLong,
    StoreDenied,
    StoreError,
    StoreTimeout,
    StoreUnreachable,
)

#: Files that cannot be opened, or not as they would have to be.
_REFUSED = ("CANTOPEN", "PERM", "READONLY", "AUTH")


def is_refused(error: sqlite3.Error) -> bool:
    """Whether a file beside the database was missing, or could not be opened."""
    return _family(error) in _REFUSED


def explain(error: sqlite3.Error | None, safe_url: str, path: Path | None = None) -> StoreError:
    """Without an error, that the time is up."""
    name = _name(error) if error is not None else ""
    if path is not None and path.is_dir():
        return NotACheckpointStore(f"{safe_url} is a directory.", "The store's URL names the file in it.")
    family = _family(error)
    if family in _REFUSED:
        return _explain_opening(safe_url, path)
    match family:
        case "INTERRUPT":
            return ReadTooLong(
                f"{safe_url} took longer than the read's time budget.",
                "The disk is busy or the thread is very large. INSPECTOR_STATEMENT_TIMEOUT raises the budget.",
            )
        case "BUSY" | "LOCKED":
            return StoreTimeout(f"{safe_url} is locked by another process.", "The page recovers by itself.")
        case "NOTADB":
            return NotACheckpointStore(f"{safe_url} is no SQLite database, or an encrypted one.", "Check the path.")
        case "CORRUPT":
            return StoreError(
                f"{safe_url} is damaged.",
                "`sqlite3 FILE 'pragma integrity_check'` says where, and `.recover` copies what can be saved.",
            )
        case "IOERR" | "PROTOCOL" | "NOLFS":
            return StoreUnreachable(f"{safe_url} cannot be read from its disk ({name}).", "Check the disk it is on.")
        case "TOOBIG" | "NOMEM":
            return StoreError(f"{safe_url} holds a value that is too large to read ({name}).")
    return StoreError(f"{safe_url} answered with an error ({name or type(error).__name__}).")


def _name(error: sqlite3.Error) -> str:
    return str(getattr(error, "sqlite_errorname", ""))


def _family(error: sqlite3.Error | None) -> str:
    """The error's name without what follows: CANTOPEN of SQLITE_CANTOPEN_ISDIR. Without an error, INTERRUPT."""
    return "".join(_name(error).split("_")[1:2]) if error is not None else "INTERRUPT"


def _explain_opening(safe_url: str, path: Path | None) -> StoreError:
    if path is not None and not os.access(path, os.R_OK):
        return StoreDenied(f"This login may not read {safe_url}.", "Make the file readable for it.")
    return StoreUnreachable(
        f"{safe_url} cannot be opened.",
        "While workers write, SQLite keeps two files beside it, ending in -wal and -shm, which every reader must be "
        "able to read too. If one is missing, as in a copy, a worker that opens the database once makes it anew.",
    )
