"""The orphans report: what it counts is what Python counts over the same rows, window by window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from inspector.errors import BadRequest
from inspector.index.counts import count_orphans
from inspector.index.orphans import WINDOWS, Parts, Share, Window, find_window, report_orphans
from inspector.index.queries import Moment, Row, ThreadQuery, find_threads, flags_of
from inspector.models import StoreEntry, ThreadWorker
from tests.integration.index.samples import fill

#: Not on the edge of any bar.
NOW = datetime(2026, 11, 22, 12, 34, 56, 789, tzinfo=UTC)
MOMENT = Moment(NOW, 1800.0)
BASELINE = timedelta(days=7)


@pytest.fixture
def store(either_index: str) -> StoreEntry:
    return fill(NOW, seed=5)


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window.name)
def test_shares_series_and_hosts_are_what_python_counts(store: StoreEntry, window: Window) -> None:
    report = report_orphans(store, window, MOMENT)
    rows = find_threads(store, ThreadQuery(limit=10_000), MOMENT).rows
    begin = NOW - window.length
    begun = [row for row in rows if begin <= row.entry.first_at <= NOW]
    before = [row for row in rows if begin - BASELINE <= row.entry.first_at < begin]
    assert report.current == _share(begun)
    assert report.baseline == _share(before)
    assert report.newest_at is None
    for name in ("threads", "orphans", "undecided", "muted"):
        assert sum(getattr(bar.share, name) for bar in report.series) == getattr(report.current, name)

    for bar in report.series:
        assert bar.share == _share([row for row in begun if bar.at <= row.entry.first_at < bar.at + window.bucket]), bar
    steps = [later.at - bar.at for bar, later in zip(report.series, report.series[1:], strict=False)]
    assert set(steps) == {window.bucket}
    assert report.series[0].at <= begin < report.series[0].at + window.bucket
    assert report.series[-1].at <= NOW < report.series[-1].at + window.bucket


@pytest.mark.parametrize("window", WINDOWS, ids=lambda window: window.name)
def test_parts_are_what_python_counts(store: StoreEntry, window: Window) -> None:
    report = report_orphans(store, window, MOMENT)
    rows = find_threads(store, ThreadQuery(limit=10_000), MOMENT).rows
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
            assert part.current == _share(theirs), (kind, part.name)
            assert part.before == _share([row for row in before if part.name in names_of(row)]), (kind, part.name)
            assert part.random_ids == sum(_is_left(row) and row.entry.random_id for row in theirs)
        orphans = [part.current.orphans for part in parts.shown]
        assert orphans == sorted(orphans, reverse=True)
        assert parts.more == 0


def test_the_samples_have_orphans_in_and_before_every_window_but_the_last(store: StoreEntry) -> None:
    """Or else the comparison above would prove little."""
    reports = [report_orphans(store, window, MOMENT) for window in WINDOWS]
    assert all(0 < report.current.orphans < report.current.threads for report in reports)
    assert all(report.baseline.orphans for report in reports[:-1])


def test_the_number_in_the_bar_is_what_the_flag_lists(store: StoreEntry) -> None:
    for listed, muted in (("", False), ("show", None), ("only", True)):
        found = find_threads(store, ThreadQuery(flag="orphan", muted=listed, limit=10_000), MOMENT)
        assert count_orphans(store, MOMENT, muted=muted) == len(found.rows) > 0


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


def _share(rows: list[Row]) -> Share:
    orphans = [row for row in rows if "orphan" in flags_of(row, MOMENT)]
    undecided = sum(_is_left(row) for row in rows) - len(orphans)
    return Share(len(rows), len(orphans), undecided, sum(row.entry.muted for row in orphans))


def _is_left(row: Row) -> bool:
    """One turn, and nobody is asked anything."""
    return row.entry.one_turn and row.entry.state != "interrupted"


def _wrote(worker: ThreadWorker) -> bool:
    return bool(worker.writes or (worker.reported and not worker.elsewhere))
