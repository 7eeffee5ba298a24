"""Threads of a large index, of which many were left after one turn, written by its own writers and without a store.

Forty days of traffic with a daily cycle from a dozen hosts. In its last hours one of them makes a new id for every
request. A nightly job, which has a graph and a prefix of its own, never has a second turn.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from inspector.index.entries import write_entries
from inspector.index.lazy import drop_lazy_indexes, make_lazy_indexes
from inspector.index.lease import lease_of
from inspector.index.tallies import hosts_of, read_tally
from inspector.models import StoreEntry
from inspector.reader import ThreadSummary
from inspector.stores.base import ThreadRow

HOSTS = tuple(f"web-{number}" for number in range(1, 11))
AT_FAULT, BATCH = "web-7", "batch-1"
GRAPHS, RARE = ("support", "sales", "triage", ""), "migration"
NIGHTLY = "nightly-report"
OWNERS = 50_000
_DAYS, _FAULTY = 40, timedelta(hours=3)
_AT_ONCE = 5_000
_STATES = ("complete", "interrupted", "failed", "unfinished")
#: Requests by the hour of the day, by UTC.
_BY_HOUR = (1, 1, 1, 1, 1, 2, 4, 7, 9, 10, 10, 9, 9, 10, 10, 9, 8, 6, 5, 4, 3, 2, 2, 1)


def write_threads(store: StoreEntry, many: int, share: float, now: datetime) -> None:
    """`share` of them, from 0 to 1, have one turn."""
    drop_lazy_indexes()
    threads = _threads(many, share, now)
    with lease_of(store) as lease:
        while some := list(islice(threads, _AT_ONCE)):
            lease.renew()
            write_entries(lease, [], some, now)
    make_lazy_indexes()
    tally = read_tally(store)
    store.threads, store.checkpoints, store.hosts = tally.threads, tally.checkpoints, hosts_of(store)
    store.synced_at, store.server = now, "SQLite"
    store.save(update_fields=["threads", "checkpoints", "hosts", "synced_at", "server"])


def _threads(many: int, share: float, now: datetime) -> Iterator[ThreadSummary]:
    chance = random.Random(7)  # noqa: S311
    hours = _hours(now)
    weights = [_BY_HOUR[hour.hour] for hour in hours]
    for number, hour in enumerate(chance.choices(hours, weights, k=many)):
        first = min(hour + timedelta(seconds=chance.random() * 3600), now - timedelta(seconds=30))
        yield _thread(chance, number, share, first, now)


def _hours(now: datetime) -> list[datetime]:
    last = now.replace(minute=0, second=0, microsecond=0)
    return [last - timedelta(hours=number) for number in range(_DAYS * 24)]


def _thread(chance: random.Random, number: int, share: float, first: datetime, now: datetime) -> ThreadSummary:
    host = chance.choice(HOSTS)
    owner = f"user-{chance.randrange(OWNERS)}"
    graph = RARE if chance.random() < 1e-4 else chance.choice(GRAPHS)
    forgets = host == AT_FAULT and first > now - _FAULTY
    one_turn = forgets or chance.random() < share * 0.75
    uuid = str(UUID(int=chance.getrandbits(128), version=4))
    thread_id = uuid if forgets or chance.random() < 0.8 else f"{owner}-{number}"
    if chance.random() < 1e-4:
        thread_id = str(10**9 + number)
    if chance.random() < share * 0.33:
        host, graph, owner, thread_id, one_turn = BATCH, NIGHTLY, "", f"nightly-{uuid}", True
    turns = 1 if one_turn else chance.randint(2, 12)
    last = first + timedelta(seconds=chance.uniform(1, 20) if one_turn else chance.uniform(60, 90_000))
    state = chance.choices(_STATES, (94, 3, 2, 1))[0]
    return _summary(thread_id, turns, {host: 3 * turns}, first, min(last, now), state, owner, graph)


def _summary(
    thread_id: str,
    turns: int,
    hosts: dict[str, int],
    first: datetime,
    last: datetime,
    state: str,
    owner: str,
    graph: str,
) -> ThreadSummary:
    row = ThreadRow(
        thread_id=thread_id,
        turns=turns,
        turns_is_lower_bound=False,
        checkpoints=3 * turns,
        writes=3 * turns,
        namespaces=1,
        last_checkpoint_id="1f0c8a52-7a3e-6f60-8001-0242ac120002",
        first_root_id="1f0c8a52-7a3e-6f60-bfff-0242ac120002",
        last_root_id="1f0c8a52-7a3e-6f60-8001-0242ac120002",
        siblings=False,
        clock_skew=False,
        rebuilt_values=False,
        hosts=hosts,
        metadata={name: value for name, value in (("user_id", owner), ("graph_id", graph)) if value},
        head=None,
    )
    return ThreadSummary(row, state, (), first, last, owner, graph)
