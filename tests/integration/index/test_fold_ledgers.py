"""Which ledger a store has, and which of its rows are the store's."""

from __future__ import annotations

import time

import psycopg
import pytest

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import open_saver
from inspector.index.fold import FoldReport
from inspector.index.places import places_of
from inspector.models import StoreEntry, ThreadEntry
from inspector.probe.ledger_schema import Place
from tests.integration.index.conftest import NewDatabase, NewLedger, OpenReader
from tests.integration.index.scene import Scene
from tests.integration.index.syncing import fold, sync
from tests.integration.index.tellers import Teller, known, place_of, workers_of
from tests.integration.postgres.polling import wait_for

NOW = time.time()


def test_two_stores_share_a_ledger_and_each_has_its_own_reads(
    scene: Scene, new_database: NewDatabase, open_reader: OpenReader
) -> None:
    url = new_database()
    with open_saver(url):
        pass
    other = open_reader(url, name="other")
    scene.say("here", "web-1")
    unknown = Place(1, "PostgresSaver", "postgres", ("postgres:system:1/elsewhere/public",), "a third database")
    worker = Teller(scene.writer, "web-1", (place_of(scene.reader), unknown))
    worker.read("here", found=1)
    worker.read("elsewhere", missed=1, at=NOW, slot=1)
    Teller(scene.writer, "web-2", (place_of(other),)).read("there", missed=1, at=NOW)
    for reader, beside in ((scene.reader, other), (other, scene.reader)):
        sync(reader)
        fold(reader, scene.ledger, others=[beside])
    assert set(known("store")["threads"]) == {"here", "elsewhere"}
    assert set(known("other")["threads"]) == {"there", "elsewhere"}
    assert workers_of("elsewhere") == {"web-1": (0, 1, 1, 0, "postgres")}
    assert workers_of("there", "other") == {"web-2": (0, 1, 1, 0, "")}


def test_a_store_that_is_met_later_gets_its_rows_back(
    scene: Scene, new_database: NewDatabase, open_reader: OpenReader
) -> None:
    url = new_database()
    with open_saver(url):
        pass
    other = open_reader(url, name="other")
    Teller(scene.writer, "web-2", (place_of(other),)).read("there", missed=1, at=NOW)
    scene.sync()
    scene.fold()
    assert workers_of("there") == {"web-2": (0, 1, 1, 0, "postgres")}
    scene.fold(others=(other,))
    assert known("store")["threads"] == {}


def test_a_ledger_that_is_down_is_remembered_and_folded_when_it_is_back(
    new_database: NewDatabase, index: str, open_reader: OpenReader, new_ledger: NewLedger
) -> None:
    with EmbeddedPostgres() as server:
        url = new_database()
        scene = Scene(url, open_reader(url), *new_ledger(server.create_database()))
        scene.say("one", "web-1")
        worker = scene.worker("web-1")
        worker.read("one", found=1)
        scene.sync()
        server.stop()
        report = scene.fold()
        store = StoreEntry.objects.get()
        assert "cannot be reached" in store.ledger_error
        assert report == FoldReport(0, False, store.ledger_error, store.ledger_error_hint)
        assert store.ledger_error_hint
        assert (store.error, store.ledger_seen_at) == ("", None)
        server.start()
        wait_for(lambda: scene.fold() == FoldReport(1, more=False))
        assert StoreEntry.objects.get().ledger_error == ""
        assert workers_of("one") == {"web-1": (3, 1, 0, 0, "")}


@pytest.mark.parametrize("how", ["truncate", "drop table"])
def test_a_ledger_that_was_emptied_takes_its_reads_along(scene: Scene, how: str) -> None:
    scene.say("one", "web-1")
    scene.say("two", "web-1")
    worker = scene.worker("web-1")
    worker.read("one", found=1)
    worker.read("asked in vain", missed=1, at=NOW)
    worker.read("deleted", missed=1, at=NOW)
    scene.say("deleted", "web-1")
    scene.sync()
    scene.fold()
    scene.delete("deleted")
    scene.sync()
    with psycopg.connect(scene.url, autocommit=True) as connection:
        connection.execute(f"{how} inspector_counts, inspector_workers, inspector_errors")
    scene.fold()
    assert workers_of("one") == {"web-1": (3, None, None, None, "")}
    assert set(known("store")["threads"]) == {"one", "two"}
    assert StoreEntry.objects.get().ledger_seen_at is None
    Teller(scene.writer, "web-9", (place_of(scene.reader),)).read("two", found=5)
    scene.fold()
    assert workers_of("two")["web-9"][1] == 5


