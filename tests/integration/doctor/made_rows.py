"""Threads put into an index by its own writers, as a pass and a fold would, without a store behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from inspector.doctor.case import Case
from inspector.doctor.mutes import Mutes
from inspector.index.entries import write_entries
from inspector.index.lease import lease_of
from inspector.index.queries import Moment
from inspector.index.reads import write_reads
from inspector.index.workers import Asked, Sum
from inspector.models import StoreEntry
from inspector.reader import Reader, ThreadSummary
from inspector.stores.base import ThreadRow
from inspector.stores.postgres import PostgresStore
from tests.integration.doctor.made import DOWN, NOW


@dataclass(frozen=True)
class Made:
    """A thread, `ago` in seconds. Without `hosts` it is not stored. `asked` are reads by host, all in vain."""

    thread_id: str
    hosts: Mapping[str, int] = field(default_factory=dict)
    owner: str = ""
    turns: int = 1
    ago: float = 3_600
    asked: Mapping[str, int] = field(default_factory=dict)

    @property
    def at(self) -> datetime:
        return NOW - timedelta(seconds=self.ago)


def case_with(*threads: Made, mutes: Mutes | None = None, name: str = "store") -> Case:
    entry = StoreEntry.objects.create(name=name)
    with lease_of(entry) as lease:
        write_entries(lease, [], [_summary(thread) for thread in threads if thread.hosts], NOW)
        with lease.writing() as held:
            write_reads(held, {thread.thread_id: _asked(thread) for thread in threads if thread.asked}, ())
    return Case(Reader(PostgresStore(name, DOWN)), entry, Moment(NOW, 1800), mutes or Mutes())


def conversations(number: int, *, form: str = "conv-{}", hosts: Sequence[str] = ("web-1",)) -> list[Made]:
    return [Made(form.format(n), dict.fromkeys(hosts, 6), turns=2) for n in range(number)]


def _summary(thread: Made) -> ThreadSummary:
    row = ThreadRow(
        thread_id=thread.thread_id,
        turns=thread.turns,
        turns_is_lower_bound=False,
        checkpoints=sum(thread.hosts.values()),
        writes=0,
        namespaces=1,
        last_checkpoint_id="1",
        first_root_id="1",
        last_root_id="1",
        siblings=False,
        clock_skew=False,
        rebuilt_values=False,
        hosts=thread.hosts,
        metadata={"user_id": thread.owner} if thread.owner else {},
        head=None,
    )
    return ThreadSummary(row, "complete", (), thread.at, thread.at, thread.owner, graph="")


def _asked(thread: Made) -> Asked:
    times = sum(thread.asked.values())
    return Asked(
        hosts={host: Sum(reads, reads, 0, "") for host, reads in thread.asked.items()},
        reads=times,
        misses=times,
        first_at=thread.at,
        last_at=thread.at,
        last_miss_at=thread.at,
        elsewhere_at=None,
        in_vain=True,
    )
