"""The orphans report: what it counts is what Python counts over the same rows, window by window."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from inspector.errors import BadRequest
from inspector.index.counts import count_orphans
from inspector.index.orphans import WINDOWS, Window, find_window, report_orphans
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
    assert (report.current.threads, report.current.orphans) == (len(begun), _orphans(begun))
    assert (report.baseline.threads, report.baseline.orphans) == (len(before), _orphans(before))
    assert sum(bar.threads for bar in report.series) == report.current.threads
    assert sum(bar.orphans for bar in report.series) == report.current.orphans

    for bar in report.series:
        inside = [row for row in begun if bar.at <= row.entry.first_at < bar.at + window.bucket]
        assert (bar.threads, bar.orphans) == (len(inside), _orphans(inside)), bar
    steps = [later.at - bar.at for bar, later in zip(report.series, report.series[1:], strict=False)]
    assert set(steps) == {window.bucket}
    assert report.series[0].at <= begin < report.series[0].at + window.bucket
    assert report.series[-1].at <= NOW < report.series[-1].at + window.bucket

    young = {row.entry.thread_id for row in begun if _is_undecided(row)}
    assert report.current.undecided == len(young)
    assert report.current.rate == _orphans(begun) / (len(begun) - len(young))

    if window.bucket >= timedelta(hours=1):  # of hosts, whole hours are counted
        begin = (begin + timedelta(minutes=30)).replace(minute=0, second=0, microsecond=0)
        begun = [row for row in rows if begin <= row.entry.first_at <= NOW]
    threads = Counter(worker.hostname for row in begun for worker in row.workers if _wrote(worker))
    orphans = Counter(worker.hostname for row in begun if _orphans([row]) for worker in row.workers if _wrote(worker))
    assert {host.hostname: (host.threads, host.orphans) for host in report.hosts} == {
        name: (count, orphans[name]) for name, count in threads.items()
    }
    for host in report.hosts:
        theirs = [
            row for row in begun if any(worker.hostname == host.hostname and _wrote(worker) for worker in row.workers)
        ]
        alone = [row for row in theirs if _orphans([row]) or _is_undecided(row)]
        assert host.undecided == sum(map(_is_undecided, theirs))
        assert host.random_ids == sum(row.entry.random_id for row in alone)
    assert [host.orphans for host in report.hosts] == sorted((host.orphans for host in report.hosts), reverse=True)


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
    assert report.hosts == ()
    assert [bar.threads for bar in report.series] == [0] * 61


def test_an_unknown_window_is_told_with_the_known_ones() -> None:
    assert [find_window(window.name) for window in WINDOWS] == list(WINDOWS)
    with pytest.raises(BadRequest) as caught:
        find_window("1y")
    assert "24h" in caught.value.hint


def _is_undecided(row: Row) -> bool:
    """One turn, not asked anything, and too young to tell."""
    flags = flags_of(row, MOMENT)
    return "one-turn" in flags and row.entry.state != "interrupted" and row.entry.last_at >= MOMENT.orphan_before


def _orphans(rows: list[Row]) -> int:
    return sum("orphan" in flags_of(row, MOMENT) for row in rows)


def _wrote(worker: ThreadWorker) -> bool:
    return bool(worker.writes or (worker.reported and not worker.elsewhere))
