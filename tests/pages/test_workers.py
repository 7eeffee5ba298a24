"""`/workers/`: every process that a ledger knows, in each size, and what is said where there is none."""

from __future__ import annotations

import dataclasses
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.test import override_settings

from inspector.demo.embedded import EmbeddedPostgres
from inspector.index.connections import close_readers, get_reader
from inspector.index.passes import run_pass
from inspector.ledger.base import WORKERS
from inspector.models import StoreEntry
from inspector.secret import StoreUrl
from tests.integration.ledger.samples import counts
from tests.pages.ledgers import MEMORY
from tests.pages.places import chat_in_sqlite
from tests.pages.workers_world import World

DAY = 86_400.0
SHARED = "two-hosts-sync-shared"
WORKER = (
    "worker_id hostname pid program started_at seen_at state saver store elsewhere versions compiles invocations reads "
    "misses checkpoints writes sync_calls async_calls open_calls loop_mismatches exceptions dropped"
)
HOST = "hostname live silent ended invocations compiles reads misses checkpoints writes notes"


@pytest.fixture
def world(workers_world: World) -> World:
    return workers_world


def test_every_process_is_told_in_full_as_data(world: World) -> None:
    told = world.ledger.tell("web-1", program="gunicorn", reads=9, misses=2, exceptions={"TimeoutError": 1})

    page = world.browser.data("/workers/")

    (worker,) = page["workers"]
    assert set(WORKER.split()) <= set(worker)
    assert (worker["worker_id"], worker["pid"], worker["state"]) == (told.worker_id, told.pid, "live")
    assert (worker["reads"], worker["misses"], worker["exceptions"]) == (9, 2, {"TimeoutError": 1})
    assert worker["started_at"].endswith("Z")
    assert (worker["saver"], worker["store"], worker["elsewhere"]) == (
        world.ledger.place.saver,
        "postgresql://app@db/orders",
        False,
    )
    (host,) = page["hosts"]
    assert set(HOST.split()) <= set(host)
    assert [note["kind"] for note in host["notes"]] == ["exceptions"]
    assert set(host["notes"][0]) == {"kind", "sentence"}
    assert (page["error"], page["unwatched_hosts"], page["truncated"]) == ("", ["web-2"], False)


def test_the_page_says_who_lives_what_is_off_and_who_runs_no_probe(world: World) -> None:
    world.ledger.tell("web-1", program="gunicorn", reads=124, misses=124)
    world.ledger.tell("web-1", places=(MEMORY,), ended=True, ago=180)
    world.ledger.tell("web-1", ago=600)

    words = world.words()

    assert "1 live process on 1 host" in words
    assert "1 live process, 1 silent, 1 ended" in words
    assert "Every one of its 124 reads found nothing" in words
    assert "ended 3 min ago" in words
    assert "silent for 10 min, no goodbye" in words
    assert "The first read of every new thread misses." in words
    assert "web-2 wrote checkpoints; no probe tells of it" in words
    assert "in its own memory" not in words  # the process that kept its checkpoints there is gone


def test_part_and_whole_say_the_same(world: World) -> None:
    world.ledger.tell("web-1")

    part = world.browser.part("/workers/").content.decode()

    assert part.lstrip().startswith('<div id="workers"')
    assert "<html" not in part
    assert "web-1" in part
    assert 'hx-swap-oob="true"' in part


def test_figures_of_a_host_are_those_of_its_live_processes_else_of_the_last_day(world: World) -> None:
    world.ledger.tell("web-1", reads=5, checkpoints=7)
    world.ledger.tell("web-1", reads=5, checkpoints=7)
    world.ledger.tell("web-1", reads=100, checkpoints=100, ended=True)
    world.ledger.tell("web-2", reads=3, ended=True)
    world.ledger.tell("web-2", reads=50, ended=True, ago=2 * DAY)

    hosts = world.hosts()

    assert (hosts["web-1"]["reads"], hosts["web-1"]["checkpoints"]) == (10, 14)
    assert (hosts["web-2"]["reads"], hosts["web-2"]["ended"]) == (3, 2)


