"""Ledgers that hold more than one read brings, what no probe wrote, and what is not known yet."""

from __future__ import annotations

import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from inspector.demo.repertoire import open_saver
from inspector.ledger import postgres
from inspector.models import StoreEntry, ThreadEntry, ThreadWorker
from inspector.probe.ledger_schema import Place, ThreadCounts
from inspector.reader import Reader
from tests.integration.index.conftest import NewDatabase, NewLedger, OpenReader
from tests.integration.index.scene import Scene
from tests.integration.index.syncing import fold, sync
from tests.integration.index.tellers import AT, Teller, known, place_of, workers_of

NOW = time.time()
LONG = "".join(random.Random(3).choices([chr(code) for code in range(0x4E00, 0x9000)], k=6_000))


def _sums() -> dict[str, tuple[int | None, int | None]]:
    return {entry.thread_id: (entry.reads, entry.misses) for entry in ThreadEntry.every.all()}


def test_threads_of_many_processes_keep_all_their_reads(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "ROWS", 10)
    monkeypatch.setattr(postgres, "COUNT_ROWS", 4)
    threads = {"a": 4, "b": 4, "c": 4, "d": 1, "e": 3, "many": 6}
    for thread_id in ("a", "b"):
        scene.say(thread_id, "web-1")
    for number in range(6):
        asked = [name for name, processes in threads.items() if processes > number]
        scene.worker(f"web-{number}").tell(
            *(ThreadCounts(name, 0, NOW, NOW, reads=2, misses=1, last_read_at=NOW, last_miss_at=NOW) for name in asked)
        )
    scene.sync()
    scene.fold()
    bound = {**threads, "many": 4}
    assert _sums() == {name: (2 * processes, processes) for name, processes in bound.items()}


def test_an_id_that_no_index_holds_stops_no_fold(scene: Scene) -> None:
    scene.say("one", "web-1")
    worker = scene.worker("web-1")
    worker.read(LONG, missed=1, at=NOW)
    worker.read("one", found=1)
    worker.read("short", missed=1, at=NOW)
    scene.sync()
    report = scene.fold()
    assert (report.error, report.more) == ("", False)
    assert set(known("store")["threads"]) == {"one", "short"}
    assert workers_of("one") == {"web-1": (3, 1, 0, 0, "")}


def test_numbers_beyond_what_a_database_holds_are_cut_there(scene: Scene) -> None:
    for host in ("web-1", "web-2"):
        scene.worker(host).tell(
            ThreadCounts("one", 0, NOW, NOW, reads=2**63 - 1, misses=2**63 - 1, last_read_at=NOW, last_miss_at=NOW)
        )
    scene.sync()
    assert scene.fold().error == ""
    assert _sums() == {"one": (2**63 - 1, 2**63 - 1)}


SPOILT: dict[str, str] = {
    "an id that is no text": "counts set thread_id = x'00ff'",
    "an id that is no Unicode": "counts set thread_id = cast(x'fffe' as text)",
    "an id with a NUL": "counts set thread_id = 'a' || char(0)",
    "a time that is none": "counts set updated_at = 'never'",
    "a key that is no text": "counts set thread_key = x'00'",
    "a host that is no text": "workers set hostname = x'00ff'",
    "a host that is no Unicode": "workers set hostname = cast(x'fffe' as text)",
    "a worker that is none": "workers set updated_at = 'now', worker_id = x'00'",
}


