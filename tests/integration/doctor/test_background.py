"""The diagnosis that goes on while the dashboard runs: fresh, alone, sparing, and not to be stopped by an error."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import PlayedStore
from inspector.doctor import background
from inspector.doctor.background import BackgroundDoctor
from inspector.doctor.diagnosis import diagnose, recorded
from inspector.doctor.record import Diagnosis
from inspector.index import loops
from inspector.index.queries import Moment
from inspector.models import FindingEntry, StoreEntry
from inspector.reader import Reader
from tests.integration.doctor.made import DOWN
from tests.integration.index.conftest import OpenReader
from tests.integration.index.syncing import sync
from tests.integration.postgres.freezing import frozen
from tests.integration.postgres.polling import wait_for

Start = Callable[..., BackgroundDoctor]
HOUR = 3_600.0


@pytest.fixture
def start(monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """`start(reader, …)`: a look every few milliseconds, stopped at the test's end."""
    monkeypatch.setattr(loops, "DUTY", 0.9)
    monkeypatch.setattr(background, "_NOTHING_YET", 0.01)
    started = []

    def begin(*readers: Reader, pause: float = 0.02) -> BackgroundDoctor:
        started.append(BackgroundDoctor(list(readers), pause=pause))
        started[-1].start()
        return started[-1]

    yield begin
    for doctor in started:
        doctor.stop()


def test_findings_are_recorded_again_and_again(
    played: PlayedStore, index: str, open_reader: OpenReader, start: Start
) -> None:
    reader = open_reader(played.url)
    sync(reader)
    start(reader)
    wait_for(lambda: FindingEntry.objects.filter(store__name="store").exists())
    first = _looked_at()
    wait_for(lambda: _looked_at() != first)


def test_nothing_is_said_of_a_store_that_no_pass_has_come_to(
    played: PlayedStore, index: str, open_reader: OpenReader, start: Start
) -> None:
    reader = open_reader(played.url)
    assert background._until_due("store", 0.0) > 0  # the index has not met it
    StoreEntry.objects.create(name="store")
    assert background._until_due("store", 0.0) > 0  # the first pass has begun
    start(reader)
    sync(reader)
    wait_for(FindingEntry.objects.exists)


def test_a_store_whose_first_pass_failed_is_looked_at(index: str) -> None:
    StoreEntry.objects.create(name="store", error="It cannot be reached.")
    assert background._until_due("store", 0.0) == 0


def test_a_look_that_a_page_took_counts(played: PlayedStore, either_index: str, open_reader: OpenReader) -> None:
    reader = open_reader(played.url)
    sync(reader)
    assert background._until_due("store", HOUR) == 0
    diagnose(reader, StoreEntry.objects.get(), Moment(timezone.now(), 1800))
    assert 0 < background._until_due("store", HOUR) <= HOUR
    assert background._until_due("store", 0.0) == 0
    assert not background._look(reader, HOUR)


def test_a_look_in_the_future_does_not_put_off_the_next(index: str) -> None:
    now = timezone.now()
    StoreEntry.objects.create(name="store", synced_at=now, diagnosed_at=now + timedelta(days=1))
    assert background._until_due("store", HOUR) == 0


def test_replicas_that_are_due_at_once_take_one_look(
    played: PlayedStore, either_index: str, open_reader: OpenReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = open_reader(played.url)
    sync(reader)
    StoreEntry.objects.update(diagnosed_at=timezone.now() - timedelta(days=1))
    looks: list[str] = []
    begin = threading.Barrier(4)

    def count(*arguments: object) -> Diagnosis:
        looks.append(threading.current_thread().name)
        return diagnose(*arguments)  # type: ignore[arg-type]

    def be_a_replica() -> None:
        try:
            begin.wait(30)
            background._look(reader, HOUR)
        finally:
            connection.close()

    monkeypatch.setattr(background, "diagnose", count)
    threads = [threading.Thread(target=be_a_replica) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    assert len(looks) == 1
    assert recorded(StoreEntry.objects.get(), Moment(timezone.now(), 1800)).recorded


def test_pages_and_the_background_write_at_once(
    played: PlayedStore, either_index: str, open_reader: OpenReader, start: Start
) -> None:
    reader = open_reader(played.url)
    sync(reader)
    start(reader)
    for _ in range(10):
        found = diagnose(reader, StoreEntry.objects.get(), Moment(timezone.now(), 1800))
        assert FindingEntry.objects.count() == len(found.recorded) > 0


def test_a_look_that_failed_is_no_look(
    played: PlayedStore, index: str, open_reader: OpenReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = open_reader(played.url)
    sync(reader)
    before = timezone.now() - timedelta(days=1)
    StoreEntry.objects.update(diagnosed_at=before)
    monkeypatch.setattr(background, "diagnose", _fail)
    with pytest.raises(ZeroDivisionError):
        background._look(reader, HOUR)
    assert _looked_at() == before


def test_an_error_of_our_own_is_no_end(
    played: PlayedStore, index: str, open_reader: OpenReader, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = open_reader(played.url)
    sync(reader)
    failures = [DatabaseError("the disk is full"), ZeroDivisionError()]

    def fail_first(*arguments: object) -> Diagnosis:
        if failures:
            raise failures.pop()
        return diagnose(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(background, "diagnose", fail_first)
    start(reader)
    wait_for(FindingEntry.objects.exists)
    assert failures == []


def test_stores_that_are_down_or_hang_hold_up_no_other(
    played: PlayedStore, index: str, open_reader: OpenReader, start: Start
) -> None:
    up = open_reader(played.url, name="up")
    sync(up)
    with EmbeddedPostgres() as server:
        hangs = open_reader(server.create_database(), name="hangs")
        for name in ("down", "hangs"):
            StoreEntry.objects.create(name=name, error="It cannot be reached.")
        with frozen(server):
            start(open_reader(DOWN, name="down"), hangs, up)
            wait_for(lambda: _names() >= {"up", "down"})
        wait_for(lambda: "hangs" in _names())


def test_it_rests_in_proportion_to_what_a_look_took() -> None:
    doctor = BackgroundDoctor([])
    assert doctor._rest_after(0.1) == background.EVERY
    assert doctor._rest_after(3.0) == pytest.approx(57.0)
    assert doctor._rest_after(600.0) == loops.LONGEST_PAUSE


def test_it_ends_when_told(played: PlayedStore, index: str, open_reader: OpenReader, start: Start) -> None:
    reader = open_reader(played.url)
    sync(reader)
    doctor = start(reader, pause=HOUR)
    wait_for(FindingEntry.objects.exists)
    doctor.stop()
    assert not _threads()


def test_a_look_that_outstays_the_end_says_nothing_of_the_readers_that_were_closed_under_it(
    played: PlayedStore,
    index: str,
    open_reader: OpenReader,
    start: Start,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    reader = open_reader(played.url)
    sync(reader)
    at_it, closed = threading.Event(), threading.Event()

    def outstay(*arguments: object) -> Diagnosis:
        at_it.set()
        closed.wait(30)
        raise ZeroDivisionError

    monkeypatch.setattr(background, "diagnose", outstay)
    doctor = start(reader)
    assert at_it.wait(30)
    doctor.stop(timeout=0)
    closed.set()
    wait_for(lambda: not _threads())
    assert caplog.messages == []


def _threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "doctor-store"]


def _looked_at() -> object:
    return StoreEntry.objects.values_list("diagnosed_at", flat=True).get()


def _names() -> set[str]:
    return set(FindingEntry.objects.values_list("store__name", flat=True))


def _fail(*arguments: object) -> Diagnosis:
    raise ZeroDivisionError
