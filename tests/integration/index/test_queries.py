"""Lists, filters, pages and counts agree with what Python makes of the same rows, on both databases."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest

from inspector.decode import FULL
from inspector.demo.repertoire import PlayedStore
from inspector.errors import BadRequest
from inspector.index.cursor import Cursor
from inspector.index.kinds import is_orphan
from inspector.index.missed import SOMETHING
from inspector.index.queries import (
    FLAGS,
    SORTS,
    STATES,
    Moment,
    Row,
    ThreadQuery,
    count_threads,
    find_thread,
    find_threads,
    flags_of,
    state_of,
)
from inspector.models import ABSENT, UNKNOWN_TIME, StoreEntry, ThreadEntry, ThreadWorker
from tests.integration.index.conftest import OpenReader
from tests.integration.index.samples import GRAPHS, HOSTS, OWNERS, count, fill, more
from tests.integration.index.syncing import sync

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MOMENT = Moment(NOW, 1800.0)
ALL = 10_000
IMPOSSIBLE = [{"sort": "owner"}, {"sort": "--turns"}, {"turns": "two"}, {"state": "x"}, {"flag": "x"}, {"muted": "x"}]
EACH_SORT = [f"{sign}{sort}" for sort, sign in product(SORTS, ("", "-"))]
FILTERS = [
    ThreadQuery(),
    ThreadQuery(q="e"),
    ThreadQuery(turns="one"),
    ThreadQuery(state="unfinished"),
    ThreadQuery(flag="orphan"),
    ThreadQuery(flag="orphan", muted="show"),
    ThreadQuery(flag="orphan", muted="only", host="web-1"),
    ThreadQuery(flag="orphan", graph="support"),
    ThreadQuery(muted="only"),
    ThreadQuery(muted="only", q="e", state="failed"),
    ThreadQuery(host="web-1"),
    ThreadQuery(graph="", shape="uuid4"),
    ThreadQuery(flag="never-stored"),
    ThreadQuery(state="absent", host="web-2"),
    ThreadQuery(q="asked-1", host="web-1", until=NOW - timedelta(minutes=1)),
    ThreadQuery(flag="missed-reads", until=NOW - timedelta(minutes=1)),
    ThreadQuery(owner="ada"),
    ThreadQuery(since=NOW - timedelta(hours=1)),
    ThreadQuery(until=NOW - timedelta(hours=1)),
    ThreadQuery(q="thread", flag="siblings", since=NOW - timedelta(days=2), host=""),
]


@pytest.fixture
def store(either_index: str) -> StoreEntry:
    return fill(NOW)


@pytest.mark.one_in(2)
def test_pages_joined_are_the_list_in_its_order(store: StoreEntry) -> None:
    for sort, query in product(EACH_SORT, FILTERS):
        column = sort.removeprefix("-")
        whole = _list(store, replace(query, sort=sort))
        assert [row.entry.pk for row in _pages(store, replace(query, sort=sort))] == [row.entry.pk for row in whole]
        keys = [(_key(row.entry, column), row.entry.pk) for row in whole]
        assert keys == sorted(keys, reverse=sort.startswith("-"))


@pytest.mark.one_in(2)
def test_no_row_is_lost_when_others_come_between_two_pages(store: StoreEntry) -> None:
    seeds = iter(range(1000))

    def come() -> None:
        more(store, NOW, seed=next(seeds), many=5)

    for sort in EACH_SORT:
        before = [row.entry.pk for row in _list(store, ThreadQuery(sort=sort))]
        seen = [row.entry.pk for row in _pages(store, ThreadQuery(sort=sort, limit=61), between=come)]
        assert len(seen) == len(set(seen))
        old = set(before)
        assert [pk for pk in seen if pk in old] == before, sort


def test_a_page_whose_last_row_is_gone_goes_on_behind_it(store: StoreEntry) -> None:
    whole = [row.entry.pk for row in _list(store, ThreadQuery())]
    page = find_threads(store, ThreadQuery(limit=10), MOMENT, sight=FULL)
    page.rows[-1].entry.delete()
    after = find_threads(store, ThreadQuery(limit=10, after=page.next), MOMENT, sight=FULL)
    assert [row.entry.pk for row in after.rows] == whole[10:20]


def test_the_database_and_python_raise_the_same_flags(store: StoreEntry) -> None:
    everything = _everything(store)
    for flag in FLAGS:
        raised = {row.entry.pk for row in _list(store, ThreadQuery(flag=flag, muted="show"))}
        assert raised == {row.entry.pk for row in everything if flag in flags_of(row, MOMENT)}, flag
        assert 0 < len(raised) < len(everything)


def test_the_database_and_python_see_the_same_states(store: StoreEntry) -> None:
    everything = _everything(store)
    for state in STATES:
        found = {row.entry.pk for row in _list(store, ThreadQuery(state=state))}
        assert found == {row.entry.pk for row in everything if state_of(row.entry, MOMENT) == state}
        assert found


def test_absent_threads_are_listed_only_for_who_looks_for_them(store: StoreEntry) -> None:
    absent = set(ThreadEntry.every.filter(store=store, state="absent").values_list("thread_id", flat=True))
    filters = [ThreadQuery(turns="one"), ThreadQuery(since=NOW - timedelta(days=9)), ThreadQuery(owner="")]
    filters += [ThreadQuery(state=state) for state in STATES if state != ABSENT]
    filters += [ThreadQuery(flag=flag) for flag in FLAGS if flag not in ("never-stored", "missed-reads")]
    for query in [ThreadQuery(), *filters]:
        assert not _ids(_list(store, query)) & absent, query
    assert _ids(_list(store, ThreadQuery(state=ABSENT))) == absent
    looked_for = [ThreadQuery(flag="never-stored"), ThreadQuery(flag="missed-reads"), ThreadQuery(host="web-1")]
    for query in [*looked_for, ThreadQuery(state=ABSENT)]:
        page = find_threads(store, replace(query, limit=ALL), MOMENT, sight=FULL)
        assert page.absent == len(_ids(list(page.rows)) & absent) > 0, query
    assert _ids(_list(store, ThreadQuery(q="asked-"))) == absent
    (found,) = find_thread(store, "asked-7", sight=FULL)
    assert found.entry.state == "absent"


@pytest.mark.one_in(3)
@pytest.mark.parametrize("few", [0, ALL])
def test_a_hosts_threads_are_the_same_however_they_are_looked_up(
    store: StoreEntry, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.index.drivers.FEW", few)
    for host, sort in product(HOSTS, EACH_SORT):
        query = ThreadQuery(host=host, sort=sort)
        expected = {
            row.entry.pk for row in _everything(store) if any(w.hostname == host and _did(w) for w in row.workers)
        }
        assert {row.entry.pk for row in _pages(store, query)} == expected


def test_a_thread_that_left_the_store_is_nowhere_until_the_ledger_was_asked_of_it(store: StoreEntry) -> None:
    """It may have been read and deleted, and nobody missed it since."""
    left = ThreadEntry.every.filter(store=store, state=ABSENT)
    before, counts = _list(store, ThreadQuery(q="e")), count_threads(store, ThreadQuery(q="e"), MOMENT, sight=FULL)
    (gone,) = left.filter(missed=SOMETHING, last_at__lt=NOW - timedelta(hours=1))[:1]
    left.filter(pk=gone.pk).update(verified_at=UNKNOWN_TIME)
    count(store)
    for query in (ThreadQuery(q="e"), ThreadQuery(state=ABSENT), *(ThreadQuery(flag=flag) for flag in FLAGS)):
        page = find_threads(store, replace(query, limit=ALL), MOMENT, sight=FULL)
        assert gone.thread_id not in _ids(list(page.rows)), query
        assert page.total == len(page.rows)
    assert len(_list(store, ThreadQuery(q="e"))) == len(before) - 1
    after = count_threads(store, ThreadQuery(q="e"), MOMENT, sight=FULL)
    assert (after.all, after.missed_reads) == (counts.all - 1, counts.missed_reads - 1)
    assert find_thread(store, gone.thread_id, sight=FULL) == ()


def test_flags_agree_on_what_real_graphs_wrote(
    scenario_store: PlayedStore, either_index: str, open_reader: OpenReader
) -> None:
    sync(open_reader(scenario_store.url))
    entry = StoreEntry.objects.get()
    latest = max(ThreadEntry.objects.values_list("last_at", flat=True))
    for age in (1, 59, 61, 1799, 1801):
        moment = Moment(latest + timedelta(seconds=age), 1800.0)
        everything = _list(entry, ThreadQuery(), moment)
        for flag in FLAGS:
            raised = {row.entry.pk for row in _list(entry, ThreadQuery(flag=flag, muted="show"), moment)}
            assert raised == {row.entry.pk for row in everything if flag in flags_of(row, moment)}, flag


def test_counts_are_what_the_filters_list(store: StoreEntry) -> None:
    for query in FILTERS:
        _check_counts(store, query)


def _check_counts(store: StoreEntry, query: ThreadQuery) -> None:
    plain = replace(query, turns="", state="", flag="")
    counts = count_threads(store, query, MOMENT, sight=FULL)
    assert counts.all == len(_list(store, plain))
    assert counts.one_turn == len(_list(store, replace(plain, turns="one")))
    assert counts.orphans == len(_list(store, replace(plain, flag="orphan")))
    assert counts.interrupted == len(_list(store, replace(plain, state="interrupted")))
    assert counts.failed == len(_list(store, replace(plain, state="failed")))
    assert counts.unfinished == len(_list(store, replace(plain, state="unfinished")))
    assert counts.several_hosts == len(_list(store, replace(plain, flag="several-hosts")))
    assert counts.siblings == len(_list(store, replace(plain, flag="siblings")))
    assert counts.missed_reads == len(_list(store, replace(plain, flag="missed-reads")))
    assert counts.never_stored == len(_list(store, replace(plain, flag="never-stored")))
    assert find_threads(store, replace(query, limit=1), MOMENT, sight=FULL).total == len(_list(store, query))


def test_filters_select_what_python_would(store: StoreEntry) -> None:
    everything = _list(store, ThreadQuery())
    edge = NOW - timedelta(seconds=1800)
    expected: list[tuple[ThreadQuery, Callable[[Row], bool]]] = [
        (ThreadQuery(turns="one"), lambda row: row.entry.turns == 1 and not row.entry.turns_is_lower_bound),
        (ThreadQuery(since=edge), lambda row: row.entry.last_at >= edge),
        (ThreadQuery(until=edge), lambda row: row.entry.last_at < edge),
        *((ThreadQuery(owner=name), lambda row, name=name: row.entry.owner == name) for name in OWNERS),
        *((ThreadQuery(graph=name), lambda row, name=name: row.entry.graph == name) for name in GRAPHS),
        (ThreadQuery(shape=""), lambda row: row.entry.id_shape == ""),
        (ThreadQuery(shape="prefixed"), lambda row: row.entry.id_shape == "prefixed"),
        (ThreadQuery(muted="only"), lambda row: row.entry.muted),
        (ThreadQuery(flag="orphan"), lambda row: is_orphan(row.entry, MOMENT) and not row.entry.muted),
        (ThreadQuery(flag="orphan", muted="only"), lambda row: is_orphan(row.entry, MOMENT) and row.entry.muted),
        *(
            (ThreadQuery(host=name), lambda row, name=name: any(w.hostname == name and _did(w) for w in row.workers))
            for name in HOSTS
        ),
    ]
    for query, holds in expected:
        among = everything if query.host is None else _everything(store)
        assert _ids(_list(store, query)) == {row.entry.thread_id for row in among if holds(row)}, query
        assert _list(store, query)
    assert _list(store, ThreadQuery(owner="nobody")) == []


@pytest.mark.parametrize(
    "query", [ThreadQuery(), ThreadQuery(host="web-1"), ThreadQuery(q="e"), ThreadQuery(graph="support")], ids=str
)
def test_a_list_of_orphans_says_how_many_it_leaves_out_as_they_are_muted(store: StoreEntry, query: ThreadQuery) -> None:
    orphans = replace(query, flag="orphan")
    muted = _list(store, replace(orphans, muted="only"))
    for limit in (1, ALL):
        assert find_threads(store, replace(orphans, limit=limit), MOMENT, sight=FULL).muted == len(muted) > 0
        assert find_threads(store, replace(orphans, muted="show", limit=limit), MOMENT, sight=FULL).muted == 0
        assert find_threads(store, replace(query, limit=limit), MOMENT, sight=FULL).muted == 0
    both = _ids(_list(store, orphans)) | _ids(muted)
    assert both == _ids(_list(store, replace(orphans, muted="show")))


def test_what_cannot_be_asked_is_told_with_what_can(store: StoreEntry) -> None:
    for asked in IMPOSSIBLE:
        with pytest.raises(BadRequest) as caught:
            find_threads(store, ThreadQuery(**asked), MOMENT, sight=FULL)
        assert caught.value.hint


def test_a_cursor_of_another_sort_or_kind_is_refused(store: StoreEntry) -> None:
    for sort in EACH_SORT:
        foreign = "-turns" if sort != "-turns" else "turns"
        page = find_threads(store, ThreadQuery(sort=foreign, limit=5), MOMENT, sight=FULL)
        wrong: list[str | int] = [7] if sort.endswith("thread_id") else ["text", ""]
        for after in [page.next, *(Cursor(sort, value, 1).encode() for value in wrong)]:
            with pytest.raises(BadRequest):
                find_threads(store, ThreadQuery(sort=sort, after=after), MOMENT, sight=FULL)


def test_a_cursor_from_nowhere_lists_or_is_refused_and_nothing_else(store: StoreEntry) -> None:
    values: list[str | int] = [2**63 - 1, -(2**63), 0, -1, 2**40, "", "\U0010ffff", "a" * 5000]
    for sort, value, row in product(EACH_SORT, values, (0, 2**63 - 1, -(2**63))):
        with contextlib.suppress(BadRequest):
            find_threads(
                store, ThreadQuery(sort=sort, limit=1, after=Cursor(sort, value, row).encode()), MOMENT, sight=FULL
            )


def _list(store: StoreEntry, query: ThreadQuery, moment: Moment = MOMENT) -> list[Row]:
    page = find_threads(store, replace(query, limit=ALL), moment, sight=FULL)
    assert page.next == ""
    assert page.total == len(page.rows)
    return list(page.rows)


def _everything(store: StoreEntry) -> list[Row]:
    """Absent threads too, which the plain list leaves out."""
    entries = ThreadEntry.every.filter(store=store).prefetch_related("workers")
    return [Row(entry, tuple(entry.workers.all())) for entry in entries]


def _did(worker: ThreadWorker) -> bool:
    return bool(worker.writes or worker.reads or worker.reported)


def _pages(store: StoreEntry, query: ThreadQuery, between: Callable[[], None] = lambda: None) -> list[Row]:
    rows: list[Row] = []
    limit = query.limit if query.limit != 50 else 61
    after = ""
    while True:
        page = find_threads(store, replace(query, limit=limit, after=after), MOMENT, sight=FULL)
        rows += page.rows
        assert len(page.rows) == limit or not page.next
        if not page.next:
            return rows
        after = page.next
        between()


def _key(entry: ThreadEntry, column: str) -> Any:
    value = getattr(entry, column)
    return value.encode() if isinstance(value, str) else value


def _ids(rows: list[Row]) -> set[str]:
    return {row.entry.thread_id for row in rows}
