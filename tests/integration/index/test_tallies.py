"""The tallies equal a count of all rows after whatever changes rows, in any order: sequences of chance, the same each
time."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from inspector.index.entries import write_entries
from inspector.index.lease import Lease, LeaseTaken, lease_of
from inspector.index.marking import is_marked, mark_rows
from inspector.index.reads import forget_old, forget_reads, write_reads
from inspector.index.recount import recount
from inspector.index.rows import Did, EntryRow
from inspector.index.tallies import COLUMNS, HOSTS, STATE_COLUMNS, hosts_of, read_tally
from inspector.index.workers import Asked, Sum
from inspector.models import HostTally, HourTally, Mute, StoreEntry, StoreTally, ThreadEntry, ThreadWorker
from inspector.reader import ThreadSummary
from inspector.stores.base import ThreadRow
from tests.integration.index.tallied import assert_marks_are_right, assert_tallies_are_right

SEEDS = int(os.environ.get("TEST_TALLY_SEEDS", "15"))  # more by hand, after a change in what a thread counts as
STEPS = 12
PATTERNS = (
    ("id", "user-*"),
    ("id", "????????-*"),
    ("owner", "ada"),
    ("host", "web-?"),
    ("host", "ö"),
    ("graph", "s*t"),
)
NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)


class Sequence:
    """Everything that changes rows of one store, by chance; and what they should say of the stored ones."""

    def __init__(self, lease: Lease, seed: int) -> None:
        self.chance = random.Random(seed)
        self.lease = lease
        self.truth: dict[str, ThreadSummary] = {}
        self.now = NOW
        uuids = [str(UUID(int=self.chance.getrandbits(128), version=4)) for _ in range(6)]
        self.ids = [*uuids, *(f"user-{number}" for number in range(6)), "ein Thread, ü", "x" * 300]

    def act(self) -> str:
        actions = {self.write: 6, self.read: 5, self.settle: 1, self.forget: 1, self.forget_old: 1, self.recount: 1}
        actions |= {self.mute: 2, self.undo: 1, self.wait: 1, self.mark: 3}
        (action,) = self.chance.choices(list(actions), weights=list(actions.values()))
        action()
        return action.__name__

    def write(self) -> None:
        """Of what is asked for, some is not there; what was found stays as it is, or not."""
        asked = self._some()
        here = [thread_id for thread_id in asked if self.chance.random() < 0.7]
        same = [self.truth[thread_id] for thread_id in here if thread_id in self.truth and self.chance.random() < 0.4]
        new = [self._summary(thread_id) for thread_id in here if thread_id not in {one.row.thread_id for one in same}]
        for thread_id in asked:
            self.truth.pop(thread_id, None)
        self.truth |= {one.row.thread_id: one for one in [*same, *new]}
        listed = asked if self.chance.random() < 0.7 else [one for one in asked if one not in here]
        before = set(ThreadEntry.objects.filter(store=self.lease.entry).values_list("thread_id", flat=True))
        removed = write_entries(self.lease, listed, [*same, *new], self.now)
        assert removed == len(before & set(asked) - set(here))

    def read(self) -> None:
        asked = {one: self._asked() if self.chance.random() < 0.8 else None for one in self._some()}
        with self.lease.writing():
            write_reads(self.lease.entry, asked, [one for one in asked if self.chance.random() < 0.1])

    def settle(self) -> None:
        gone = ThreadEntry.every.filter(store=self.lease.entry, stored=False)
        with self.lease.writing():
            write_reads(self.lease.entry, dict.fromkeys(gone.values_list("thread_id", flat=True)), [])

    def forget(self) -> None:
        with self.lease.writing():
            forget_reads(self.lease.entry)
        entries = ThreadEntry.every.filter(store=self.lease.entry)
        assert not entries.exclude(stored=True, reads=None, misses=None, missed=0).exists()
        told = ThreadWorker.objects.filter(thread__store=self.lease.entry)
        assert not told.exclude(reads=None, misses=None, reported=None, elsewhere="").exists()

    def forget_old(self) -> None:
        with self.lease.writing():
            forget_old(self.lease.entry)

    def recount(self) -> None:
        recount(self.lease)

    def mute(self) -> None:
        what, pattern = self.chance.choice(PATTERNS)
        ends = self.now + timedelta(minutes=self.chance.choice([5, 60])) if self._flag() else None
        entry = self.lease.entry
        Mute.objects.create(store=entry, what=what, pattern=pattern, reason="", made_at=self.now, ends_at=ends)

    def undo(self) -> None:
        lasting = Mute.objects.filter(store=self.lease.entry, undone_at=None).order_by("pk")
        if lasting:
            Mute.objects.filter(pk=self.chance.choice(lasting).pk).update(undone_at=self.now)

    def wait(self) -> None:
        self.now += timedelta(minutes=10)

    def mark(self) -> None:
        """To the end, or not."""
        mark_rows(self.lease, self.now, budget=self.chance.choice([0.0, None]), sleep=lambda _: None)

    def check(self) -> None:
        assert_tallies_are_right(self.lease.entry)
        self.lease.entry.refresh_from_db(fields=["muted_by"])
        if is_marked(self.lease.entry, self.now):
            assert_marks_are_right(self.lease.entry, self.now)
        entries = {entry.thread_id: entry for entry in ThreadEntry.objects.filter(store=self.lease.entry)}
        assert entries.keys() == self.truth.keys()
        for thread_id, summary in self.truth.items():
            entry, row = entries[thread_id], summary.row
            assert (entry.turns, entry.checkpoints, entry.writes) == (row.turns, row.checkpoints, row.writes)
            assert (entry.state, entry.owner, entry.metadata) == (summary.state, summary.owner, row.metadata)
            assert (entry.first_at, entry.last_at) == (summary.first_at, summary.last_at)
            wrote = {worker.hostname: worker.writes for worker in entry.workers.all() if worker.writes}
            assert wrote == row.hosts

    def _some(self) -> list[str]:
        return self.chance.sample(self.ids, self.chance.randint(1, len(self.ids)))

    def _flag(self) -> bool:
        return self.chance.random() < 0.3

    def _summary(self, thread_id: str) -> ThreadSummary:
        hosts = {host: self.chance.randint(1, 4) for host in self.chance.sample(["", "web-1", "web-2", "ö"], 2)}
        if self._flag():
            hosts = {}
        first = NOW - timedelta(minutes=self.chance.choice([0, 29, 31, 300, 100_000]), microseconds=7)
        last = first + timedelta(seconds=self.chance.choice([0, 1, 4000]))
        row = ThreadRow(
            thread_id=thread_id,
            turns=self.chance.choice([0, 1, 1, 1, 5]),
            turns_is_lower_bound=self._flag(),
            checkpoints=self.chance.randint(1, 9),
            writes=self.chance.randint(0, 9),
            namespaces=1,
            last_checkpoint_id=f"1ef{self.chance.random()}",
            first_root_id="1ee",
            last_root_id="1ef",
            siblings=self._flag(),
            clock_skew=self._flag(),
            rebuilt_values=self._flag(),
            hosts=hosts,
            metadata=self.chance.choice([{}, {"user_id": "ä", "at": [1, None, {"deep": 2.5}]}]),
            head=None,
        )
        state = self.chance.choice(["complete", "interrupted", "failed", "unfinished"])
        return ThreadSummary(
            row, state, (), first, last, self.chance.choice(["", "ada"]), self.chance.choice(["", "support"])
        )

    def _asked(self) -> Asked:
        hosts = {}
        for hostname in self.chance.sample(["web-1", "web-2", "web-9"], self.chance.randint(1, 3)):
            reads = self.chance.choice([0, 1, 4, 2**61])  # a ledger may say anything
            reported = self.chance.choice([0, 0, 3])
            hosts[hostname] = Sum(reads, self.chance.choice([0, reads]), reported, self.chance.choice(["", "memory"]))
        missed = NOW - timedelta(hours=self.chance.choice([0, 1, 2000]))
        misses = sum(one.misses for one in hosts.values())
        last = datetime.now(UTC) - timedelta(days=self.chance.choice([0, 29, 31]))
        return Asked(
            hosts=hosts,
            reads=sum(one.reads for one in hosts.values()),
            misses=misses,
            first_at=last - timedelta(hours=1),
            last_at=last,
            last_miss_at=missed if misses else None,
            elsewhere_at=missed if self._flag() else None,
            in_vain=not self._flag(),
        )


def test_the_tallies_equal_the_rows_after_every_step(either_index: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.index.marking._BATCH", 3)
    for seed in range(SEEDS):
        done = []
        with lease_of(StoreEntry.objects.create(name=f"store {seed}")) as lease:
            sequence = Sequence(lease, seed)
            for _ in range(STEPS):
                done.append(sequence.act())
                try:
                    sequence.check()
                except AssertionError as error:
                    raise AssertionError(f"seed {seed}: {done}") from error
    for store in StoreEntry.objects.all():  # none has touched another's
        assert_tallies_are_right(store)


def test_a_store_without_threads_has_zeros_and_no_rows(either_index: str) -> None:
    with lease_of(StoreEntry.objects.create(name="store")) as lease:
        sequence = Sequence(lease, 1)
        assert {getattr(read_tally(lease.entry), name) for name in COLUMNS} == {0}
        assert {getattr(read_tally(lease.entry, "web-1"), name) for name in COLUMNS} == {0}
        write_entries(lease, [], [sequence._summary(thread_id) for thread_id in sequence.ids], NOW)
        assert read_tally(lease.entry).threads == len(sequence.ids)
        assert hosts_of(lease.entry) == ["", "web-1", "web-2", "ö"]
        assert write_entries(lease, sequence.ids, [], NOW) == len(sequence.ids)
        assert hosts_of(lease.entry) == []
        assert not StoreTally.objects.exists()
        assert not HostTally.objects.exists()
        assert not HourTally.objects.exists()


def test_a_list_of_hosts_ends_somewhere(either_index: str) -> None:
    with lease_of(StoreEntry.objects.create(name="store")) as lease:
        summary = Sequence(lease, 1)._summary("one")
        hosts = {f"pod-{number:04}": 1 for number in range(HOSTS + 20)}
        write_entries(lease, [], [replace(summary, row=replace(summary.row, hosts=hosts))], NOW)
        assert hosts_of(lease.entry) == sorted(hosts)[:HOSTS]
        assert read_tally(lease.entry, f"pod-{HOSTS + 9:04}").checkpoints == 1


def test_a_deleted_store_leaves_no_tally(either_index: str) -> None:
    entry = StoreEntry.objects.create(name="store")
    with lease_of(entry) as lease:
        write_entries(lease, [], [Sequence(lease, 1)._summary("one")], NOW)
    entry.delete()
    assert [model._base_manager.count() for model in (StoreTally, HostTally, HourTally, ThreadWorker)] == [0] * 4


def test_who_lost_the_lease_writes_nothing(either_index: str) -> None:
    with lease_of(StoreEntry.objects.create(name="store")) as lease:
        summary = Sequence(lease, 1)._summary("one")
        StoreEntry.objects.update(lease="another:1:x")
        with pytest.raises(LeaseTaken):
            write_entries(lease, [], [summary], NOW)
    assert not ThreadEntry.every.exists()


def test_rows_hold_every_column_of_the_models() -> None:
    of_worker = {field.attname for field in ThreadWorker._meta.concrete_fields}
    assert of_worker == {"id", "store_id", "stored", "last_at", "thread_id", "hostname", *Did._fields}
    assert ThreadEntry(*range(len(EntryRow._fields))).verified_at == EntryRow._fields.index("verified_at")
    assert {*STATE_COLUMNS.values()} <= set(COLUMNS)
