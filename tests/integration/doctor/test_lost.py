"""What is lost of what workers put, and what was pruned, deleted or never missed: by real stores and real ledgers."""

from __future__ import annotations

import time

import pytest

from inspector.demo.plays import play, plays
from inspector.demo.repertoire import open_saver
from inspector.demo.stage import Durability
from inspector.doctor.evidence.lost import MENDED, Lost, find_lost
from inspector.index.places import places_of
from inspector.index.recent import newest_threads
from inspector.models import StoreEntry
from inspector.probe import watch
from tests.integration.index.conftest import NewDatabase, NewLedger, OpenReader
from tests.integration.index.scene import Scene
from tests.integration.index.syncing import fold, sync
from tests.probing import probing_into


def lost(scene: Scene, hosts: tuple[str, ...] = ("web-1", "web-2")) -> tuple[Lost, ...]:
    scene.fold()
    scene.sync()
    entry = StoreEntry.objects.get(name="store")
    return find_lost(scene.reader, scene.ledger, places_of(scene.reader, ()).here, newest_threads(entry, 100), hosts)


def test_checkpoints_that_a_host_put_and_nobody_holds_are_lost(scene: Scene) -> None:
    scene.say("t", "web-1", "web-1")
    scene.worker("web-1").put("t", 6, at=time.time())
    scene.worker("web-2").put("t", 3, at=time.time())

    (found,) = lost(scene)
    assert (found.hostname, found.thread_id, found.put, found.held, found.number) == ("web-2", "t", 3, 0, 3)


def test_a_host_that_lost_one_turn_of_several_is_told(scene: Scene) -> None:
    scene.say("t", "web-1", "web-2")
    scene.worker("web-1").put("t", 3, at=time.time())
    scene.worker("web-2").put("t", 6, at=time.time())

    (found,) = lost(scene)
    assert (found.hostname, found.put, found.held) == ("web-2", 6, 3)


def test_who_does_not_report_may_be_the_same_host_by_another_name(scene: Scene) -> None:
    scene.say("t", "pod-7f9c")
    scene.worker("web-1").put("t", 3, at=time.time())

    assert lost(scene) == ()


def test_what_came_after_the_index_was_made_is_not_missed(scene: Scene) -> None:
    scene.say("t", "web-1")
    scene.worker("web-1").put("t", 6, at=time.time())
    scene.fold()
    scene.sync()
    newest = newest_threads(StoreEntry.objects.get(name="store"), 100)
    scene.say("t", "web-1")

    assert find_lost(scene.reader, scene.ledger, places_of(scene.reader, ()).here, newest, ["web-1"]) == ()


def test_what_was_pruned_is_not_lost(scene: Scene) -> None:
    scene.say("t", "web-1", "web-1")
    scene.worker("web-1").put("t", 6, at=time.time())
    with open_saver(scene.url) as saver:
        saver.prune(["t"], strategy="keep_latest")

    assert lost(scene) == ()


def test_what_was_deleted_and_begun_anew_is_not_lost(scene: Scene) -> None:
    scene.worker("web-1").put("t", 9, at=time.time() - 3600)
    scene.say("t", "web-1")

    assert lost(scene) == ()


def test_a_thread_that_is_gone_as_a_whole_is_not_lost(scene: Scene) -> None:
    scene.worker("web-1").put("t", 9, at=time.time())
    scene.say("other", "web-1")
    scene.worker("web-2").read("t", missed=2, at=time.time())

    assert lost(scene) == ()


def test_what_was_put_elsewhere_is_not_lost_here(scene: Scene) -> None:
    scene.say("t", "web-1")
    scene.worker("web-2").put("t", 3, at=time.time(), slot=1)

    assert lost(scene) == ()


def test_what_a_host_lost_that_is_gone_accuses_nobody(scene: Scene) -> None:
    scene.say("t", "web-1")
    scene.worker("web-1").put("t", 6, at=time.time())

    assert len(lost(scene)) == 1
    assert lost(scene, hosts=("web-2",)) == ()


@pytest.mark.parametrize(("since", "found"), [(MENDED - 1, 1), (MENDED, 0)])
def test_what_a_host_lost_before_it_was_mended_is_forgotten(scene: Scene, since: int, found: int) -> None:
    scene.say("t", "web-1")
    worker = scene.worker("web-1")
    worker.put("t", 6, at=time.time())
    for number in range(since):
        scene.say(f"later-{number}", "web-1")
        worker.put(f"later-{number}", 3, at=time.time())

    assert len(lost(scene)) == found


@pytest.mark.parametrize("durability", ["sync", "async", "exit"])
def test_no_play_of_langgraph_lacks_a_checkpoint(
    new_database: NewDatabase, index: str, open_reader: OpenReader, new_ledger: NewLedger, durability: Durability
) -> None:
    url = new_database()
    with open_saver(url) as saver, probing_into(url):
        watched = watch(saver)
        done = [play(one, watched, durability) for slug, one in plays().items() if slug != "hostile-thread-ids"]
    assert done
    reader, (_, ledger) = open_reader(url), new_ledger(url)
    assert sync(reader).complete
    fold(reader, ledger)
    newest = newest_threads(StoreEntry.objects.get(name="store"), 1_000)

    reported = sum(worker.reported or 0 for row in newest for worker in row.workers)
    assert reported > 100
    assert find_lost(reader, ledger, places_of(reader, ()).here, newest, ["web-1"]) == ()
