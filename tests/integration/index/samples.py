"""A few hundred rows of the index, made at random and reproducibly, with many ties."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from inspector.demo.scenarios.hostile_thread_ids import HOSTILE
from inspector.index.queries import STATES
from inspector.models import StoreEntry, ThreadEntry, ThreadWorker

HOSTS = ("", "web-1", "web-2", 'host "x"', "100%_host")
OWNERS = ("", "ada", "Ada", "b%b", "o'wner")


def fill(now: datetime, *, count: int = 300, seed: int = 1, name: str = "store") -> StoreEntry:
    """A store of `count` threads begun up to two weeks before `now`, and one of another store beside each tenth."""
    chance = random.Random(seed)
    store = StoreEntry.objects.create(name=name)
    other = StoreEntry.objects.create(name=f"{name}, another")
    ids = [*HOSTILE, "", "x" * 2000, "CASE", "case", "Ünï", "%", "_", "\\", "'", '"']
    ids += [f"thread-{chance.randrange(10**6)}-{number}" for number in range(count - len(ids))]
    chance.shuffle(ids)
    entries = [_entry(chance, store, thread_id, now) for thread_id in ids]
    entries += [_entry(chance, other, thread_id, now) for thread_id in ids[::10]]
    add(chance, entries)
    return store


def more(store: StoreEntry, now: datetime, *, seed: int, count: int = 20) -> list[str]:
    """Rows that come while someone turns pages; their ids."""
    chance = random.Random(seed)
    ids = [f"{chance.choice(['', 'm', 'zz'])}new-{seed}-{number}" for number in range(count)]
    add(chance, [_entry(chance, store, thread_id, now) for thread_id in ids])
    return ids


def add(chance: random.Random, entries: list[ThreadEntry]) -> None:
    created = ThreadEntry.objects.bulk_create(entries)
    workers = []
    for entry in created:
        hosts = chance.sample(HOSTS, chance.randint(0, 3))
        for host in hosts:
            known = chance.random() < 0.3
            workers.append(
                ThreadWorker(
                    thread=entry,
                    hostname=host,
                    writes=chance.choice([0, 1, 5]),
                    reads=chance.randint(0, 4) if known else None,
                    misses=chance.randint(0, 1) if known else None,
                )
            )
    ThreadWorker.objects.bulk_create(workers)


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
        state=chance.choice([state for state in STATES if state != "running"]),
        owner=chance.choice(OWNERS),
        metadata={},
        random_id=chance.random() < 0.3,
        several_hosts=chance.random() < 0.3,
        siblings=chance.random() < 0.3,
        clock_skew=chance.random() < 0.3,
        rebuilt_values=chance.random() < 0.3,
        verified_at=now,
    )
