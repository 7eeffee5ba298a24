"""The diagnosis as a command makes it: by the index where it knows the store, else without leaving one behind."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.db import connections

from inspector.doctor import brief
from inspector.doctor.brief import pass_briefly
from inspector.doctor.look import Look, look_at
from inspector.doctor.throwaway import throwaway_index
from inspector.index.connections import close_readers, get_reader
from inspector.index.lease import lease_of
from inspector.index.passes import run_pass
from inspector.models import FindingEntry, StoreEntry
from tests.contract.places import PostgresPlace
from tests.integration.doctor.conftest import Configure
from tests.integration.doctor.made import DOWN
from tests.integration.doctor.said import held, say, threads
from tests.integration.index.conftest import NewDatabase
from tests.integration.index.syncing import sync


def test_the_index_is_used_where_it_knows_the_store(
    new_database: NewDatabase, index: str, configure: Configure
) -> None:
    configure(store=(url := new_database()))
    with PostgresPlace(url).open_saver() as saver:
        say(saver, "before")
        sync(get_reader())
        say(saver, "after")
        saver.conn.execute("select pg_stat_force_next_flush()")  # type: ignore[attr-defined]
    (look,) = look_at([get_reader()], indexed=True)
    assert (look.threads, look.whole) == (2, True)
    assert held() == ["after", "before"]
    assert FindingEntry.objects.exists()


def test_no_index_is_begun_for_a_store_that_it_does_not_know(
    new_database: NewDatabase, index: str, configure: Configure
) -> None:
    configure(known=(url := new_database()), new=(other := new_database()))
    for one in (url, other):
        with PostgresPlace(one).open_saver() as saver:
            say(saver, "thread")
    sync(get_reader("known"))
    looks = look_at([get_reader("new"), get_reader("known")], indexed=True)
    assert [(look.store, look.threads, look.error) for look in looks] == [("new", 1, ""), ("known", 1, "")]
    assert [entry.name for entry in StoreEntry.objects.all()] == ["known"]


def test_another_store_of_the_same_name_does_not_touch_the_index(
    new_database: NewDatabase, index: str, configure: Configure
) -> None:
    urls = new_database(), new_database()
    for url in urls:
        with PostgresPlace(url).open_saver() as saver:
            say(saver, f"of-{url[-4:]}")
    configure(store=urls[0])
    run_pass(get_reader())  # notes who the store is
    before = held()
    close_readers()
    configure(store=urls[1])
    (look,) = look_at([get_reader()], indexed=True)
    assert look.threads == 1
    assert held() == before


def test_a_pass_of_another_process_is_not_waited_for_long(
    new_database: NewDatabase, index: str, configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brief, "_LEASE", 0.05)
    configure(store=(url := new_database()))
    with PostgresPlace(url).open_saver() as saver:
        say(saver, "thread")
    sync(get_reader())
    with lease_of(StoreEntry.objects.get()):
        (look,) = look_at([get_reader()], indexed=True)
    assert look.threads == 1


def test_a_pass_that_takes_too_long_stops_where_it_is(
    new_database: NewDatabase, index: str, configure: Configure
) -> None:
    configure(store=(url := new_database()))
    with PostgresPlace(url).open_saver() as saver:
        say(saver, *threads(3))
    pass_briefly(get_reader(), seconds=0.0)
    for thread in threading.enumerate():
        if thread.name == "pass-store":
            thread.join()
    entry = StoreEntry.objects.get()
    assert (entry.synced_at, entry.lease) == (None, "")


def test_a_store_that_is_down_is_told_as_such(index: str, configure: Configure) -> None:
    configure(store=DOWN)
    (look,) = look_at([get_reader()], indexed=True)
    assert "cannot be reached" in look.error
    assert look.diagnosis.recorded == ()
    assert not StoreEntry.objects.exists()


def test_a_throwaway_index_leaves_the_configured_one_in_place(index: str) -> None:
    StoreEntry.objects.create(name="mine")
    before = connections["default"].settings_dict["NAME"]
    paths: list[Path] = []

    def look_and_fail() -> None:
        with throwaway_index():
            assert not StoreEntry.objects.exists()
            paths.append(Path(connections["default"].settings_dict["NAME"]))
            assert paths[0].exists()
            StoreEntry.objects.create(name="thrown away")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        look_and_fail()
    assert not paths[0].exists()
    assert connections["default"].settings_dict["NAME"] == before
    assert [entry.name for entry in StoreEntry.objects.all()] == ["mine"]


def test_what_was_looked_at_is_said_in_figures() -> None:
    look = Look("store", "postgresql://db/app", "postgres", threads=5_000, of=1_048_212)
    assert look.basis.startswith("Looked at the 5,000 newest of about 1,050,000 threads.")
