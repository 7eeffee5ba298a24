"""Alerts that are looked after while the dashboard runs: by one of several dashboards, and not stopped by an error."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from inspector.alerts import background
from inspector.alerts.background import BackgroundAlerts, look_if_due
from inspector.alerts.watch import Judged, judge_store
from inspector.models import StoreEntry
from inspector.reader import Reader
from inspector.stores.postgres import PostgresStore
from tests.integration.doctor.made import DOWN
from tests.integration.index.conftest import either_index, index  # noqa: F401  fixtures
from tests.integration.postgres.polling import wait_for

HOUR = 3_600.0


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The threads that took a look, each time they did."""
    taken: list[str] = []

    def count(*arguments: Any) -> Judged:
        taken.append(threading.current_thread().name)
        return judge_store(*arguments)

    monkeypatch.setattr(background, "judge_store", count)
    return taken


def test_a_look_is_taken_again_and_again(index: str, looks: list[str]) -> None:  # noqa: F811
    StoreEntry.objects.create(name="store", synced_at=timezone.now())
    alerts = BackgroundAlerts([Reader(PostgresStore("store", DOWN))], pause=0.01)
    alerts.start()
    try:
        wait_for(lambda: len(looks) > 2)
    finally:
        alerts.stop(30)
    assert StoreEntry.objects.get().judged_at is not None


def test_of_dashboards_that_are_due_at_once_one_takes_the_look(either_index: str, looks: list[str]) -> None:  # noqa: F811
    StoreEntry.objects.create(name="store", synced_at=timezone.now(), judged_at=timezone.now() - timedelta(days=1))
    begin = threading.Barrier(4)

    def be_a_replica() -> None:
        try:
            begin.wait(30)
            look_if_due("store", HOUR)
        finally:
            connection.close()

    threads = [threading.Thread(target=be_a_replica) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    assert len(looks) == 1


def test_a_look_that_another_dashboard_took_is_waited_for(index: str, looks: list[str]) -> None:  # noqa: F811
    StoreEntry.objects.create(name="store", judged_at=timezone.now())
    assert HOUR - 60 < look_if_due("store", HOUR) <= HOUR
    assert look_if_due("another", HOUR) == HOUR
    assert looks == []


def test_an_error_is_told_and_the_next_look_is_taken(
    index: str,  # noqa: F811
    looks: list[str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    StoreEntry.objects.create(name="store", synced_at=timezone.now())
    counted, failures = background.judge_store, [DatabaseError("It is locked.")]

    def fail_once(*arguments: Any) -> Judged:
        if failures:
            raise failures.pop()
        return counted(*arguments)

    monkeypatch.setattr(background, "judge_store", fail_once)
    alerts = BackgroundAlerts([Reader(PostgresStore("store", DOWN))], pause=0.01)
    alerts.start()
    try:
        wait_for(lambda: bool(looks))
    finally:
        alerts.stop(30)
    assert "could not be looked after" in caplog.text