def test_what_was_not_heard_of_for_a_day_is_folded(world: World) -> None:
    world.ledger.tell("web-1")
    world.ledger.tell("web-1", pid=31337, ended=True, ago=2 * DAY)
    world.ledger.tell("old-pod", ago=3 * DAY)

    document = world.browser.document("/workers/")

    folded = " ".join(element.text for element in document.all("details"))
    assert "1 earlier process" in folded
    assert "pid 31337 · ended 2 days ago" in folded
    assert "1 host of which nothing was heard for a day" in folded
    assert [element.text.strip() for element in document.all("tr") if element.attributes.get("class") == "process"][
        1:
    ] == []
    assert world.hosts()["old-pod"]["silent"] == 1


def test_who_writes_elsewhere_is_told_apart(world: World) -> None:
    away = dataclasses.replace(
        world.ledger.place, identities=("postgres:system:1/x/public",), where="postgresql://app@b/x"
    )
    world.ledger.tell("web-1", places=(away,))
    world.ledger.tell("web-2", places=(MEMORY,))

    workers = {worker["hostname"]: worker for worker in world.browser.data("/workers/")["workers"]}
    words = world.words()

    assert (workers["web-1"]["elsewhere"], workers["web-2"]["elsewhere"]) == (True, True)
    assert "It writes its checkpoints to postgresql://app@b/x, which is not this store." in words
    assert "It keeps its checkpoints in its own memory (InMemorySaver)" in words


def test_a_store_that_is_no_longer_configured_is_not_one_of_ours(world: World) -> None:
    away = dataclasses.replace(world.ledger.place, identities=("postgres:system:1/x/public",), where="pg://b/x")
    StoreEntry.objects.create(name="before", identities=list(away.identities))
    world.ledger.tell("web-1", places=(away,))

    assert [note["kind"] for note in world.hosts()["web-1"]["notes"]] == ["store-split"]


def test_names_from_a_ledger_stay_text(world: World) -> None:
    attack = "<script>alert(1)</script>"
    place = dataclasses.replace(world.ledger.place, where=attack, saver=attack)
    world.ledger.tell(
        attack, places=(place,), program=attack, versions={attack: attack}, exceptions={attack: 1}, dropped={attack: 2}
    )

    for content in (world.browser.get("/workers/").content, world.browser.part("/workers/").content):
        assert attack.encode() not in content
        assert b"&lt;script&gt;" in content


def test_hosts_lead_to_their_threads_and_misses_to_those_missed_where_there_are_any(world: World) -> None:
    """The first read of a new thread misses, too, and is in no list."""
    now = time.time()
    late = counts(SHARED, at=now + 60, reads=2, misses=1, last_read_at=now + 60, last_miss_at=now + 60)
    world.ledger.tell("web-1", late, reads=2, misses=1)
    world.ledger.tell("web-3", counts("another", reads=1), reads=9, misses=2)
    run_pass(get_reader())

    anchors = {element.attributes.get("href"): element for element in world.browser.document("/workers/").all("a")}
    links = list(anchors)

    assert "/threads/?host=web-1" in links
    assert "/threads/?host=web-1&flag=missed-reads" in links
    told = "Threads of web-1 whose reads should have found something"  # not the same number as of the misses
    assert anchors["/threads/?host=web-1&flag=missed-reads"].attributes["title"] == told
    assert world.browser.data("/threads/", host="web-1", flag="missed-reads")["total"] == 1
    assert "/threads/?host=web-3&flag=missed-reads" not in links
    assert world.browser.data("/threads/", host="web-3", flag="missed-reads")["total"] == 0


def test_a_live_process_that_missed_heartbeats_does_not_look_as_if_it_were_well(world: World) -> None:
    for pid, ago in enumerate((12, 43, 120)):
        world.ledger.tell("web-1", pid=pid, ago=ago)
    world.ledger.tell("web-1", pid=3, ago=43, ended=True)

    marks = {
        state.attributes["data-state"]: " ".join(state.text.split())
        for state in world.browser.document("/workers/").all("span")
        if "data-state" in state.attributes
    }

    assert set(marks) == {"live", "late", "silent", "ended"}
    assert marks["late"].startswith("last heard of 4")
    assert marks["live"].startswith("1")
    states = {worker["pid"]: worker["state"] for worker in world.browser.data("/workers/")["workers"]}
    assert states == {0: "live", 1: "live", 2: "silent", 3: "ended"}


@pytest.mark.parametrize("off", [-7_200, 7_200])
def test_who_lives_is_told_by_the_ledgers_clock(world: World, off: int) -> None:
    """A worker's own clock, and the dashboard's, may be hours off."""
    world.ledger.tell("web-1", seen_at=time.time() + off)
    world.ledger.tell("web-2", seen_at=time.time() + off, ago=600)

    assert {worker["hostname"]: worker["state"] for worker in world.browser.data("/workers/")["workers"]} == {
        "web-1": "live",
        "web-2": "silent",
    }
    assert "silent for 10 min" in world.words()


