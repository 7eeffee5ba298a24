"""The contract of a store that can be followed: all threads are read one after the other, and then what is new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from inspector.stores.base import CheckpointStore, ThreadRow


@dataclass(frozen=True, slots=True)
class Scan:
    """Some threads that follow each other in the store's own order. `last` is where to go on, "" at the end."""

    threads: tuple[ThreadRow, ...]
    last: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What became of a store since an earlier position, as far as a short look tells.

    `checkpoints` and `writes` are rows that the server has counted as inserted and not deleted: they move as the tables
    do, up to a constant, and some seconds late. None where it does not count. `compare` is a word for why rows may
    have come or gone that neither a look nor `search_changes` can find, "" where none may.
    """

    position: str  #: to be handed over the next time, opaque
    thread_ids: tuple[str, ...]  #: where rows were found that are newer than the earlier position
    checkpoints: int | None
    writes: int | None
    still: bool  #: the counters have not moved for so long that they are final for all that is visible
    compare: str


@runtime_checkable
class FollowedStore(CheckpointStore, Protocol):
    """A store whose threads can be read one after the other, and whose changes are found without listing them all.

    Each call is one short read.
    """

    def scan_threads(self, after: str, *, checkpoints: int, host_keys: Sequence[str]) -> Scan:
        """The threads after `after` ("" from the first), whole ones of about so many checkpoints together. Raises
        `ReadTooLong` where even they take longer than the time budget."""
        ...

    def read_next(self, after: str) -> str:
        """The id of the first thread after `after`, "" where there is none: to pass one by that cannot be read."""
        ...

    def read_extent(self) -> int | None:
        """About how many checkpoints there are, by the server's estimate."""
        ...

    def read_changes(self, since: str) -> Changes:
        """`since` is an earlier position, "" for none: then no thread is named and `compare` says so."""
        ...

    def search_changes(self, since: str) -> list[str]:
        """Ids of threads with checkpoints or writes whose ids were made after the position, or shortly before it:
        every thread with such rows, wherever they lie. Goes through an index of all rows."""
        ...
