"""The orphans report: what it counts is what Python counts over the same rows, window by window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from inspector.decode import FULL
from inspector.errors import BadRequest
from inspector.index.counts import count_orphans
from inspector.index.entries import UNSTORED
from inspector.index.orphans import WINDOWS, Parts, Share, Window, find_window, report_orphans
from inspector.index.queries import Moment, Row, ThreadQuery, find_threads, flags_of
from inspector.models import StoreEntry, ThreadEntry, ThreadWorker
from tests.integration.index.samples import count, fill

#: Not on the edge of any bar.
NOW = datetime(2026, 11, 22, 12, 34, 56, 789, tzinfo=UTC)
MOMENT = Moment(NOW, 1800.0)
#: With the second, most of the threads of a week are too young to tell.
MOMENTS = {"30 minutes": MOMENT, "30 hours": Moment(NOW, 30 * 3600.0)}
#: Minutes ago, when threads began: often of late, and each hour in the week before.
_WEEK = (*range(35, 24 * 60, 10), *range(24 * 60, 8 * 24 * 60, 60))
EACH_MOMENT = pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
BASELINE = timedelta(days=7)


@pytest.fixture
def store(either_index: str) -> StoreEntry:
    return fill(NOW, seed=5)


@pytest.mark.one_in(3)
@EACH_MOMENT
@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window.name)
def test_shares_series_and_hosts_are_what_python_counts(store: StoreEntry, window: Window, moment: Moment) -> None:
    report = report_orphans(store, window, moment)
    rows = find_threads(store, ThreadQuery(limit=10_000), moment, sight=FULL).rows
    begin = NOW - window.length
    begun = [row for row in rows if begin <= row.entry.first_at <= NOW]
    before = [row for row in rows if begin - BASELINE <= row.entry.first_at < begin]
    assert report.current == _share(begun, moment)
    assert report.baseline == _share(before, moment)
    assert report.newest_at is None
    for name in ("threads", "orphans", "undecided", "muted"):
        assert sum(getattr(bar.share, name) for bar in report.series) == getattr(report.current, name)

    for bar in report.series:
        assert bar.share == _share(
            [row for row in begun if bar.at <= row.entry.first_at < bar.at + window.bucket], moment
        ), bar
    steps = [later.at - bar.at for bar, later in zip(report.series, report.series[1:], strict=False)]
    assert set(steps) == {window.bucket}
    assert report.series[0].at <= begin < report.series[0].at + window.bucket
    assert report.series[-1].at <= NOW < report.series[-1].at + window.bucket


@pytest.mark.one_in(3)
@EACH_MOMENT
@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window.name)
def test_parts_are_what_python_counts(store: StoreEntry, window: Window, moment: Moment) -> None:
    report = report_orphans(store, window, moment)
    rows = find_threads(store, ThreadQuery(limit=10_000), moment, sight=FULL).rows
    hour = (NOW - window.length + timedelta(minutes=30)).replace(minute=0, second=0, microsecond=0)
    begin = hour if window.length > timedelta(hours=1) else NOW - window.length  # of parts, whole hours are counted
    begun = [row for row in rows if begin <= row.entry.first_at <= NOW]
    before = [row for row in rows if hour - BASELINE <= row.entry.first_at < hour]

    names: dict[str, Callable[[Row], list[str]]] = {
        "hosts": lambda row: [worker.hostname for worker in row.workers if _wrote(worker)],
        "graphs": lambda row: [row.entry.graph],
        "shapes": lambda row: [row.entry.id_shape],
    }
    for kind, names_of in names.items():
        parts = getattr(report, kind)
        assert {part.name for part in parts.shown} == {name for row in begun for name in names_of(row)}, kind
        for part in parts.shown:
            theirs = [row for row in begun if part.name in names_of(row)]
            assert part.current == _share(theirs, moment), (kind, part.name)
            assert part.before == _share([row for row in before if part.name in names_of(row)], moment), (
                kind,
                part.name,
            )
            assert part.random_ids == sum(_is_left(row) and row.entry.random_id for row in theirs)
        orphans = [part.current.orphans for part in parts.shown]
        assert orphans == sorted(orphans, reverse=True)
        assert parts.more == 0


def test_the_samples_have_orphans_in_and_before_every_window_but_the_last(store: StoreEntry) -> None:
    """Or else the comparison above would prove little."""
    reports = [report_orphans(store, window, MOMENT) for window in WINDOWS]
    assert all(0 < report.current.orphans < report.current.threads for report in reports)
    assert all(report.baseline.orphans for report in reports[:-1])


def test_threads_that_begin_later_than_now_are_in_no_figure(either_index: str) -> None:
    """A clock that is ahead wrote them; the tallies hold them in the present hour."""
    store = StoreEntry.objects.create(name="ahead")
    for minutes in (-40, -35, 3, 20):
        _begin(store, NOW + timedelta(minutes=minutes))
    count(store)
    for window in WINDOWS:
        report = report_orphans(store, window, MOMENT)
        assert report.current == Share(2, 2), window.name
        for parts in (report.hosts, report.graphs, report.shapes):
            assert [part.current for part in parts.shown] == [Share(2, 2)], window.name


def test_a_host_that_turned_is_told_with_the_hour_in_which_it_did(either_index: str) -> None:
    store = StoreEntry.objects.create(name="turned")
    for host in ("web-1", "web-2"):
        for minutes in _WEEK:
            bad = host == "web-2" and minutes <= 5 * 60 + 34  # from 07:00 on
            _begin(store, NOW - timedelta(minutes=minutes), host=host, one_turn=bad)
    count(store)
    for window in WINDOWS[1:]:
        report = report_orphans(store, window, MOMENT)
        turned = NOW.replace(hour=7, minute=0, second=0, microsecond=0)
        rises = {part.name: part.rise for part in report.hosts.shown}
        assert rises["web-1"] is None
        assert rises["web-2"] is not None, window.name
        bar = turned.replace(hour=6) if window.name == "30d" else turned  # of parts, it is told by bars there
        assert (rises["web-2"].at, rises["web-2"].until) == (bar, None)
        assert report.rise is not None
        assert (report.rise.at, report.rise.until) == (turned, None)
        assert all(part.rise is None for part in report.shapes.shown)


def test_muted_orphans_make_no_rise(either_index: str) -> None:
    store = StoreEntry.objects.create(name="muted")
    for minutes in _WEEK:
        bad = minutes <= 5 * 60 + 34
        _begin(store, NOW - timedelta(minutes=minutes), one_turn=bad, muted=bad)
    count(store)
    report = report_orphans(store, find_window("24h"), MOMENT)
    assert report.current.muted == report.current.orphans > 20
    assert report.rise is None
    assert [part.rise for part in report.hosts.shown] == [None]


def test_no_more_than_twenty_parts_are_shown_and_the_rest_counted(index: str) -> None:
    store = StoreEntry.objects.create(name="many")
    for number in range(23):
        for _ in range(1 + (number == 21)):
            _begin(store, NOW - timedelta(hours=2), host=f"web-{number:02}")
    count(store)
    hosts = report_orphans(store, find_window("24h"), MOMENT).hosts
    assert [part.name for part in hosts.shown][:3] == ["web-21", "web-00", "web-01"]
    assert (len(hosts.shown), hosts.more) == (20, 3)


def test_where_nothing_began_the_newest_thread_is_told(either_index: str) -> None:
    store = StoreEntry.objects.create(name="quiet")
    for days in (5, 3, 60):
        _begin(store, NOW - timedelta(days=days))
    count(store)
    assert report_orphans(store, find_window("24h"), MOMENT).newest_at == NOW - timedelta(days=3)
    assert report_orphans(store, find_window("7d"), MOMENT).newest_at is None


def test_the_number_in_the_bar_is_what_the_flag_lists(store: StoreEntry) -> None:
    orphans = count_orphans(store, MOMENT)
    for listed, number in (("", orphans.unmuted), ("show", orphans.all), ("only", orphans.muted)):
        found = find_threads(store, ThreadQuery(flag="orphan", muted=listed, limit=10_000), MOMENT, sight=FULL)
        assert number == len(found.rows) > 0


def test_a_share_of_nothing_is_none_and_not_zero(index: str) -> None:
    report = report_orphans(StoreEntry.objects.create(name="empty"), WINDOWS[0], MOMENT)
    assert report.current.rate is None
    assert report.hosts == report.graphs == report.shapes == Parts()
    assert [bar.share for bar in report.series] == [Share()] * 61
    assert (report.rise, report.newest_at) == (None, None)


def test_an_unknown_window_is_told_with_the_known_ones() -> None:
    assert [find_window(window.name) for window in WINDOWS] == list(WINDOWS)
    with pytest.raises(BadRequest) as caught:
        find_window("1y")
    assert "24h" in caught.value.hint


def _begin(store: StoreEntry, at: datetime, *, host: str = "web-1", one_turn: bool = True, muted: bool = False) -> None:
    """A thread of a few seconds."""
    last = at + timedelta(seconds=5)
    entry = ThreadEntry.every.create(
        **UNSTORED
        | {"stored": True, "state": "complete", "turns": 1 if one_turn else 3, "one_turn": one_turn, "muted": muted},
        store=store,
        thread_id=f"{host} {at.isoformat()} {ThreadEntry.every.count()}",
        first_at=at,
        last_at=last,
        verified_at=NOW,
    )
    ThreadWorker.objects.create(store=store, thread=entry, hostname=host, last_at=last, writes=3)


def _share(rows: list[Row], moment: Moment) -> Share:
    orphans = [row for row in rows if "orphan" in flags_of(row, moment)]
    undecided = sum(_is_left(row) for row in rows) - len(orphans)
    return Share(len(rows), len(orphans), undecided, sum(row.entry.muted for row in orphans))


def _is_left(row: Row) -> bool:
    """One turn, and nobody is asked anything."""
    return row.entry.one_turn and row.entry.state != "interrupted"


def _wrote(worker: ThreadWorker) -> bool:
    return bool(worker.writes or (worker.reported and not worker.elsewhere))
