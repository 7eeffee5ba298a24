"""`/-/health`: what it tells nobody in particular, what it tells those who may know, and whom it sends elsewhere."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from inspector.access.viewer import Role, Viewer
from inspector.index.lease import lease_of
from inspector.index.ready import say_not_ready, say_ready, why_not_ready
from inspector.models import StoreEntry
from inspector.models.database import own_connection
from inspector.secret import Secret
from inspector.views.health import show_health

TOKEN = "a-token-of-some-length"


@pytest.fixture
def two_stores(show_stores: Any) -> Iterator[Client]:
    """One that is up to date and one whose last pass failed, both of them nowhere. Nobody is signed in."""
    show_stores(good="postgresql://reader@localhost:1/a", bad="postgresql://reader@localhost:1/b")
    now = timezone.now()
    StoreEntry.objects.create(name="good", synced_at=now, rest_until=now + timedelta(seconds=2))
    StoreEntry.objects.create(name="bad", synced_at=now - timedelta(hours=1), error="It does not answer.")
    with override_settings(INSPECTOR=dataclasses.replace(settings.INSPECTOR, metrics_token=Secret(TOKEN))):
        yield Client()


def details(client: Client) -> Any:
    return client.get("/-/health", headers={"authorization": f"Bearer {TOKEN}"}).json()


def test_nobody_in_particular_hears_one_word(two_stores: Client) -> None:
    answer = two_stores.get("/-/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "degraded"})
    assert two_stores.get("/-/health", headers={"authorization": "Bearer wrong"}).json() == {"status": "degraded"}


def test_who_has_the_token_hears_how_far_each_store_is(two_stores: Client) -> None:
    told = details(two_stores)
    assert (told["status"], told["failing"]) == ("degraded", ["bad"])
    assert told["stores"]["good"]["lag_seconds"] < 60
    assert told["stores"]["bad"]["lag_seconds"] >= 3600
    assert {name: store["syncer"] for name, store in told["stores"].items()} == {"good": "resting", "bad": "none"}


def test_a_viewer_hears_of_the_stores_that_he_may_see(two_stores: Client) -> None:
    request = two_stores.get("/-/health").wsgi_request
    request.viewer = Viewer("ada", "password", Role.SHAPE, frozenset({"good"}))  # type: ignore[attr-defined]
    told = show_health(request).content
    assert b"good" in told
    assert b"bad" not in told


def test_a_pass_that_is_under_way_shows(two_stores: Client) -> None:
    entry = StoreEntry.objects.get(name="bad")
    with lease_of(entry):
        assert details(two_stores)["stores"]["bad"]["syncer"] == "working"
    assert details(two_stores)["stores"]["bad"]["syncer"] == "none"


def test_a_holder_that_died_does_not(two_stores: Client) -> None:
    from inspector.index import lease

    dead = f"{lease._HOST}:{2**22 + 1}:0"
    StoreEntry.objects.filter(name="bad").update(lease=dead, lease_until=timezone.now() + lease.LASTS)
    assert details(two_stores)["stores"]["bad"]["syncer"] == "none"


def test_whether_it_lives_is_asked_of_no_database(
    two_stores: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        answer = two_stores.get("/-/health?check=live")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def ready(client: Client) -> tuple[int, dict[str, str]]:
    answer = client.get("/-/health?check=ready")
    return answer.status_code, answer.json()


def test_it_is_ready_although_its_stores_do_not_answer(two_stores: Client) -> None:
    assert ready(two_stores) == (200, {"status": "ready"})


def test_without_a_store_it_is_not_ready(show_stores: Any) -> None:
    show_stores()
    code, told = ready(Client())
    assert (code, told) == (503, {"status": "not ready", "reason": "No checkpoint store is configured."})


def test_before_its_tables_are_there_it_is_not_ready(two_stores: Client) -> None:
    last = MigrationRecorder.Migration.objects.filter(app="inspector").order_by("-name")[0]
    MigrationRecorder(connection).record_unapplied("inspector", last.name)
    code, told = ready(two_stores)
    assert (code, told["status"]) == (503, "not ready")
    assert "not up to date" in told["reason"]


def test_a_newer_versions_tables_are_no_hindrance(two_stores: Client) -> None:
    MigrationRecorder(connection).record_applied("inspector", "9999_of_a_later_version")
    assert ready(two_stores)[0] == 200


def test_one_that_is_told_to_end_sends_people_elsewhere(two_stores: Client) -> None:
    say_not_ready()
    try:
        assert ready(two_stores) == (503, {"status": "not ready", "reason": "It is about to end."})
        assert two_stores.get("/-/health?check=live").status_code == 200
    finally:
        say_ready()


def test_another_check_is_none(two_stores: Client) -> None:
    assert two_stores.get("/-/health?check=all&format=json").status_code == 400


def test_without_its_own_tables_it_lives_and_is_not_ready(two_stores: Client) -> None:
    """A table that is away, as after a database was made anew."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE inspector_storeentry RENAME TO away")
        cursor.execute("ALTER TABLE django_migrations RENAME TO away_too")
    assert two_stores.get("/-/health").json() == {"status": "degraded"}
    assert details(two_stores) == {"status": "degraded", "failing": [], "stores": {}}
    assert "not up to date" in why_not_ready(settings.INSPECTOR)


def where_the_index_cannot_be_opened(file: Path, ask: Callable[[], Any]) -> Any:
    """In a thread, which has a connection of its own: to a file in a directory that is not there."""

    def asked() -> Any:
        connection = own_connection()
        connection.settings_dict = {**connection.settings_dict, "NAME": str(file)}
        connection.close()
        return ask()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asked).result()


def test_without_its_own_database_it_lives_and_is_not_ready(two_stores: Client, tmp_path: Path) -> None:
    file = tmp_path / "gone" / "index.sqlite3"
    lives = where_the_index_cannot_be_opened(file, lambda: two_stores.get("/-/health?check=live"))
    assert (lives.status_code, lives.json()) == (200, {"status": "ok"})
    told = {"status": "not ready", "reason": "The dashboard's own database does not answer."}
    assert where_the_index_cannot_be_opened(file, lambda: ready(two_stores)) == (503, told)
    answer = where_the_index_cannot_be_opened(file, lambda: two_stores.get("/-/health"))
    assert (answer.status_code, answer.json()) == (200, {"status": "degraded"})
    unknown = {"status": "degraded", "failing": [], "stores": {}}
    assert where_the_index_cannot_be_opened(file, lambda: details(two_stores)) == unknown
