"""No list, count, search or report goes through all threads: what the databases say of how they would answer.

Of a few hundred rows Postgres would read all, and rightly so. So it is asked not to, and to sort nothing that an index
holds sorted: what it still scans or sorts then, no index helps with.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from inspector.decode import FULL
from inspector.index.counts import count_orphans, count_owned, count_threads
from inspector.index.hosts import hosts_that_missed, unwatched_hosts
from inspector.index.kinds import FLAGS, STATES, Moment
from inspector.index.orphans import WINDOWS, report_orphans
from inspector.index.queries import SORTS, ThreadQuery, find_threads, stored_threads
from inspector.models import StoreEntry
from tests.integration.index.samples import HOSTS, fill

NOW = datetime(2026, 11, 22, 12, 34, 56, tzinfo=UTC)
MOMENT = Moment(NOW, 1800.0)
WEEK = timedelta(days=7)
ALONE = [
    ThreadQuery(),
    ThreadQuery(turns="one"),
    *(ThreadQuery(state=state) for state in STATES),
    *(ThreadQuery(flag=flag) for flag in FLAGS),
    ThreadQuery(flag="orphan", muted="show"),
    ThreadQuery(flag="orphan", muted="only"),
    ThreadQuery(muted="only"),
    ThreadQuery(host="web-1"),
    ThreadQuery(owner="ada"),
    ThreadQuery(since=NOW - WEEK),
    ThreadQuery(until=NOW - WEEK),
    ThreadQuery(since=NOW - WEEK, until=NOW - timedelta(days=1)),
]
TOGETHER = [
    ThreadQuery(turns="one", flag="siblings"),
    ThreadQuery(state="failed", host="web-1"),
    ThreadQuery(flag="missed-reads", host="web-1"),
    ThreadQuery(flag="orphan", owner="ada", since=NOW - WEEK),
    ThreadQuery(flag="orphan", graph="support", shape="uuid4"),
    ThreadQuery(q="e", state="failed"),
]
#: How a plan says that it reads a whole table, whatever the index: the tables of threads and of what hosts did to them.
SCANS = re.compile(r"\b(?:SCAN|Seq Scan on) (inspector_thread(?:entry|worker))\b")
#: The same of an index that holds all threads of a store, and of which nothing else is asked.
UNBOUND = re.compile(r"USING .*INDEX (?:thread_by_\w+|sqlite_autoindex_\w+) \(store_id=\?\)$")
SORTED = re.compile(r"USE TEMP B-TREE FOR ORDER BY|\bSort Key: ")


@pytest.fixture
def store(either_index: str) -> StoreEntry:
    store = fill(NOW)
    if either_index == "postgres":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
            cursor.execute("SET enable_seqscan = off")
            cursor.execute("SET enable_sort = off")
    return store


@pytest.mark.one_in(3)
@pytest.mark.parametrize("query", ALONE, ids=str)
def test_one_filter_walks_an_index_that_holds_just_its_threads_in_order(store: StoreEntry, query: ThreadQuery) -> None:
    page = find_threads(store, replace(query, limit=3), MOMENT, sight=FULL)
    for asked in (query, replace(query, limit=3, after=page.next), replace(query, sort="last_at")):
        plans = _plans(lambda asked=asked: find_threads(store, asked, MOMENT, sight=FULL))
        _assert_bound(plans, asked)
        for sql, plan in plans:
            assert not _is_sorted(sql, plan), (sql, plan)


@pytest.mark.parametrize("sort", SORTS)
def test_a_sort_walks_its_own_index(store: StoreEntry, sort: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.index.drivers.FEW", 0)
    for query in (ThreadQuery(sort=sort, limit=3), ThreadQuery(sort=f"-{sort}", limit=3)):
        page = find_threads(store, query, MOMENT, sight=FULL)
        for asked in (query, replace(query, after=page.next)):
            for sql, plan in _plans(lambda asked=asked: find_threads(store, asked, MOMENT, sight=FULL)):
                assert not SCANS.search(plan), (sql, plan)
                assert not _is_sorted(sql, plan), (sql, plan)


@pytest.mark.parametrize("query", TOGETHER, ids=str)
@pytest.mark.parametrize("few", [0, 10_000])
def test_filters_together_go_by_an_index(
    store: StoreEntry, query: ThreadQuery, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.index.drivers.FEW", few)
    for sort in ("-last_at", "turns", "thread_id"):
        for sql, plan in _plans(lambda sort=sort: find_threads(store, replace(query, sort=sort), MOMENT, sight=FULL)):
            assert not SCANS.search(plan), (sql, plan)


@pytest.mark.parametrize("query", [*ALONE[-5:], ThreadQuery(), *TOGETHER], ids=str)
def test_the_numbers_of_the_quick_filters_go_by_an_index(store: StoreEntry, query: ThreadQuery) -> None:
    _assert_bound(_plans(lambda: count_threads(store, query, MOMENT, sight=FULL)), query)


@pytest.mark.parametrize("part", ["web", "thread-1", "%_%", "x" * 2000, '"quoted"'])
def test_a_search_goes_by_the_trigrams(store: StoreEntry, part: str) -> None:
    plans = _plans(lambda: find_threads(store, ThreadQuery(q=part), MOMENT, sight=FULL))
    _assert_bound(plans, part)


def test_reports_and_the_bar_go_by_an_index(store: StoreEntry) -> None:
    for window in WINDOWS:
        _assert_bound(_plans(lambda window=window: report_orphans(store, window, MOMENT)), window.name)
    _assert_bound(_plans(lambda: count_orphans(store, MOMENT)), "orphans")
    _assert_bound(_plans(lambda: count_owned(store, "ada", sight=FULL)), "owned")
    _assert_bound(_plans(lambda: unwatched_hosts(store)), "unwatched")
    for sql, plan in _plans(lambda: hosts_that_missed(store, HOSTS, MOMENT)):  # none, where the tallies tell of each
        assert not SCANS.search(plan), (sql, plan)


def test_threads_of_some_ids_are_looked_up_one_by_one(store: StoreEntry) -> None:
    for many in (1, 3, 20):
        ids = [f"id-{number}" for number in range(many)]
        for sql, plan in _plans(lambda ids=ids: list(stored_threads([store.pk], ids))):
            assert not SCANS.search(plan), (sql, plan)
            assert connection.vendor == "postgresql" or "(store_id=? AND thread_id=?)" in plan, (sql, plan)


def _assert_bound(plans: list[tuple[str, str]], asked: object) -> None:
    assert plans
    for sql, plan in plans:
        assert not SCANS.search(plan), (asked, sql, plan)
        assert not any(UNBOUND.search(line) for line in plan.splitlines()), (asked, sql, plan)


def _is_sorted(sql: str, plan: str) -> bool:
    """Postgres sorts ties of an id that it does not know to be unique, which there are none of."""
    return bool(SORTED.search(plan)) and "Presorted Key" not in plan and "inspector_thread" in sql


def _plans(work: Callable[[], Any]) -> list[tuple[str, str]]:
    """What the database would do for each query about threads."""
    with _recorded() as queries:
        work()
    found = []
    with connection.cursor() as cursor:
        for sql, parameters in queries:
            if "inspector_thread" in sql:
                cursor.execute(_EXPLAIN[connection.vendor] + sql, parameters)
                found.append((sql, "\n".join(str(row[-1]) for row in cursor.fetchall())))
    return found


_EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}


@contextmanager
def _recorded() -> Iterator[list[tuple[str, Any]]]:
    queries: list[tuple[str, Any]] = []

    def record(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        queries.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(record):
        yield queries