@pytest.mark.parametrize("anew", [False, True])
@pytest.mark.parametrize("second", ["an empty one", "none"])
def test_reads_of_a_ledger_go_with_it(
    scene: Scene, new_database: NewDatabase, new_ledger: NewLedger, second: str, anew: bool
) -> None:
    scene.say("one", "web-1")
    scene.say("unnamed", "")
    worker = scene.worker("web-1")
    worker.read("one", found=1)
    worker.read("lost", missed=1, at=NOW)
    for each in (worker, scene.worker("web-2")):
        each.put("unnamed", 1)
    scene.sync()
    scene.fold()
    assert ThreadEntry.objects.get(thread_id="unnamed").several_hosts
    ledger = new_ledger(new_database())[1] if second == "an empty one" else None
    fold(scene.reader, ledger, anew=anew)
    assert workers_of("one") == {"web-1": (3, None, None, None, "")}
    assert set(known("store")["threads"]) == {"one", "unnamed"}
    assert not ThreadEntry.objects.get(thread_id="unnamed").several_hosts
    assert StoreEntry.objects.get().ledger_seen_at is None


def test_a_store_whose_own_ledger_is_empty_is_told_apart_all_the_same(
    scene: Scene, new_database: NewDatabase, open_reader: OpenReader, new_ledger: NewLedger
) -> None:
    """By a page as by a fold, and only as long as it is configured."""
    url = new_database()
    with open_saver(url):
        pass
    other = open_reader(url, name="other")
    for ledger in (new_ledger(url)[1], None):
        StoreEntry.objects.filter(name="other").delete()
        sync(other)
        fold(other, ledger)
        names = frozenset(other.store.read_identities())
        assert set(StoreEntry.objects.get(name="other").identities) == names
        places = places_of(scene.reader, [other, scene.reader])
        assert places.here == frozenset(place_of(scene.reader).identities)
        assert places.there == names
        assert places.store_at(["unheard-of", *names]) == other.store.name
        assert places.store_at(place_of(scene.reader).identities) == ""
        assert places_of(scene.reader, [scene.reader]).there == frozenset()


def test_places_are_those_of_the_configured_stores(
    scene: Scene, new_database: NewDatabase, open_reader: OpenReader
) -> None:
    """One that was configured before is none of them, and one that was never reached holds up nobody."""
    StoreEntry.objects.create(name="gone", identities=["postgres:system:7/gone/public"])
    down = open_reader("postgresql://nobody@127.0.0.1:9/none", name="down", connect=60)
    StoreEntry.objects.create(name="down", error="cannot be reached")
    assert places_of(scene.reader, [down]).there == frozenset()


def test_another_ledger_takes_the_place_of_the_first(
    scene: Scene, new_database: NewDatabase, new_ledger: NewLedger
) -> None:
    scene.say("one", "web-1")
    scene.worker("web-1").read("one", found=1)
    scene.worker("web-1").read("lost", missed=1, at=NOW)
    scene.sync()
    scene.fold()
    second = Scene(scene.url, scene.reader, *new_ledger(new_database()))
    second.worker("web-2").read("one", found=2)
    second.fold()
    assert workers_of("one") == {"web-1": (3, None, None, None, ""), "web-2": (0, 2, 0, 0, "")}
    assert scene.state("lost") == ""


def test_a_store_without_a_probe_stays_without_reads(scene: Scene) -> None:
    scene.say("one", "web-1")
    scene.sync()
    assert scene.fold() == FoldReport(0, more=False)
    assert workers_of("one") == {"web-1": (3, None, None, None, "")}
    assert StoreEntry.objects.get().ledger_seen_at is None
