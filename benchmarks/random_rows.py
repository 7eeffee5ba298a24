"""What an index holds of generated traffic: written by its own writers, as in a pass, or made by the same functions and
left unwritten, which is much faster."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from benchmarks.random_traffic import Told, Traffic
from benchmarks.rows import id_of
from inspector.doctor.case import Case
from inspector.index.entries import known_of, write_entries
from inspector.index.lease import lease_of
from inspector.index.missed import tell_row
from inspector.index.queries import Moment, Row
from inspector.index.reads import write_reads
from inspector.index.workers import Asked, Sum
from inspector.models import StoreEntry, ThreadEntry, ThreadWorker
from inspector.reader import Reader, ThreadSummary
from inspector.stores.base import ThreadRow
from inspector.stores.postgres import PostgresStore

#: Checkpoints of one turn of a graph with one node: its input, the node's, and the one that takes it in.
TURN = 3
#: When the traffic begins.
BEGAN = datetime(2026, 11, 2, 9, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Nobody asks it anything.
_NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"


def written_case(traffic: Traffic, *, reads: bool, owners: bool) -> Case:
    """A case as of now by the traffic's clock, whose index holds all threads so far. `reads` as probes report them."""
    now = at(traffic.now)
    entry = StoreEntry.objects.create(name=f"site-{uuid4()}")
    told = list(traffic.threads.values())
    with lease_of(entry) as lease:
        write_entries(lease, [], [summary_of(thread, owners=owners) for thread in told], now)
        if reads:
            with lease.writing() as held:
                write_reads(held, {thread.thread_id: _asked(thread) for thread in told}, ())
    return _case(entry, now)


def quick_case(traffic: Traffic, entry: StoreEntry, *, reads: bool, owners: bool) -> Case:
    """The same with all rows at hand instead of in the index; of `entry` the index holds nothing."""
    now = at(traffic.now)
    case = _case(entry, now)
    rows = [_row(entry, number, thread, now, reads=reads, owners=owners) for number, thread in _numbered(traffic)]
    rows.sort(key=lambda row: (row.entry.last_at, row.entry.pk), reverse=True)
    vars(case)["newest"] = vars(case)["begun"] = tuple(rows)
    return case


def _case(entry: StoreEntry, now: datetime) -> Case:
    return Case(Reader(PostgresStore(entry.name, _NOWHERE)), entry, Moment(now, 1800.0))


def _numbered(traffic: Traffic) -> Iterator[tuple[int, Told]]:
    return enumerate(traffic.threads.values(), 1)


def _row(entry: StoreEntry, number: int, thread: Told, now: datetime, *, reads: bool, owners: bool) -> Row:
    known = known_of(entry, summary_of(thread, owners=owners), now)
    workers = dict(known.workers)
    row = known.row
    if reads:
        asked = _asked(thread)
        row = tell_row(row, asked)
        for host, told in asked.hosts.items():
            workers[host] = workers[host]._replace(reads=told.reads, misses=told.misses, reported=told.reported)
    made = [ThreadWorker(hostname=host, **did._asdict()) for host, did in workers.items()]
    return Row(ThreadEntry(*row._replace(id=number)), tuple(made))


def summary_of(thread: Told, *, owners: bool, graph: str = "") -> ThreadSummary:
    last = id_of(_key(thread), _microseconds(thread.last_at), TURN * thread.turns - 2)
    row = ThreadRow(
        thread_id=thread.thread_id,
        turns=thread.turns,
        turns_is_lower_bound=False,
        checkpoints=TURN * thread.turns,
        writes=TURN * thread.turns,
        namespaces=1,
        last_checkpoint_id=last,
        first_root_id=id_of(_key(thread), _microseconds(thread.first_at), -1),
        last_root_id=last,
        siblings=False,
        clock_skew=False,
        rebuilt_values=False,
        hosts={host: TURN * turns for host, turns in thread.by_host.items()},
        metadata={"user_id": thread.owner} if owners else {},
        head=None,
    )
    owner = thread.owner if owners else ""
    return ThreadSummary(row, "complete", (), at(thread.first_at), at(thread.last_at), owner, graph)


def _asked(thread: Told) -> Asked:
    """One read before each turn; the first of all found nothing."""
    hosts = {host: Sum(turns, thread.misses.get(host, 0), TURN * turns, "") for host, turns in thread.by_host.items()}
    return Asked(
        hosts=hosts,
        reads=thread.turns,
        misses=sum(thread.misses.values()),
        first_at=at(thread.first_at),
        last_at=at(thread.last_at),
        last_miss_at=at(thread.last_miss_at),
        elsewhere_at=None,
        in_vain=False,
    )


def _key(thread: Told) -> int:
    return zlib.crc32(thread.thread_id.encode())


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def _microseconds(seconds: float) -> int:
    return (at(seconds) - _EPOCH) // timedelta(microseconds=1)
