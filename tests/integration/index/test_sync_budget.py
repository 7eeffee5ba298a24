"""Threads too heavy to be read in time, and a store that never rests: the index goes on, and a round ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg
import pytest
from django.utils import timezone

from inspector.demo.repertoire import PlayedStore
from inspector.errors import ReadTooLong, StoreTimeout
from inspector.index.sync import PassReport
from inspector.management.commands.sync import _has_to_go_on
from inspector.models import StoreEntry, ThreadEntry
from inspector.reader import Reader, ThreadSummary
from inspector.stores.followed import FollowedStore
from tests.integration.index.conftest import OpenReader
from tests.integration.index.equality import assert_index_equals_store
from tests.integration.index.syncing import sync
from tests.integration.postgres.polling import wait_for


@dataclass(frozen=True, slots=True)
class Burdened(Reader):
    """Takes too long as soon as a heavy thread is asked for, alone or among others."""

    heavy: set[str] = field(default_factory=set)
    asked: list[list[str]] = field(default_factory=list)

    def read_summaries(self, thread_ids: Sequence[str]) -> list[ThreadSummary]:
        self.asked.append(list(thread_ids))
        if self.heavy & set(thread_ids):
            raise ReadTooLong("The store took longer than the read's time budget.")
        return Reader.read_summaries(self, thread_ids)

    def scan_summaries(self, store: FollowedStore, after: str, *, checkpoints: int) -> tuple[list[ThreadSummary], str]:
        found, last = Reader.scan_summaries(self, store, after, checkpoints=checkpoints)
        if self.heavy & {summary.row.thread_id for summary in found}:
            raise ReadTooLong("The store took longer than the read's time budget.")
        return found, last


def burdened(reader: Reader, *heavy: str) -> Burdened:
    return Burdened(reader.store, reader.host_keys, reader.owner_keys, heavy=set(heavy))


def test_a_heavy_thread_is_left_out_and_all_others_are_indexed(
    played: PlayedStore, index: str, open_reader: OpenReader
) -> None:
    thread_id = played.find("two-hosts", "sync").threads[0].thread_id
    plain = open_reader(played.url)
    reader = burdened(plain, thread_id)
    report = sync(reader)
    assert (report.skipped, report.complete) == (1, False)
    entry = StoreEntry.objects.get()
    every = {count.thread_id for count in plain.store.iter_thread_counts()}
    assert {one.thread_id for one in ThreadEntry.objects.all()} == every - {thread_id}
    assert (entry.fingerprint, entry.skipped, entry.threads) == ("", [thread_id], len(every) - 1)
    assert entry.error.startswith("1 thread took longer than the read's time budget and is not in the index")
    assert entry.synced_at

    reader.asked.clear()
    again = sync(reader)
    assert (again.looked, again.skipped) == (True, 1)
    assert reader.asked == [[thread_id]], "alone, and after all others"

    assert sync(plain).complete
    assert_index_equals_store(plain, played.url)
    assert StoreEntry.objects.get().skipped == []


def test_a_heavy_thread_holds_up_no_round(played: PlayedStore, index: str, open_reader: OpenReader) -> None:
    plain = open_reader(played.url)
    sync(plain)
    thread_id = played.find("two-hosts", "sync").threads[0].thread_id
    relabel(played, plain)
    reader = burdened(plain, thread_id)
    for _ in range(2):
        report = sync(reader)
        assert (report.skipped, report.left) == (1, 0)
    assert report.verified == 0
    assert sync(plain).complete
    assert_index_equals_store(plain, played.url)


def test_many_heavy_threads_keep_out_none_of_the_others_for_good(
    played: PlayedStore, index: str, open_reader: OpenReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than may follow each other in one pass: that one fails, and the next knows of them."""
    monkeypatch.setattr("inspector.index.refresh.LEFT_OUT", 2)
    plain = open_reader(played.url)
    every = sorted(count.thread_id for count in plain.store.iter_thread_counts())
    light, reader = every[0], burdened(plain, *every[1:])
    for _ in range(len(every)):
        try:
            report = sync(reader)
            break
        except StoreTimeout:
            assert StoreEntry.objects.get().error
    assert report.skipped == len(every) - 1
    assert [one.thread_id for one in ThreadEntry.objects.all()] == [light]
    tried = set()
    for _ in range(len(every)):
        reader.asked.clear()
        assert sync(reader).skipped == len(every) - 1
        assert len(reader.asked) == 2
        tried |= {one for batch in reader.asked for one in batch}
    assert tried == set(every[1:]), "each has its turn"


def test_a_store_that_is_locked_is_not_asked_in_halves(
    played: PlayedStore, index: str, open_reader: OpenReader
) -> None:
    reader = open_reader(played.url, lock=0.05)
    sync(reader)
    with psycopg.connect(played.url) as connection:
        connection.execute("lock checkpoints in access exclusive mode")
        with pytest.raises(StoreTimeout) as caught:
            reader.read_summaries(["anything"])
    assert not isinstance(caught.value, ReadTooLong)
    with pytest.raises(ReadTooLong), reader.store._sessions.read(statement=0.01) as cursor:  # type: ignore[attr-defined]
        cursor.execute("select pg_sleep(1)")


def test_a_round_ends_though_rows_are_rewritten_all_the_time(
    played: PlayedStore, index: str, open_reader: OpenReader, blind: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.index.rounds.SCRUB", 2)
    reader = open_reader(played.url)
    sync(reader)
    relabel(played, reader)
    began = timezone.now()
    reports: list[PassReport] = []
    for _ in range(100):
        reports.append(sync(reader))
        relabel(played, reader)
        if reports[-1].left == 0:
            break
    assert reports[-1].queued
    assert not reports[-1].complete
    assert not ThreadEntry.objects.filter(verified_at__lt=began).exists()
    assert len({report.round for report in reports}) == 1
    assert len(reports) == -(-ThreadEntry.objects.count() // 2)
    for _ in range(2 * len(reports) + 2):
        report = sync(reader)
    assert report.complete
    assert_index_equals_store(reader, played.url)


def test_the_command_waits_for_its_rounds_and_not_for_ever(
    played: PlayedStore, index: str, open_reader: OpenReader, blind: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.index.rounds.SCRUB", 2)
    reader = open_reader(played.url)
    sync(reader)
    relabel(played, reader)
    sync(reader)
    relabel(played, reader)
    began = timezone.now()
    reports = [sync(reader)]
    assert reports[0].queued
    while _has_to_go_on(reports):
        relabel(played, reader)
        reports.append(sync(reader))
        assert len(reports) < 50
    assert len({report.round for report in reports}) == 2
    assert not ThreadEntry.objects.filter(verified_at__lt=began).exists()


def relabel(played: PlayedStore, reader: Reader) -> None:
    """Rewrites rows in place, and waits until the server has counted it."""
    before = reader.store.read_fingerprint().rewrites
    played.saver.conn.execute('update checkpoints set metadata = metadata || \'{"worker_hostname": "new"}\'')  # type: ignore[union-attr]
    played.saver.conn.execute("select pg_stat_force_next_flush()")  # type: ignore[union-attr]
    wait_for(lambda: reader.store.read_fingerprint().rewrites != before)
