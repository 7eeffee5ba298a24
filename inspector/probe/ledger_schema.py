"""What the probe writes into a ledger and the dashboard reads from it: the records, their JSON, their names.

Both sides import this module and nothing else of each other. Standard library only: it runs in other people's workers.

A ledger holds one row a worker (one process), replaced at every flush, and one row of counters for each (thread,
worker, place), added to. Counters travel in numbered batches, and a ledger remembers the last number of each worker, so
a batch that is sent twice, because its first answer was lost, counts once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

#: Kept in every worker's report. Readers skip reports of a version they do not know.
VERSION = 1
#: The newest root reads of each (thread, worker, place) are kept one by one, to show them between the checkpoints.
RECENT_READS = 32
#: Rows that nothing was added to for so long may be removed (seconds).
KEEP_SECONDS = 30 * 86_400.0
#: A worker that was not heard of for so long (seconds) is taken to be gone: many pauses between two reports.
SILENT_SECONDS = 60.0

#: Postgres and SQLite tables, in the schema where the writer's connection creates tables.
WORKERS_TABLE = "inspector_workers"
COUNTS_TABLE = "inspector_counts"
ERRORS_TABLE = "inspector_errors"
#: Begins every key of a Redis ledger. No key of a LangGraph saver begins so.
REDIS_PREFIX = "inspector:"

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def thread_key(thread_id: str) -> str:
    """32 hexadecimal digits that stand for a thread_id: ids may be too long for an index. An id and its `storable` form
    have the same key, so what a ledger tells of a thread leads back to it."""
    return hashlib.sha256(storable(thread_id).encode()).hexdigest()[:32]


def storable(text: str) -> str:
    """The text as every ledger can hold it: NUL and lone surrogates become U+FFFD."""
    if text.isascii() and "\0" not in text:  # as nearly always, and much faster to see than to replace
        return text
    return _UNSTORABLE.sub("\ufffd", text)


@dataclass(frozen=True, slots=True)
class Place:
    """One place where a worker's checkpoints go, and the savers that lead there. `slot` numbers a worker's places."""

    slot: int
    saver: str  #: class of the first saver, with its module: "langgraph.checkpoint.postgres.PostgresSaver"
    kind: str  #: "postgres", "redis", "sqlite", "memory" (ends with the process) or "other"
    identities: tuple[str, ...]  #: names of the data reached, as below. Two places that share one are the same
    where: str  #: for people, never with a password: "postgresql://app@db:5432/orders", "this process's memory"
    savers: int = 0  #: saver objects that were watched


@dataclass(frozen=True, slots=True)
class WorkerReport:
    """One process, as it was at `seen_at`. Every figure counts from `started_at` on, and what was `dropped` too. Times
    are seconds since 1970 by the worker's own clock."""

    worker_id: str  #: 32 hexadecimal digits, new for each process, for a forked one too
    hostname: str
    pid: int
    started_at: float  #: when the probe began in this process
    seen_at: float
    ended: bool = False  #: said goodbye; one that did not was killed, or is cut off from the ledger
    program: str = ""  #: how it was started, without arguments: "gunicorn", "celery", "worker.py"
    versions: Mapping[str, str] = field(default_factory=dict)  #: by distribution, "python" too
    places: tuple[Place, ...] = ()
    hooked: bool = False  #: `install()` was called: compiles and invocations are counted
    stamps: bool = True  #: writes `worker_hostname` into the metadata of new checkpoints
    compiles: int = 0
    compiles_unsaved: int = 0  #: without a checkpointer; right for subgraphs
    invocations: int = 0  #: of root graphs
    invocations_unsaved: int = 0  #: of root graphs with a thread_id and without a checkpointer: nothing is kept of them
    reads: int = 0
    misses: int = 0
    checkpoints: int = 0
    writes: int = 0
    sync_calls: int = 0
    async_calls: int = 0
    open_calls: int = 0  #: begun and not ended by now
    loop_mismatches: int = 0  #: async calls in another event loop than the one the saver belongs to
    exceptions: Mapping[str, int] = field(default_factory=dict)  #: by what `name_error` makes of them
    dropped: Mapping[str, int] = field(default_factory=dict)  #: `reads`, `checkpoints`, `writes` that are in no counter
    version: int = VERSION

    def to_json(self) -> dict[str, Any]:
        """Not by `dataclasses.asdict`, which copies every value deeply: it is made at every flush."""
        data = {name: getattr(self, name) for name in _REPORT}
        data["places"] = [{name: getattr(place, name) for name in _PLACE} for place in self.places]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> WorkerReport:
        """Raises `ValueError` for what no probe of this version wrote. Fields this version does not know are left."""
        if not isinstance(data, Mapping) or data.get("version") != VERSION:
            raise ValueError("not a report of this version")
        try:
            places = tuple(_place(place) for place in data.get("places", ()))
            known = {name: data[name] for name in _REPORT if name in data and name != "places"}
            return cls(**known, places=places)
        except (KeyError, TypeError) as error:
            raise ValueError("not a report of this version") from error