@pytest.mark.parametrize("how", SPOILT)
def test_what_no_probe_wrote_stops_no_fold(
    how: str,
    new_database: NewDatabase,
    either_index: str,
    open_reader: OpenReader,
    new_ledger: NewLedger,
    tmp_path: Path,
) -> None:
    url, file = new_database(), tmp_path / "ledger.sqlite3"
    with open_saver(url):
        pass
    scene = Scene(url, open_reader(url), *new_ledger(f"sqlite:///{file}"))
    worker = scene.worker("web-1")
    for thread_id in ("spoilt", "good"):
        worker.read(thread_id, missed=1, at=NOW)
    with closing(sqlite3.connect(file)) as connection, connection:
        where = " where thread_id = 'spoilt'" if SPOILT[how].startswith("counts") else ""
        connection.execute(f"update inspector_{SPOILT[how]}{where}")
    scene.sync()
    for _ in range(2):
        report = scene.fold()
        assert (report.error, report.more) == ("", False)
    assert _sums()["good"] == (1, 1)
    assert scene.ledger.read_thread("good")[0].reads == 1
    scene.ledger.read_workers()


def _place(reader: Reader, *, known_yet: bool) -> Place:
    place = place_of(reader)
    return place if known_yet else Place(place.slot, place.saver, place.kind, (), place.where)


def test_counts_are_put_right_when_a_worker_learns_where_it_writes(
    scene: Scene, new_database: NewDatabase, open_reader: OpenReader
) -> None:
    """It asks in the background and counts meanwhile; nothing is added to those counts when it knows."""
    url = new_database()
    with open_saver(url):
        pass
    other = open_reader(url, name="other")
    worker = Teller(scene.writer, "web-2", (_place(other, known_yet=False),))
    worker.read("there", missed=1, at=NOW)
    worker.put("there", 3, at=NOW)
    scene.worker("web-1").read("here", missed=1, at=NOW)

    def fold_both() -> None:
        for reader, beside in ((scene.reader, other), (other, scene.reader)):
            sync(reader)
            fold(reader, scene.ledger, others=[beside])

    fold_both()
    assert set(known("store")["threads"]) == {"there", "here"}
    scene.make_old()
    fold_both()
    worker.places = (_place(other, known_yet=True), *worker.places[1:])
    worker.tell()
    fold_both()
    assert set(known("store")["threads"]) == {"here"}
    assert StoreEntry.objects.get(name="store").ledger_unplaced == {}
    assert workers_of("there", "other") == {"web-2": (0, 1, 1, 3, "")}


@pytest.mark.parametrize("gone", ["ended", "no more heard of"])
def test_no_worker_that_is_gone_is_waited_for(scene: Scene, gone: str) -> None:
    place = _place(scene.reader, known_yet=False)
    worker = Teller(scene.writer, "web-2", (place,))
    worker.read("one", missed=1, at=NOW)
    scene.sync()
    scene.fold()
    assert len(StoreEntry.objects.get().ledger_unplaced) == 1
    if gone == "ended":
        worker.tell(ended=True)
    else:
        scene.execute("delete from inspector_workers where hostname = 'web-2'")
        scene.worker("web-1").read("two", missed=1, at=NOW)
    scene.make_old()
    scene.fold()
    assert StoreEntry.objects.get().ledger_unplaced == {}


def test_a_host_that_did_nothing_is_none_to_narrow_a_list_to(scene: Scene) -> None:
    scene.say("one", "web-1")
    scene.worker("web-2").tell(ThreadCounts("one", 0, AT, AT, writes=3))
    scene.worker("web-3").read("one", found=1)
    scene.sync()
    scene.fold()
    assert StoreEntry.objects.get().hosts == ["web-1", "web-3"]


def test_forgotten_threads_go_a_few_at_a_time(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.index.reads.FORGOTTEN", 2)
    worker = scene.worker("web-1")
    for number in range(5):
        worker.read(f"asked-{number}", missed=1, at=NOW)
    scene.sync()
    scene.fold()
    scene.make_old()
    scene.fold()
    for rows in (ThreadEntry.every, ThreadWorker.objects):
        rows.update(last_at="2020-01-01T00:00:00Z")
    left: list[int] = []
    while ThreadEntry.every.exists():
        scene.fold()
        left.append(ThreadEntry.every.count())
    assert left == [3, 1, 0]
