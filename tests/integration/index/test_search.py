"""Searches by a part of an id find what Python finds, with and without an index of trigrams, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connection
from django.db.models import QuerySet

from inspector.decode import FULL
from inspector.index.counts import count_threads
from inspector.index.queries import Moment, Row, ThreadPage, ThreadQuery, find_threads
from inspector.index.search import Hits, find_hits
from inspector.models import StoreEntry, ThreadEntry
from tests.integration.index.samples import fill, more

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MOMENT = Moment(NOW, 1800.0)
PARTS = [*"%_'\"\\ \nüÜ🏽\u202e\x01\u00e9", "%_", "\\n", "CASE", "case", "Case", "👩🏽\u200d💻", "x" * 2000, "e\u0301"]
PARTS += ["<script>", "{{ template }}", "'; drop table", "thread-1", "0-1", "no such part"]
PARTS += ["asked", "new-", "\\U0001f3fd\\u200d", "ab" * 40, "-1"]


@pytest.fixture
def store(either_index: str) -> StoreEntry:
    return fill(NOW)


@pytest.fixture
def without_trigrams(store: StoreEntry) -> Iterator[StoreEntry]:
    """The same in a database that could not have the index."""
    migration = import_module("inspector.migrations.0002_search")
    editor = SimpleNamespace(connection=connection)
    migration.unmake(None, editor)
    yield store
    migration.make(None, editor)


def test_a_search_finds_every_id_that_holds_the_part_and_no_other(store: StoreEntry) -> None:
    _check_parts(store)


def test_it_finds_the_same_without_an_index_of_trigrams(without_trigrams: StoreEntry) -> None:
    assert find_hits(without_trigrams, "thread-") is None
    _check_parts(without_trigrams)


def test_it_finds_the_same_where_there_are_too_many_hits(store: StoreEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.index.search.MOST", 0)
    monkeypatch.setattr("inspector.index.search._OF_ALL", 3)
    assert find_hits(store, "thread-") is None
    _check_parts(store)


def test_threads_that_come_and_go_come_and_go_in_searches(store: StoreEntry) -> None:
    (hit, *_) = more(store, NOW, seed=7)
    assert _pks(find_hits(store, hit)) == set(_rows(store).filter(thread_id=hit).values_list("pk", flat=True)) != set()
    _rows(store).filter(thread_id=hit).delete()
    assert _pks(find_hits(store, hit)) == set()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:  # raises where the terms are not those of the rows
            cursor.execute(
                "INSERT INTO inspector_threadsearch(inspector_threadsearch, rank) VALUES ('integrity-check', 1)"
            )


def test_no_other_stores_threads_are_found(store: StoreEntry) -> None:
    found = find_hits(store, "thread-")
    theirs = ThreadEntry.every.exclude(store=store).filter(thread_id__contains="thread-")
    assert theirs.exists()
    assert not _pks(found) & set(theirs.values_list("pk", flat=True))


@pytest.mark.parametrize("part", ["\x00", "a\x00b-1", "\ud83d", "thread-\udc00"])
def test_what_no_id_can_hold_is_found_nowhere(store: StoreEntry, part: str) -> None:
    page = find_threads(store, ThreadQuery(q=part), MOMENT, sight=FULL)
    assert (page.rows, page.total, page.total_is_exact) == ((), 0, True)


def test_a_page_that_looked_at_enough_says_so_and_the_next_ones_find_the_rest(
    store: StoreEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of what few threads have, walked in small steps, misses none of them."""
    monkeypatch.setattr("inspector.index.paging.BUDGET", 24)
    monkeypatch.setattr("inspector.index.paging.SECONDS", 600.0)
    monkeypatch.setattr("inspector.index.paging._FIRST", 4)
    monkeypatch.setattr("inspector.index.drivers.FEW", 0)
    for query in (ThreadQuery(q="7"), ThreadQuery(q="-1", sort="turns"), ThreadQuery(state="failed", host="web-1")):
        expected = [row.entry.pk for row in _whole(store, query, monkeypatch)]
        pages = list(_pages(store, replace(query, limit=4)))
        assert [row.entry.pk for page in pages for row in page.rows] == expected
        assert len(expected) > 4
        cut = [page for page in pages if page.cut]
        assert cut
        assert all(page.next and page.cut >= 12 for page in cut)


