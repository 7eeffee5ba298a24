"""A pass may end anywhere, meet another one, or write what has changed since it was read: the next make it good."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from django.db import connection as index_connection
from django.utils import timezone

from inspector.demo.graphs.chat import build_chat
from inspector.demo.repertoire import PlayedStore
from inspector.demo.stage import Stage
from inspector.index.lease import LeaseTaken
from inspector.models import StoreEntry, ThreadEntry
from inspector.reader import Reader, ThreadSummary
from inspector.stores.base import Fingerprint
from inspector.stores.guard import Limits
from inspector.stores.postgres import PostgresStore
from tests.integration.index.conftest import OpenReader
from tests.integration.index.equality import assert_index_equals_store
from tests.integration.index.syncing import stop_after, sync


@pytest.mark.parametrize("end_after", [0, 1, 2, 3])
@pytest.mark.parametrize("batch", [2, 200])
def test_a_pass_that_ends_anywhere_is_made_up_for(
    played: PlayedStore,
    index: str,
    open_reader: OpenReader,
    monkeypatch: pytest.MonkeyPatch,
    end_after: int,
    batch: int,
) -> None:
    monkeypatch.setattr("inspector.index.refresh.BATCH", batch)
    monkeypatch.setattr("inspector.index.walk._FIRST", 10)
    monkeypatch.setattr("inspector.index.walk._MOST", 10)
    reader = open_reader(played.url, pool_size=1, connect=1)
    with pytest.raises(KeyboardInterrupt):
        sync(reader, progress=stop_after(end_after))
    assert StoreEntry.objects.get().lease == ""
    assert sync(reader).looked
    assert_index_equals_store(reader, played.url)


def test_two_that_sync_at_once_end_equal(played: PlayedStore, either_index: str, open_reader: OpenReader) -> None:
    """Who comes while the other is at it goes away, and comes again."""
    readers = [open_reader(played.url) for _ in range(2)]
    start = threading.Barrier(2)

    def run(reader: Reader) -> int:
        start.wait()
        done = 0
        try:
            while done < 4:
                with suppress(LeaseTaken):
                    sync(reader, full=bool(done % 2))
                    done += 1
            return done
        finally:
            index_connection.close()

    with ThreadPoolExecutor(2) as threads:
        stage, graph = Stage(played.saver, "exit", "busy"), build_chat(played.saver)
        running = [threads.submit(run, reader) for reader in readers]
        for turn in range(20):
            stage.say(graph, stage.config(f"busy-{turn % 5}", worker_hostname="web-1"), "Hello")
        assert [one.result() for one in running] == [4, 4]
    played.saver.conn.execute("select pg_stat_force_next_flush()")  # type: ignore[union-attr]
    for reader in readers:
        sync(reader)
        assert_index_equals_store(reader, played.url)


@dataclass(frozen=True, slots=True)
class Overtaken(Reader):
    """Lets something happen once, between the reading of some threads and their way into the index."""

    meanwhile: list[Callable[[], Any]] = field(default_factory=list)

    def read_summaries(self, thread_ids: Sequence[str]) -> list[ThreadSummary]:
        found = Reader.read_summaries(self, thread_ids)
        while self.meanwhile:
            self.meanwhile.pop()()
        return found


@pytest.mark.parametrize("change", ["delete", "relabel", "go on"])
def test_what_changes_between_its_reading_and_its_writing_is_found_by_the_next_pass(
    played: PlayedStore, index: str, open_reader: OpenReader, change: str
) -> None:
    reader = open_reader(played.url)
    sync(reader)
    thread_id = played.find("two-hosts", "sync").threads[0].thread_id
    stage = Stage(played.saver, "sync", "late")

    def happen() -> None:
        if change == "delete":
            played.saver.delete_thread(thread_id)
        elif change == "go on":
            stage.say(build_chat(played.saver), stage.config(thread_id), "And then?")
        else:
            played.saver.conn.execute('update checkpoints set metadata = metadata || \'{"worker_hostname": "new"}\'')  # type: ignore[union-attr]
        played.saver.conn.execute("select pg_stat_force_next_flush()")  # type: ignore[union-attr]

    stage.say(build_chat(played.saver), stage.config(thread_id), "Hello again")
    slow = Overtaken(reader.store, reader.host_keys, reader.owner_keys, meanwhile=[happen])
    assert sync(slow).changed
    assert not slow.meanwhile
    for _ in range(2):
        sync(reader)
    assert_index_equals_store(reader, played.url)


class Standby(PostgresStore):
    """Answers as a standby does, where row counters stay at nothing."""

    def read_fingerprint(self) -> Fingerprint:
        return replace(super().read_fingerprint(), rewrites=None)


def test_where_the_server_cannot_tell_every_thread_is_verified_in_turn(
    played: PlayedStore, index: str, blind: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.index.rounds.SCRUB", 4)
    store = Standby("store", played.url, Limits())
    reader = Reader(store, host_keys=("worker_hostname",), owner_keys=("user_id",))
    sync(reader)
    played.saver.conn.execute('update checkpoints set metadata = metadata || \'{"worker_hostname": "new"}\'')  # type: ignore[union-attr]
    began = timezone.now()
    reports = [sync(reader)]
    while not reports[-1].complete:
        reports.append(sync(reader))
    assert {report.verified for report in reports} == {4, ThreadEntry.objects.count() % 4 or 4}
    assert len(reports) == -(-ThreadEntry.objects.count() // 4)
    assert not ThreadEntry.objects.filter(verified_at__lt=began).exists()
    assert_index_equals_store(reader, played.url)
    store.close()