def test_a_host_whose_reads_the_index_knows_runs_a_probe_although_it_is_silent_now(world: World) -> None:
    world.ledger.tell("web-1")
    assert world.browser.data("/workers/")["unwatched_hosts"] == ["web-2"]
    world.ledger.tell("web-2", counts(SHARED, reads=1))
    run_pass(get_reader())
    with psycopg.connect(world.url, autocommit=True) as session:
        session.execute("delete from inspector_workers where hostname = 'web-2'")

    assert world.browser.data("/workers/")["unwatched_hosts"] == []


def test_where_more_processes_report_than_are_read_nothing_is_claimed_of_all(world: World) -> None:
    for number in range(WORKERS + 1):
        world.ledger.tell("web-1", pid=number, reads=3)

    page = world.browser.data("/workers/")
    words = world.words()

    assert (page["truncated"], len(page["workers"]), page["unwatched_hosts"]) == (True, WORKERS, [])
    assert (page["hosts"][0]["reads"], page["hosts"][0]["invocations"]) == (None, None)
    assert "these are the 500 heard of last, the ledger knows of more, so hosts are not summed up" in words
    assert "at least 500 live processes" in words


def test_runs_are_not_0_where_nobody_counts_them(world: World) -> None:
    world.ledger.tell("web-1", hooked=False)
    world.ledger.tell("web-2", invocations=7, compiles=1)

    cells = [" ".join(cell.text.split()) for cell in world.browser.document("/workers/").all("td")]

    assert "0 0" not in cells
    assert cells.count("–") == 2  # of the host, and of its process
    assert cells.count("7 1") == 2


def test_without_a_report_the_page_says_how_to_begin(world: World) -> None:
    page = world.browser.data("/workers/")
    words = world.words()

    assert (page["workers"], page["hosts"], page["error"]) == ([], [], "")
    assert "from inspector import probe probe.install()" in words
    assert "INSPECTOR_LEDGER_URL=postgresql://checkpoint_probe:PASSWORD@" in words  # the dashboard's login only reads
    assert "inspector grants --part ledger --store URL prints the login that it needs" in words
    assert "No worker has reported yet" in words


def test_a_file_is_granted_nothing(show_stores: Any, tmp_path: Path) -> None:
    words = show_stores(file=chat_in_sqlite(tmp_path / "chat.db", "one")).document("/workers/").elements[0].text

    assert "INSPECTOR_LEDGER_URL=sqlite:///" in words
    assert "inspector grants" not in words


def test_a_ledger_that_does_not_answer_is_told_on_a_page_that_stays_up(world: World) -> None:
    close_readers()
    nowhere = StoreUrl("postgresql://ledger:hunter2@localhost:1/db")
    with override_settings(INSPECTOR=dataclasses.replace(settings.INSPECTOR, ledger_url=nowhere)):
        page = world.browser.data("/workers/")
        words = world.words()
        thread = world.browser.data("/thread/", id="two-hosts-sync-shared")
        thread_words = world.browser.document("/thread/", id="two-hosts-sync-shared").elements[0].text
        close_readers()

    assert "cannot be reached" in page["error"]
    assert page["hint"]
    assert page["error"] in words
    assert "hunter2" not in words
    assert "No worker has reported" not in words
    assert "cannot be reached" in thread["reads_error"]
    assert thread["reads"] == []
    assert "Reads are not known now" in thread_words


def test_a_ledger_that_this_login_may_not_read_is_told_with_the_remedy(
    world: World, postgres: EmbeddedPostgres, show_stores: Any
) -> None:
    world.ledger.tell("web-1")
    postgres.create_role("ledgerless")
    with psycopg.connect(world.url, autocommit=True) as owner:
        owner.execute(
            "grant select on checkpoints, checkpoint_blobs, checkpoint_writes, checkpoint_migrations to ledgerless"
        )
    close_readers()
    browser = show_stores(own=world.url.replace("//postgres:@", "//ledgerless@"))

    page = browser.data("/workers/")

    assert "may not read the ledger" in page["error"]
    assert "GRANT SELECT" in page["hint"]
    assert browser.get("/thread/", id="two-hosts-sync-shared").status_code == 200
