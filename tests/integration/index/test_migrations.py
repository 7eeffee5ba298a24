"""An index that an earlier version made is taken over: its rows are forgotten, and what is read anew has its place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dj_database_url
import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from pytest_django import DjangoDbBlocker

from inspector.doctor.throwaway import default_database
from inspector.index.search import find_hits
from inspector.models import HourTally, Mute, StoreEntry, ThreadEntry
from inspector.parts import _sqlite
from tests.integration.index.conftest import NewDatabase
from tests.integration.index.samples import fill
from tests.integration.index.tallied import assert_tallies_are_right

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
BEFORE = "0003_diagnosis"


@pytest.fixture(params=["sqlite", "postgres"])
def old_index(
    request: pytest.FixtureRequest, tmp_path: Path, new_database: NewDatabase, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """As the version before mutes left it."""
    sqlite = request.param == "sqlite"
    database: dict[str, Any] = (
        _sqlite(str(tmp_path / "index.sqlite3")) if sqlite else dict(dj_database_url.parse(new_database()))
    )
    with django_db_blocker.unblock(), default_database(database):
        call_command("migrate", "inspector", BEFORE, verbosity=0)
        yield


def _write_as_before() -> None:
    models = MigrationLoader(connection).project_state(("inspector", BEFORE)).apps
    store = models.get_model("inspector", "StoreEntry").objects.create(name="store", synced_at=NOW)
    no = dict.fromkeys(("random_id", "several_hosts", "siblings", "clock_skew", "rebuilt_values"), False)
    numbers = dict.fromkeys(("checkpoints", "writes", "namespaces"), 1)
    thread = models.get_model("inspector", "ThreadEntry").objects.create(
        store=store,
        thread_id="support:8841",
        turns=1,
        turns_is_lower_bound=False,
        one_turn=True,
        first_at=NOW,
        last_at=NOW,
        last_checkpoint_id="1",
        state="complete",
        owner="",
        metadata={},
        verified_at=NOW,
        **numbers,
        **no,
    )
    did = {"store": store, "thread": thread, "hostname": "web-1", "last_at": NOW}
    models.get_model("inspector", "ThreadWorker").objects.create(**did)
    models.get_model("inspector", "HourTally").objects.create(
        store=store, hour=NOW, hostname="web-1", every=False, threads=1
    )
    models.get_model("inspector", "FindingEntry").objects.create(store=store, rule="a", status="ok", finding={})


def test_an_index_of_before_is_emptied_and_filled_anew(old_index: None) -> None:
    _write_as_before()
    call_command("migrate", verbosity=0)
    for model in (StoreEntry, ThreadEntry, HourTally, Mute):
        assert not model._base_manager.exists()
    store = fill(NOW)
    assert_tallies_are_right(store)
    (some,) = ThreadEntry.objects.filter(store=store, thread_id__startswith="thread-")[:1]
    hits = find_hits(store, some.thread_id)
    assert hits is not None
    assert hits.of(True, False) == [some.pk]
    call_command("makemigrations", "inspector", check_changes=True, dry_run=True, verbosity=0)
