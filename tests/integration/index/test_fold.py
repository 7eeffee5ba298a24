"""The ledger in the index: real graphs write a real store, real ledger rows say who read it, in any order."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import permutations

import psycopg
import pytest

from inspector.demo.repertoire import open_saver
from inspector.index import fold
from inspector.index.fold import FoldReport
from inspector.models import StoreEntry, ThreadEntry
from tests.integration.index.scene import Scene
from tests.integration.index.tellers import AT, known, workers_of

NOW = time.time()


def test_reads_and_misses_stand_beside_the_writes_of_each_host(scene: Scene) -> None:
    scene.say("shared", "web-1", "web-2")
    scene.say("plain", "web-1")
    scene.worker("web-1").read("shared", found=2, missed=1)
    scene.worker("web-3").read("shared", found=4)
    scene.sync()
    assert scene.fold() == FoldReport(1, more=False)
    assert workers_of("shared") == {
        "web-1": (3, 3, 1, 0, ""),
        "web-2": (3, None, None, None, ""),
        "web-3": (0, 4, 0, 0, ""),
    }
    assert workers_of("plain") == {"web-1": (3, None, None, None, "")}
    entry = ThreadEntry.objects.get(thread_id="shared")
    assert (entry.reads, entry.misses) == (7, 1)
    assert entry.last_miss_at == datetime.fromtimestamp(AT + 3, UTC)
    store = StoreEntry.objects.get()
    assert store.hosts == ["web-1", "web-2", "web-3"]
    assert store.ledger_seen_at is not None
    assert store.ledger_error == ""


STEPS: dict[str, Callable[[Scene], object]] = {"sync": lambda scene: scene.sync(), "fold": lambda scene: scene.fold()}


def test_the_order_of_folds_and_passes_makes_no_difference(scene: Scene) -> None:
    scene.say("shared", "web-1", "web-2")
    scene.say("unnamed", "")
    one, two = scene.worker("web-1"), scene.worker("web-2")
    one.read("shared", found=1, missed=1)
    two.put("unnamed", 3)
    two.put("kept to itself", 3, slot=1, at=NOW)
    two.read("nobody wrote this", missed=2, at=NOW)
    found = []
    for order in {*permutations(["sync", "fold", "fold"]), *permutations(["sync", "sync", "fold"])}:
        StoreEntry.objects.all().delete()
        for step in order:
            STEPS[step](scene)
        found.append(known("store"))
    assert all(one == found[0] for one in found)
    assert {name: item["state"] for name, item in found[0]["threads"].items()} == {
        "shared": "complete",
        "unnamed": "complete",
        "kept to itself": "absent",
        "nobody wrote this": "absent",
    }


def test_folding_twice_or_anew_changes_nothing(scene: Scene) -> None:
    scene.say("one", "web-1")
    worker = scene.worker("web-1")
    worker.read("one", found=3, missed=1)
    worker.read("none", missed=1, at=NOW)
    scene.sync()
    scene.fold()
    before = known("store")
    for anew in (False, False, True):
        scene.fold(anew=anew)
        scene.sync()
        assert known("store") == before
    worker.read("one", found=1)
    scene.fold()
    assert workers_of("one")["web-1"][1:3] == (5, 1)


def test_what_a_worker_keeps_in_its_memory_is_told_apart(scene: Scene) -> None:
    scene.say("one", "web-1")
    lost, mixed = scene.worker("web-2"), scene.worker("web-3")
    lost.put("one", 6, slot=1)
    lost.read("one", found=1, missed=1, slot=1)
    mixed.read("one", found=2, slot=0)
    mixed.put("one", 9, slot=1)
    scene.sync()
    scene.fold()
    assert workers_of("one") == {
        "web-1": (3, None, None, None, ""),
        "web-2": (0, 2, 1, 6, "memory"),
        "web-3": (0, 2, 0, 0, ""),
    }
    entry = ThreadEntry.objects.get(thread_id="one")
    assert not entry.several_hosts
    assert entry.elsewhere_at == datetime.fromtimestamp(AT, UTC)


def test_absent_then_stored_then_deleted(scene: Scene) -> None:
    """Whoever deletes a thread need not know it as one that was asked for in vain; whoever asks again does."""
    worker = scene.worker("web-1")
    worker.read("one", missed=2, at=NOW - 60)
    scene.sync()
    scene.fold()
    entry = ThreadEntry.every.get()
    assert (entry.state, entry.checkpoints, entry.turns) == ("absent", 0, 0)
    assert (entry.first_at.timestamp(), entry.last_at.timestamp()) == pytest.approx((NOW - 60, NOW - 58))
    assert StoreEntry.objects.get().threads == 0
    scene.say("one", "web-1")
    worker.put("one", 3, at=NOW - 50)
    scene.sync()
    assert scene.state("one") == "complete"
    assert workers_of("one") == {"web-1": (3, 2, 2, 0, "")}
    scene.fold()
    scene.delete("one")
    scene.sync()
    assert not ThreadEntry.objects.exists()
    scene.fold()
    assert scene.state("one") == ""
    worker.read("one", missed=1, at=NOW - 40)
    scene.fold()
    assert scene.state("one") == "absent"
    assert workers_of("one") == {"web-1": (0, 3, 3, 3, "")}


def test_a_thread_that_is_asked_for_after_it_was_deleted_is_absent_in_every_order(scene: Scene) -> None:
    scene.say("one", "web-1")
    worker = scene.worker("web-1")
    worker.put("one", 3, at=NOW - 60)
    scene.sync()
    scene.fold()
    scene.delete("one")
    worker.read("one", missed=1, at=NOW)
    for steps in permutations(["sync", "fold", "fold"]):
        for step in steps:
            STEPS[step](scene)
        scene.fold()
        assert scene.state("one") == "absent", steps


def test_a_thread_that_the_index_has_not_met_is_never_called_absent(scene: Scene) -> None:
    scene.sync()
    scene.say("new", "web-1")
    scene.worker("web-1").read("new", missed=1, at=NOW)
    scene.fold()
    assert scene.state("new") == "complete"
    assert workers_of("new") == {"web-1": (3, 1, 1, 0, "")}
    scene.sync()
    assert StoreEntry.objects.get().threads == 1


def test_nobody_is_kept_who_asked_a_month_ago(scene: Scene) -> None:
    scene.worker("web-1").read("long ago", missed=1, at=NOW - 31 * 86_400)
    scene.worker("web-2").read("lately", missed=1, at=NOW - 29 * 86_400)
    scene.sync()
    scene.fold()
    assert set(known("store")["threads"]) == {"lately"}
    scene.make_old()
    scene.fold()
    ThreadEntry.every.update(last_at=datetime.fromtimestamp(NOW - 31 * 86_400, UTC))
    scene.fold()
    assert known("store")["threads"] == {}


def test_many_changes_are_folded_in_bounded_passes(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fold, "PAGES", 3)
    worker = scene.worker("web-1")
    counts = 5_000
    with psycopg.connect(scene.url, autocommit=True) as connection:
        worker.read("asked-0", missed=1, at=NOW)
        columns = [row[0] for row in connection.execute(COLUMNS)]
        kept = ", ".join(name for name in columns if name not in ("thread_key", "thread_id"))
        connection.execute(
            f"insert into inspector_counts (thread_key, thread_id, {kept}) select left(encode(sha256(convert_to("
            f"'asked-' || n, 'UTF8')), 'hex'), 32), 'asked-' || n, {kept} "
            f"from inspector_counts, generate_series(1, %s) n",
            [counts - 1],
        )
    scene.sync()
    reports = [scene.fold()]
    while reports[-1].more:
        reports.append(scene.fold())
    assert [report.threads for report in reports] == [1500, 1500, 1500, 500]
    assert ThreadEntry.every.filter(state="absent").count() == counts
    assert StoreEntry.objects.get().threads == 0


COLUMNS = """
select column_name from information_schema.columns
where table_name = 'inspector_counts' and is_generated = 'NEVER' and is_identity = 'NO'
"""


def test_pruned_writes_of_a_host_that_reads_are_no_more(scene: Scene) -> None:
    scene.say("one", "web-1", "web-2")
    scene.worker("web-1").read("one", found=1)
    scene.sync()
    scene.fold()
    with open_saver(scene.url) as saver:
        saver.prune(["one"], strategy="keep_latest")
    scene.sync()
    assert workers_of("one") == {"web-1": (0, 1, 0, 0, ""), "web-2": (1, None, None, None, "")}
