"""The list of threads where workers run the probe: who read, who missed, and what was asked for and never stored."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.graphs.chat import build_chat
from inspector.demo.repertoire import open_saver
from inspector.demo.stage import Stage
from inspector.index.connections import get_reader
from inspector.index.passes import run_pass
from inspector.probe.ledgers import open_ledger
from inspector.reader import Reader
from inspector.stores.postgres import PostgresStore
from tests.integration.index.tellers import Teller, place_of
from tests.pages.browse import Browser, Document

NOW = time.time()
SPOKEN = {"shared": ("web-1", "web-2"), "young": ("web-1",), "lost": ("web-2",), "plain": ("web-9",)}


@pytest.fixture(scope="module")
def played(postgres: EmbeddedPostgres) -> str:
    """web-1 found what it looked for, web-2 looks in vain, web-3 keeps threads in its memory, web-9 has no probe."""
    url = postgres.create_database()
    with open_saver(url) as saver:
        stage, graph = Stage(saver, "sync", "reads"), build_chat(saver)
        for thread_id, hosts in SPOKEN.items():
            for host in hosts:
                stage.say(graph, stage.config(thread_id, worker_hostname=host), "Hello")
    store, ledger = PostgresStore("told", url), open_ledger(url)
    here = (place_of(Reader(store)),)
    one, two, three = (Teller(ledger, name, here) for name in ("web-1", "web-2", "web-3"))
    one.read("shared", found=3, missed=1, at=NOW - 5000)
    one.read("young", missed=1, at=NOW - 5000)
    two.read("lost", missed=3, at=NOW + 60)
    two.read("user:42", missed=4, at=NOW)
    one.read("user:42", missed=1, at=NOW)
    three.put("kept <b>", 3, at=NOW, slot=1)
    three.read("kept <b>", found=2, at=NOW, slot=1)
    store.close()
    ledger.close()
    return url


@pytest.fixture
def told(show_stores: Any, played: str) -> Browser:
    browser: Browser = show_stores(told=played)
    assert run_pass(get_reader()).complete
    return browser


def _row(page: Document, thread_id: str) -> dict[str, Any]:
    """A row's cells by their class."""
    cells: list[Any] = []
    for element in page.elements:
        if element.tag == "tr":
            cells.append([])
        elif element.tag == "td" and cells:
            cells[-1].append(element)
    row = next(row for row in cells if row and thread_id in row[0].text)
    return {cell.attributes.get("class", ""): cell.text for cell in row}


def test_each_host_shows_writes_and_reads(told: Browser) -> None:
    page = told.document("/threads/")
    assert "web-1 3/ 4" in _row(page, "shared")["hosts"]
    assert "web-2 3/ ?" in _row(page, "shared")["hosts"]
    assert "web-2 3/ 3, 3 missed" in _row(page, "lost")["hosts"]
    assert _row(page, "plain")["hosts"] == "web-9 3"
    titles = {element.attributes.get("title", "") for element in page.all("span")}
    assert "web-1 wrote 3 checkpoints; 4 reads, 1 of them found nothing." in titles
    assert "web-2 wrote 3 checkpoints. Its reads are not known: no probe reports them." in titles


def test_only_faults_stand_out_as_missed(told: Browser) -> None:
    page = told.document("/threads/")
    assert "missed" not in _row(page, "shared")["hosts"]
    assert "missed reads" not in _row(page, "shared")["tags"]
    assert "missed reads" in _row(page, "lost")["tags"]
    assert "missed reads" not in _row(page, "young")["tags"]


def test_what_was_never_stored_is_found_by_whoever_looks_for_it(told: Browser) -> None:
    whole = told.data("/threads/")
    assert {item["thread_id"] for item in whole["threads"]} == set(SPOKEN)
    assert (whole["total"], whole["index"]["threads"]) == (4, 4)
    for query in (
        {"flag": "never-stored"},
        {"q": "user:42"},
        {"q": "er:4"},
        {"host": "web-2"},
        {"flag": "missed-reads"},
    ):
        found = {item["thread_id"]: item for item in told.data("/threads/", **query)["threads"]}
        item = found["user:42"]
        assert (item["state"], item["checkpoints"], item["turns"]) == ("absent", 0, 0)
        assert item["flags"] == ["missed-reads", "never-stored"]
        assert item["workers"] == [
            {"hostname": host, "reads": count, "misses": count, "writes": 0, "elsewhere": False, "writes_elsewhere": 0}
            for host, count in (("web-2", 4), ("web-1", 1))
        ]
    row = _row(told.document("/threads/", flag="never-stored"), "user:42")
    assert "never stored" in row["tags"]
    assert "web-2 asked 4 times, web-1 once" in row["tags"]