def _place(data: Mapping[str, Any]) -> Place:
    return Place(**{**{name: data[name] for name in _PLACE}, "identities": tuple(data["identities"])})


_PLACE = tuple(Place.__dataclass_fields__)
_REPORT = tuple(WorkerReport.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Read:
    """One read of a thread's root namespace. `found` is the checkpoint's id, "" for a miss."""

    at: float  #: seconds since 1970
    found: str

    def to_text(self) -> str:
        return f"{self.at:.6f} {self.found}"

    @classmethod
    def from_text(cls, text: str) -> Read:
        """Raises `ValueError`."""
        at, _, found = text.partition(" ")
        return cls(float(at), found)


@dataclass(frozen=True, slots=True)
class ThreadCounts:
    """What one worker did to one thread in one place since the batch before.

    Reads and misses are those of the root namespace: a subgraph is read along with it, and one without a memory of its
    own misses every time. Checkpoints and writes are those of all namespaces.
    """

    thread_id: str
    slot: int
    first_at: float
    last_at: float
    reads: int = 0
    misses: int = 0  #: reads that found no checkpoint
    checkpoints: int = 0  #: put
    writes: int = 0  #: pending writes put, counted in rows
    last_read_at: float | None = None
    last_miss_at: float | None = None
    errors: Mapping[str, int] = field(default_factory=dict)  #: by what `name_error` makes of them
    recent: tuple[Read, ...] = ()  #: oldest first, at most `RECENT_READS`


@dataclass(frozen=True, slots=True)
class Batch:
    """What one worker sends at once. `number` counts from 1 on and never repeats for a worker; a batch that is sent
    again holds the same counts, and a newer report perhaps."""

    number: int
    report: WorkerReport
    counts: tuple[ThreadCounts, ...] = ()


class Refused(Exception):
    """The ledger has looked, does not have the batch's number, and has answered that it cannot hold these counts: a
    value out of its range or in no form it knows. It kept nothing of the batch, and never will. So this tells also what
    became of earlier attempts: none of them was written, and one that is still under way is refused alike."""


class Ledger(Protocol):
    """Where batches go. Used by one thread of one process at a time. Opens nothing until the first call."""

    def write(self, batch: Batch) -> None:
        """All of it or nothing. A batch number that this worker has written before, or a lower one, adds no counts and
        still replaces its report. Creates what is missing where it may. Raises `Refused`, or whatever else went wrong:
        then nobody knows what became of it, and the same batch comes again. Gives up within about five seconds."""
        ...

    def prune(self, before: float) -> bool:
        """Removes rows that nothing was added to since `before` (seconds since 1970), a bounded number a call. Whether
        there may be more of them."""
        ...

    def close(self) -> None: ...

    def before_fork(self) -> None:
        """In a process that is about to fork, between two batches: lets go of what a child must not inherit."""
        ...

    def forget(self) -> None:
        """In a forked child: lets go of what belongs to the parent without touching its connection."""
        ...


#: What a Postgres server says of itself. `system` needs a right that some providers take away, so it is asked for only
#: where the first query allows it; the other is known to everyone and changes when the server restarts. Both are kept:
#: whoever shares one of them is at the same data.
POSTGRES_MAY_ASK_SYSTEM = "SELECT has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE')"
POSTGRES_SYSTEM = "SELECT system_identifier::text FROM pg_catalog.pg_control_system()"
POSTGRES_START = "SELECT extract(epoch FROM pg_catalog.pg_postmaster_start_time())::text"


def postgres_identities(system: str, start: str, database: str, schema: str) -> tuple[str, ...]:
    """`system` and `start` as the queries above answer, "" where not known; `schema` is the one of the tables."""
    names = (f"postgres:system:{system}" if system else "", f"postgres:start:{start}" if start else "")
    return tuple(f"{name}/{database}/{schema}" for name in names if name)


def redis_identities(run_id: str, database: int, prefix: str) -> tuple[str, ...]:
    """`run_id` is the server's, from INFO; it changes when the server restarts."""
    return (f"redis:{run_id}/{database}/{prefix}",) if run_id else ()


def sqlite_identities(device: int, inode: int) -> tuple[str, ...]:
    """Right within one machine; the numbers of a network file system may differ elsewhere."""
    return (f"sqlite:{device}:{inode}",)


def memory_identities(worker_id: str) -> tuple[str, ...]:
    """Nobody else reaches the memory of a process."""
    return (f"memory:{worker_id}",)
