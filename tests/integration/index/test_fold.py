"""The ledger in the index: real graphs write a real store, real ledger rows say who read it, in any order."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import permutations

import psycopg
import pytest

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.graphs.chat import build_chat
from inspector.demo.repertoire import open_saver
from inspector.demo.stage import Stage
from inspector.index import fold
from inspector.index.fold import FoldReport, fold_ledger
from inspector.index.sync import sync_store
from inspector.ledger.base import LedgerReader
from inspector.ledger.registry import open_ledger_reader
from inspector.models import StoreEntry, ThreadEntry
from inspector.probe.ledger_schema import Ledger, Place
from inspector.probe.ledgers import open_ledger
from inspector.reader import Reader
from inspector.stores.guard import Limits
from tests.integration.index.conftest import NewDatabase, OpenReader
from tests.integration.index.tellers import AT, Teller, known, place_of, workers_of
from tests.integration.postgres.polling import wait_for

NOW = time.time()


@dataclass
class Scene:
    """A store that graphs write, and the ledger beside it."""

    url: str
    reader: Reader
    writer: Ledger
    ledger: LedgerReader

    def say(self, thread_id: str, *hosts: str) -> None:
        """One turn by each host: three checkpoints."""
        with open_saver(self.url) as saver:
            stage, graph = Stage(saver, "sync", "fold"), build_chat(saver)
            for host in hosts:
                stage.say(graph, stage.config(thread_id, **({"worker_hostname": host} if host else {})), "Hello")

    def delete(self, thread_id: str) -> None:
        with open_saver(self.url) as saver:
            saver.delete_thread(thread_id)

    def worker(self, hostname: str) -> Teller:
        return Teller(self.writer, hostname, (place_of(self.reader),))

    def fold(self, *, anew: bool = False, others: tuple[Reader, ...] = ()) -> FoldReport:
        return fold_ledger(self.reader, self.ledger, others=others, anew=anew)

    def sync(self) -> None:
        assert sync_store(self.reader).complete

    def state(self, thread_id: str) -> str:
        found = ThreadEntry.every.filter(store__name=self.reader.store.name, thread_id=thread_id).first()
        return found.state if found is not None else ""


@pytest.fixture
def new_ledger() -> Iterator[Callable[[str], tuple[Ledger, LedgerReader]]]:
    """`new_ledger(url)`: the writer and the reader of one ledger, closed at the end."""
    with ExitStack() as stack:

        def make(url: str) -> tuple[Ledger, LedgerReader]:
            writer, ledger = open_ledger(url), open_ledger_reader(url, Limits())
            stack.callback(writer.close)
            stack.callback(ledger.close)
            return writer, ledger

        yield make


NewLedger = Callable[[str], tuple[Ledger, LedgerReader]]


@pytest.fixture
def scene(new_database: NewDatabase, either_index: str, open_reader: OpenReader, new_ledger: NewLedger) -> Scene:
    url = new_database()
    with open_saver(url):
        pass
    return Scene(url, open_reader(url), *new_ledger(url))


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
        sync_store(reader)
        fold_ledger(reader, scene.ledger, others=[beside])
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
    with psycopg.connect(scene.url, autocommit=True) as connection:
        connection.execute("drop table inspector_counts, inspector_workers, inspector_errors")
    scene.fold()
    assert set(known("store")["threads"]) == {"lately"}
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
        assert scene.fold() == FoldReport(0, more=False)
        store = StoreEntry.objects.get()
        assert "cannot be reached" in store.ledger_error
        assert store.ledger_error_hint
        assert (store.error, store.ledger_seen_at) == ("", None)
        server.start()
        wait_for(lambda: scene.fold() == FoldReport(1, more=False))
        assert StoreEntry.objects.get().ledger_error == ""
        assert workers_of("one") == {"web-1": (3, 1, 0, 0, "")}


@pytest.mark.parametrize("how", ["truncate", "drop table"])
def test_a_ledger_that_was_emptied_is_folded_on_from_there(scene: Scene, how: str) -> None:
    scene.say("one", "web-1")
    scene.say("two", "web-1")
    scene.worker("web-1").read("one", found=1)
    scene.sync()
    scene.fold()
    with psycopg.connect(scene.url, autocommit=True) as connection:
        connection.execute(f"{how} inspector_counts, inspector_workers, inspector_errors")
    scene.fold()
    assert workers_of("one")["web-1"][1] == 1
    Teller(scene.writer, "web-9", (place_of(scene.reader),)).read("two", found=5)
    scene.fold()
    assert workers_of("two")["web-9"][1] == 5
    scene.fold(anew=True)
    assert workers_of("one") == {"web-1": (3, None, None, None, "")}
    assert workers_of("two")["web-9"][1] == 5


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


def test_pruned_writes_of_a_host_that_reads_are_no_more(scene: Scene) -> None:
    scene.say("one", "web-1", "web-2")
    scene.worker("web-1").read("one", found=1)
    scene.sync()
    scene.fold()
    with open_saver(scene.url) as saver:
        saver.prune(["one"], strategy="keep_latest")
    scene.sync()
    assert workers_of("one") == {"web-1": (0, 1, 0, 0, ""), "web-2": (1, None, None, None, "")}