def test_what_a_worker_keeps_to_itself_is_told_so(told: Browser) -> None:
    page = told.document("/threads/", flag="never-stored")
    (host,) = [element for element in page.all("span") if "away" in element.attributes.get("class", "").split()]
    assert host.attributes["title"].startswith("web-3 wrote to its own memory, not to this store: 3 checkpoints")
    (item,) = told.data("/threads/", q="kept")["threads"]
    (worker,) = item["workers"]
    assert (worker["hostname"], worker["reads"], worker["misses"], worker["elsewhere"]) == ("web-3", 2, 0, True)
    assert (worker["writes"], worker["writes_elsewhere"]) == (0, 3), "this store holds none of them"


def test_data_say_how_many_of_a_list_are_not_stored(told: Browser) -> None:
    assert {item["thread_id"] for item in told.data("/threads/", state="absent")["threads"]} == {"user:42", "kept <b>"}
    totals = {
        query: (found["total"], found["absent"])
        for query in ("q=e", "state=absent", "flag=missed-reads", "")
        for found in [told.data("/threads/", **dict([query.split("=")] if query else []))]
    }
    assert totals == {"q=e": (totals["q=e"][0], 2), "state=absent": (2, 2), "flag=missed-reads": (2, 1), "": (4, 0)}


def test_the_page_says_how_many_are_not_stored(told: Browser) -> None:
    said = {
        "never-stored": "2 threads that are not stored",
        "missed-reads": "1 of 4 threads matches, and 1 thread that is not stored",
    }
    for flag, words in said.items():
        assert any(words in line.text for line in told.document("/threads/", flag=flag).all("p"))


def test_hosts_that_only_read_can_be_chosen(told: Browser) -> None:
    page = told.document("/threads/")
    assert {"web-1", "web-2", "web-3", "web-9"} <= {option.text for option in page.all("option")}
    (item,) = told.data("/threads/", host="web-3")["threads"]
    assert item["thread_id"] == "kept <b>"


def test_quick_filters_come_with_the_probe(told: Browser) -> None:
    pills = [element.text.split("\n")[0] for element in told.document("/threads/").all("a") if _is_pill(element)]
    assert [pill for pill in pills if re.match("Missed|Never", pill)] == ["Missed reads 2", "Never stored 2"]
    (current,) = [
        element.text
        for element in told.document("/threads/", flag="never-stored").all("a")
        if _is_pill(element) and "aria-current" in element.attributes
    ]
    assert current == "Never stored 2"


def test_without_a_probe_nothing_is_said_of_reads(pages: Browser) -> None:
    page = pages.document("/threads/")
    assert not [element for element in page.all("a") if _is_pill(element) and re.match("Missed|Never", element.text)]
    assert "not known" in next(element.text for element in page.all("th") if "Workers" in element.text)
    assert "/ ?" not in "".join(element.text for element in page.all("td"))
    chosen = pages.document("/threads/", flag="never-stored")
    assert "Never stored 0" in [element.text for element in chosen.all("a") if _is_pill(element)]


def test_an_absent_thread_that_is_stored_by_now_is_shown_as_stored(told: Browser, played: str) -> None:
    with open_saver(played) as saver:
        stage = Stage(saver, "sync", "reads")
        stage.say(build_chat(saver), stage.config("user:42", worker_hostname="web-2"), "Hello")
        try:
            found = told.data("/threads/", q="user:42")
        finally:
            saver.delete_thread("user:42")
    (item,) = found["threads"]
    assert (item["state"], item["checkpoints"], found["total"], found["not_indexed"]) == ("complete", 3, 1, True)
    assert {worker["hostname"]: worker["reads"] for worker in item["workers"]} == {"web-1": 1, "web-2": 4}


def test_an_id_that_nobody_knows_is_not_found(told: Browser) -> None:
    page = told.document("/threads/", q="user:43")
    assert "No thread matches" in "".join(element.text for element in page.all("h2"))


def _is_pill(element: Any) -> bool:
    return "pill" in element.attributes.get("class", "").split()
