"""What a store holds, by its own words, and what the dashboard says of it: both in the same form."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import psycopg
import redis

from tests.browser.dashboard import Dashboard, wait_until

#: By thread_id: its checkpoints, and how many of them each host wrote.
Held = dict[str, tuple[int, dict[str, int]]]
#: A guard against what never recovers: a machine that is busy with other things takes its time to start a process.
RECOVERY_SECONDS = 180.0
_POSTGRES = "select thread_id, metadata->>'worker_hostname', count(*) from checkpoints group by 1, 2"
_SQLITE = "select thread_id, metadata->>'worker_hostname', count(*) from checkpoints group by 1, 2"


def held_by_postgres(url: str) -> Held:
    with psycopg.connect(url) as connection:
        return _sum(connection.execute(_POSTGRES))


def held_by_sqlite(path: Path) -> Held:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        return _sum(connection.execute(_SQLITE))


def held_by_redis(url: str) -> Held:
    """From the documents themselves, past every index."""
    rows = []
    with redis.Redis.from_url(url) as client:
        for key in client.scan_iter("checkpoint:*"):
            (document,) = json.loads(client.execute_command("JSON.GET", key, "$"))
            metadata = document["metadata"]
            metadata = json.loads(metadata) if isinstance(metadata, str) else metadata
            rows.append((document["thread_id"], metadata.get("worker_hostname"), 1))
    return _sum(rows)


def _sum(rows: Iterable[tuple[object, ...]]) -> Held:
    hosts: dict[str, dict[str, int]] = defaultdict(dict)
    totals: dict[str, int] = defaultdict(int)
    for thread_id, host, count in rows:
        totals[str(thread_id)] += int(str(count))
        if host is not None:  # RedisSaver keeps no metadata of the run
            found = hosts[str(thread_id)]
            found[str(host)] = found.get(str(host), 0) + int(str(count))
    return {thread_id: (total, hosts[thread_id]) for thread_id, total in totals.items()}


def held_by_index(dashboard: Dashboard, store: str) -> Held:
    """As its list tells it, page after page."""
    found: Held = {}
    after = ""
    while True:
        page = dashboard.data("/threads/", store=store, after=after, limit="50")
        for row in page["threads"]:
            if not row["checkpoints"]:  # somebody asked for it, and it is not stored
                continue
            hosts = {one["hostname"]: one["writes"] for one in row["workers"] if one["hostname"] and one["writes"]}
            found[row["thread_id"]] = (row["checkpoints"], hosts)
        after = page["next"]
        if not after:
            return found


def wait_equal(dashboard: Dashboard, store: str, held: Callable[[], Held]) -> None:
    """Until the index equals the store, which rests, and the pages say of no trouble any more."""
    truth = held()

    def equal() -> bool:
        state = dashboard.data("/-/health")["stores"][store]
        return not state["error"] and bool(state["synced_at"]) and held_by_index(dashboard, store) == truth

    try:
        wait_until(equal, "the index equals the store", RECOVERY_SECONDS)
    except TimeoutError:
        assert held_by_index(dashboard, store) == truth, dashboard.data("/-/health")
        raise