def test_a_number_that_is_not_counted_to_its_end_is_a_lower_bound_and_says_so(
    store: StoreEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    for query in (
        ThreadQuery(q="1"),
        ThreadQuery(owner="ada"),
        ThreadQuery(until=NOW),
        ThreadQuery(q="1", flag="siblings"),
    ):
        exact, right = find_threads(store, query, MOMENT, sight=FULL), count_threads(store, query, MOMENT, sight=FULL)
        assert exact.total_is_exact
        assert not right.at_least
        with monkeypatch.context() as patch:
            patch.setattr("inspector.index.counts.MOST", 5)
            some, least = (
                find_threads(store, replace(query, limit=1), MOMENT, sight=FULL),
                count_threads(store, query, MOMENT, sight=FULL),
            )
        assert not some.total_is_exact
        assert some.total <= exact.total
        assert "all" in least.at_least
        for name in ("all", "one_turn", "orphans", "siblings", "failed", "missed_reads"):
            assert getattr(least, name) <= getattr(right, name)
            assert name in least.at_least or getattr(least, name) == getattr(right, name)


def test_a_list_of_one_page_is_counted_by_it(store: StoreEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.index.counts.MOST", 2)
    for query in (ThreadQuery(q="7"), ThreadQuery(owner="ada"), ThreadQuery(q="%"), ThreadQuery(q="ed-1")):
        page = find_threads(store, replace(query, limit=10_000), MOMENT, sight=FULL)
        assert (page.total, page.total_is_exact) == (len(page.rows), True)
        assert page.absent == sum(not row.entry.stored for row in page.rows)


def test_a_page_that_looked_at_all_threads_and_no_more_is_not_cut(
    store: StoreEntry, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = ThreadQuery(q="~")
    for beyond in (0, 1):
        monkeypatch.setattr("inspector.index.paging.BUDGET", 2 * (_rows(store).filter(stored=True).count() - beyond))
        page = find_threads(store, query, MOMENT, sight=FULL)
        assert (page.rows, bool(page.next), bool(page.cut)) == ((), bool(beyond), bool(beyond))


def _check_parts(store: StoreEntry) -> None:
    everything = set(_rows(store).values_list("thread_id", flat=True))
    for part in PARTS:
        page = find_threads(store, ThreadQuery(q=part, limit=10_000), MOMENT, sight=FULL)
        assert {row.entry.thread_id for row in page.rows} == {one for one in everything if part in one}, part
        assert page.total == len(page.rows)


def _whole(store: StoreEntry, query: ThreadQuery, monkeypatch: pytest.MonkeyPatch) -> tuple[Row, ...]:
    with monkeypatch.context() as patch:
        patch.setattr("inspector.index.paging.BUDGET", 10**6)
        patch.setattr("inspector.index.paging.SECONDS", 600.0)
        return find_threads(store, replace(query, limit=10_000), MOMENT, sight=FULL).rows


def _pages(store: StoreEntry, query: ThreadQuery) -> Iterator[ThreadPage]:
    page = find_threads(store, query, MOMENT, sight=FULL)
    yield page
    while page.next:
        page = find_threads(store, replace(query, after=page.next), MOMENT, sight=FULL)
        yield page


def _rows(store: StoreEntry) -> QuerySet[ThreadEntry]:
    return ThreadEntry.every.filter(store=store)


def _pks(found: Hits | None) -> set[int]:
    assert found is not None
    return set(found.of(True, False))
