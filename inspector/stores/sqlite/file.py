"""Opening a SQLite file without leaving a trace: no byte of it changes, and no file appears beside it.

A plain `mode=ro` does not keep that promise. On a database in WAL mode that nobody has open it makes the files `-wal`
and `-shm` and leaves them there, owned by whoever runs the dashboard, and workers under another login can then open
neither. So the way in depends on what lies beside the file:

* a log: somebody writes, or was killed. The log's index is opened for reading only (`readonly_shm`).
* a rollback journal: somebody writes in another mode. Locks keep us apart.
* neither: nobody writes. The file is read as one that does not change (`immutable`), without locks, and looked at again
  afterwards: where it did change after all, the answer is thrown away.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from inspector.errors import StoreError, StoreTimeout, StoreUnreachable
from inspector.stores.guard import Limits, within_deadline
from inspector.stores.sqlite.changes import TICK, State, let_rest, state_of
from inspector.stores.sqlite.errors import explain, is_refused
from inspector.stores.work import asking

Answer = TypeVar("Answer")
#: Instructions of SQLite's machine between two looks at the clock: well below a millisecond.
_INSTRUCTIONS = 10_000
#: How often a question is asked again whose answer came from a file that changed meanwhile.
_ATTEMPTS = 3


class Changed(StoreTimeout):
    """The file changed while it was read as one that does not."""


class Clock:
    """When a read has to end. `look` comes by in every loop of our own that can be long."""

    def __init__(self, seconds: float, safe_url: str) -> None:
        self._until = time.monotonic() + seconds
        self._safe_url = safe_url

    @property
    def is_over(self) -> bool:
        return time.monotonic() > self._until

    def look(self) -> None:
        """Raises `ReadTooLong`."""
        if self.is_over:
            raise explain(None, self._safe_url)

    def name(self, module: str, name: str) -> None:
        """As `msgpack_format.Watch` has it: classes that values name are nobody's business here."""


@dataclass(frozen=True, slots=True)
class Session:
    """One snapshot of the file, for reading only."""

    connection: sqlite3.Connection
    clock: Clock
    locked: bool  #: whether readers and writers keep each other out, or know of each other: not so on a file at rest


class SqliteFile:
    """One file, opened anew for each read, so that one that was replaced is noticed. Safe to share between threads."""

    def __init__(self, path: Path, *, safe_url: str, limits: Limits) -> None:
        self.path = path
        self._safe_url = safe_url
        self._limits = limits
        self._room = threading.BoundedSemaphore(limits.pool_size)

    def ask(self, question: Callable[[Session], Answer], *, seconds: float | None = None) -> Answer:
        """What `question` makes of the file. It may be asked more than once. Raises `StoreError`."""
        for _ in range(_ATTEMPTS - 1):
            try:
                with self.read(seconds=seconds) as session:
                    return question(session)
            except Changed:
                continue
        with self.read(seconds=seconds) as session:
            return question(session)

    @contextmanager
    def read(self, *, seconds: float | None = None) -> Iterator[Session]:
        """One snapshot, within a time budget. Raises `StoreError`; `Changed` at the end says that what was read in it
        is void."""
        seconds = within_deadline(seconds or self._limits.statement)
        clock = Clock(seconds, self._safe_url)
        if not self._room.acquire(timeout=seconds):
            raise StoreTimeout(f"{self._safe_url} is read by too many at once.", "The page recovers by itself.")
        try:
            with self._opened(clock) as (way, connection):
                try:
                    with asking(remote=False):
                        yield Session(connection, clock, not way.at_rest)
                except sqlite3.Error as error:
                    self._verify(way, error)
                    raise explain(error, self._safe_url, self.path) from error
                self._verify(way)
        finally:
            self._room.release()

    def status(self) -> os.stat_result:
        """Raises `StoreUnreachable` where there is no file."""
        try:
            return self.path.stat()
        except OSError as error:
            raise _missing(self._safe_url, error) from error

    def _real_path(self) -> Path:
        """SQLite looks for the log beside what a link leads to."""
        self.status()
        return self.path.resolve()

    @contextmanager
    def _opened(self, clock: Clock) -> Iterator[tuple[_Way, sqlite3.Connection]]:
        """Opened anew where a log's index was not there: it comes a moment after its log, and goes a moment before."""
        for last in (False, False, True):
            way = _way_in(self._real_path(), clock)
            try:
                connection = self._connect(way, clock)
            except sqlite3.Error as error:
                if last or not is_refused(error):
                    raise explain(error, self._safe_url, self.path) from error
                time.sleep(TICK)
            else:
                with closing(connection):
                    yield way, connection
                return

    def _connect(self, way: _Way, clock: Clock) -> sqlite3.Connection:
        """With a snapshot that has begun."""
        connection = sqlite3.connect(
            f"file:{quote(str(way.path))}?mode=ro{way.parameters}",
            uri=True,
            timeout=within_deadline(self._limits.lock),
            isolation_level=None,
        )
        try:
            connection.row_factory = sqlite3.Row
            connection.text_factory = _text
            connection.set_progress_handler(lambda: clock.is_over, _INSTRUCTIONS)
            connection.execute("pragma query_only = on")
            connection.execute("begin")
            connection.execute("select 1 from sqlite_master limit 1").fetchone()
        except BaseException:
            connection.close()
            raise
        return connection

    def _verify(self, way: _Way, cause: Exception | None = None) -> None:
        if way.at_rest and (state_of(way.path) != way.state or _size(f"{way.path}-journal") > 0):
            raise Changed(
                f"{self._safe_url} changed while it was read.", "A worker just began to write. Try again."
            ) from cause


@dataclass(frozen=True, slots=True)
class _Way:
    path: Path
    parameters: str
    at_rest: bool
    state: State = None  #: of a file at rest


def _way_in(path: Path, clock: Clock) -> _Way:
    """Raises `ReadTooLong` where the file never rests, as one that is written without a journal."""
    while True:
        way = _way_now(path)
        if not way.at_rest or let_rest([way.state]):
            return way
        clock.look()


def _way_now(path: Path) -> _Way:
    log = _size(f"{path}-wal")
    if log > 0 or (log == 0 and _size(f"{path}-shm") >= 0):  # an empty log alone was left behind by a careless reader
        return _Way(path, "&readonly_shm=1", at_rest=False)
    if _size(f"{path}-journal") > 0:
        return _Way(path, "", at_rest=False)
    return _Way(path, "&immutable=1", at_rest=True, state=state_of(path))


def _size(path: str) -> int:
    """-1 where there is no such file."""
    state = state_of(Path(path))
    return state[2] if state else -1


def _text(stored: bytes) -> str:
    """What another program stored may be no UTF-8."""
    return stored.decode("utf-8", "replace")


def _missing(safe_url: str, error: OSError) -> StoreError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return StoreUnreachable(
            f"{safe_url} does not exist.",
            "A worker makes the file when it first writes. Check the path: one that does not begin with a slash is "
            "looked for in the directory that the dashboard was started in.",
        )
    return StoreUnreachable(f"{safe_url} cannot be looked at ({type(error).__name__}).", "Check the file's directory.")
