"""A few hundred rows of the index, made at random and reproducibly, with many ties."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from inspector.demo.plays.hostile_thread_ids import HOSTILE
from inspector.index.entries import UNSTORED
from inspector.index.missed import rank_missed
from inspector.index.queries import STATES
from inspector.index.recount import count_rows
from inspector.index.tallies import read_tally
from inspector.models import ABSENT, HostTally, HourTally, StoreEntry, StoreTally, ThreadEntry, ThreadWorker

HOSTS = ("", "web-1", "web-2", 'host "x"', "100%_host")
GRAPHS = ("", "support", "b%b")
OWNERS = ("", "ada", "Ada", "b%b", "o'wner")


def fill(now: datetime, *, many: int = 300, seed: int = 1, name: str = "store") -> StoreEntry:
    """A store of `many` threads begun up to two weeks before `now`, for each tenth one of another store and one that
    was asked for and is not stored."""
    chance = random.Random(seed)
    store = StoreEntry.objects.create(name=name)
    other = StoreEntry.objects.create(name=f"{name}, another")
    ids = [*HOSTILE, "", "x" * 2000, "CASE", "case", "Ünï", "%", "_", "\\", "'", '"']
    ids += [f"thread-{chance.randrange(10**6)}-{number}" for number in range(many - len(ids))]
    chance.shuffle(ids)
    entries = [_entry(chance, store, thread_id, now) for thread_id in ids]
    entries += [_entry(chance, other, thread_id, now) for thread_id in ids[::10]]
    entries += [_absent(chance, store, f"asked-{number}", now) for number in range(many // 10)]
    add(chance, entries)
    return count(store)


def count(store: StoreEntry) -> StoreEntry:
    """Counts its rows anew, as whoever has changed them here has to."""
    for model in (StoreTally, HostTally, HourTally):
        model._base_manager.filter(store=store).delete()
    count_rows(store).write()
    StoreEntry.objects.filter(pk=store.pk).update(threads=read_tally(store).threads)
    store.refresh_from_db()
    return store


def more(store: StoreEntry, now: datetime, *, seed: int, many: int = 20) -> list[str]:
    """Rows that come while someone turns pages; their ids."""
    chance = random.Random(seed)
    ids = [f"{chance.choice(['', 'm', 'zz'])}new-{seed}-{number}" for number in range(many)]
    add(chance, [_entry(chance, store, thread_id, now) for thread_id in ids])
    count(store)
    return ids


def add(chance: random.Random, entries: list[ThreadEntry]) -> None:
    for entry in entries:
        entry.missed = rank_missed(entry)
        entry.one_turn = entry.turns == 1 and not entry.turns_is_lower_bound
        left = entry.stored and entry.one_turn and entry.state != "interrupted"
        entry.muted = left and chance.random() < 0.3
    created = ThreadEntry.every.bulk_create(entries)
    workers = [worker for entry in created for worker in _workers(chance, entry)]
    ThreadWorker.objects.bulk_create(workers)


def _workers(chance: random.Random, entry: ThreadEntry) -> list[ThreadWorker]:
    """Some hosts run the probe, some do not."""
    workers = []
    for host in chance.sample(HOSTS, chance.randint(0, 3)):
        worker = ThreadWorker(
            store=entry.store,
            stored=entry.stored,
            last_at=entry.last_at,
            thread=entry,
            hostname=host,
            writes=chance.choice([0, 1, 5]) if entry.stored else 0,
        )
        if chance.random() < 0.3 or not entry.stored:
            worker.reads, worker.misses = chance.randint(0, 4), chance.randint(0, 1)
            worker.reported, worker.elsewhere = chance.choice([0, 0, 3]), chance.choice(["", "", "memory"])
        workers.append(worker)
    return workers


def _absent(chance: random.Random, store: StoreEntry, thread_id: str, now: datetime) -> ThreadEntry:
    last = now - timedelta(seconds=chance.choice([1, 1800, 90_000]))
    return ThreadEntry(
        **UNSTORED,
        store=store,
        thread_id=thread_id,
        first_at=last - timedelta(seconds=chance.choice([0, 5])),
        last_at=last,
        verified_at=now,
        **_reads(chance, last),
    )


def _reads(chance: random.Random, last: datetime) -> dict[str, Any]:
    """What probes say of a thread whose last checkpoint, or miss, is of `last`; of most nothing."""
    if chance.random() < 0.5:
        return {}
    misses = chance.choice([0, 1, 2])
    missed = last - timedelta(microseconds=chance.choice([0, 1, 10**6, 10**11]))
    elsewhere = last - timedelta(microseconds=chance.choice([0, 1, 10**6])) if chance.random() < 0.3 else None
    reads = chance.choice([misses, misses + 1, 9])
    return {"reads": reads, "misses": misses, "last_miss_at": missed, "elsewhere_at": elsewhere}


def _entry(chance: random.Random, store: StoreEntry, thread_id: str, now: datetime) -> ThreadEntry:
    last = now - timedelta(seconds=chance.choice([1, 59, 60, 61, 1800, 1801, 3600, 90_000, 10**6]))
    return ThreadEntry(
        store=store,
        thread_id=thread_id,
        turns=chance.choice([0, 1, 1, 1, 2, 7]),
        turns_is_lower_bound=chance.random() < 0.2,
        checkpoints=chance.choice([1, 3, 3, 12]),
        writes=chance.randint(0, 9),
        namespaces=1,
        first_at=last - timedelta(microseconds=chance.choice([0, 1, 10**6, 10**11])),
        last_at=last,
        last_checkpoint_id="1ef",
        state=chance.choice([state for state in STATES if state not in ("running", ABSENT)]),
        owner=chance.choice(OWNERS),
        graph=chance.choice(GRAPHS),
        id_shape=chance.choice(["", "uuid4", "prefixed"]),
        metadata={},
        random_id=chance.random() < 0.3,
        several_hosts=chance.random() < 0.3,
        siblings=chance.random() < 0.3,
        clock_skew=chance.random() < 0.3,
        rebuilt_values=chance.random() < 0.3,
        verified_at=now,
        **_reads(chance, last),
    )
