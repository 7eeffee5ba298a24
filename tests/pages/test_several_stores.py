"""Several stores in one dashboard: each page names its own, leads to the same page of the others, and says where else a
thread lives."""

from __future__ import annotations

import json
import os
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inspector.demo.embedded import EmbeddedPostgres
from inspector.index.connections import all_readers
from inspector.index.passes import run_pass
from inspector.index.twins import find_twins
from inspector.models import StoreEntry
from inspector.probe.ledger_schema import Place, sqlite_identities
from tests.pages.browse import Browser, Document
from tests.pages.ledgers import place_in, telling
from tests.pages.places import chat_in_postgres, chat_in_sqlite
from tests.pages.test_cost import HTML

BOTH, HERE, THERE = "in both", "only here", "only there"
NOWHERE = "postgresql://reader:hunter2@localhost:1/db"
PAGES = ["/threads/", f"/thread/?id={BOTH}", "/orphans/", "/orphans/alerts/", "/workers/", "/doctor/", "/stores/"]


@pytest.fixture(scope="module")
def urls(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Two stores of different kinds that share one thread_id; more is written to it in the second."""
    return {
        "main": chat_in_postgres(postgres.create_database(), BOTH, HERE),
        "file": chat_in_sqlite(tmp_path_factory.mktemp("several") / "file.db", BOTH, THERE, turns=3),
    }


@pytest.fixture
def two(show_stores: Any, urls: dict[str, str]) -> Browser:
    browser: Browser = show_stores(**urls)
    index()
    return browser


def index() -> None:
    for reader in all_readers().values():
        run_pass(reader)


def led(browser: Browser, path: str, to: str, **query: Any) -> tuple[str, dict[str, list[str]]]:
    """Path and query that the switcher leads to."""
    document = browser.document(path, **query)
    places = [
        document.elements[place + 1].attributes["href"]
        for place, element in enumerate(document.elements)
        if element.tag == "li" and element.attributes.get("data-key") == to
    ]
    (href,) = places
    return urlsplit(href).path, parse_qs(urlsplit(href).query, keep_blank_values=True)


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("store", ["main", "file"])
def test_every_page_names_its_store_in_the_bar_and_in_the_title(two: Browser, path: str, store: str) -> None:
    response = two.ask("GET", f"{path}{'&' if '?' in path else '?'}store={store}")
    document = Document(response.content.decode())

    title = next(document.all("title"))
    summary = next(document.all("summary"))
    assert f" · {store} · Checkpoint Inspector" in title.text
    assert store in summary.text
    current = [link for link in document.all("a") if link.attributes.get("aria-current") == "true"]
    assert store in [link.text.split()[0] for link in current]


@pytest.mark.parametrize("path", ["/threads/", "/orphans/", "/workers/", "/doctor/"])
def test_data_names_its_store(two: Browser, path: str) -> None:
    assert two.data(path)["store"] == "main"
    assert two.data(path, store="file")["store"] == "file"
    assert two.data("/thread/", store="file", id=THERE)["store"] == "file"


def test_the_switcher_keeps_the_page_its_filter_its_sort_and_its_search(two: Browser) -> None:
    path, query = led(two, "/threads/", "file", q="only", sort="turns", flag="one-turn", host="web-1", limit="1")
    assert path == "/threads/"
    assert query == {
        "store": ["file"],
        "q": ["only"],
        "sort": ["turns"],
        "flag": ["one-turn"],
        "host": ["web-1"],
        "limit": ["1"],
    }
    assert led(two, "/orphans/", "file", window="7d") == ("/orphans/", {"store": ["file"], "window": ["7d"]})
    assert led(two, "/orphans/", "main", window="7d", store="file") == ("/orphans/", {"window": ["7d"]})


def test_the_switcher_leaves_out_what_is_of_one_store_only(two: Browser) -> None:
    after = two.data("/threads/", limit="1")["next"]
    assert after
    assert led(two, "/threads/", "file", limit="1", after=after)[1] == {"store": ["file"], "limit": ["1"]}
    checkpoint = two.data("/thread/", id=BOTH)["checkpoints"][1]["checkpoint_id"]
    path, query = led(two, "/thread/", "file", id=BOTH, checkpoint=checkpoint, tab="state", load="messages")
    assert (path, query) == ("/thread/", {"store": ["file"], "id": [BOTH], "tab": ["state"]})
    assert two.get(path, **{name: values[0] for name, values in query.items()}).status_code == 200


@pytest.mark.parametrize("thread_id", ["a,b", "line\nfeed", "CR\rLF\n", "ü🧵", "a&b=c#d", " ", "%2F", "<b>"])
def test_the_switcher_keeps_an_odd_id_as_it_is(two: Browser, thread_id: str) -> None:
    response = two.get("/thread/", id=thread_id)
    document = Document(response.content.decode())
    links = [link.attributes["href"] for link in document.all("a") if "store=file" in link.attributes.get("href", "")]
    found = [parse_qs(urlsplit(link).query, keep_blank_values=True).get("id") for link in links]
    assert [thread_id] in found


def test_an_unknown_page_and_an_unknown_store_lead_to_the_stores_there_are(two: Browser) -> None:
    for url in ("/no/such/page/", "/threads/?store=nope"):
        document = Document(two.ask("GET", url).content.decode())
        links = {link.attributes["href"] for link in document.all("a")}
        assert "/threads/?store=file" in links
        assert "/threads/" in links
        assert not [link for link in links if link.endswith("store=")]


def test_the_page_of_a_store_that_is_gone_leads_to_what_is_known_of_that_store(
    show_stores: Any, urls: dict[str, str]
) -> None:
    browser: Browser = show_stores(**urls, gone=NOWHERE)
    document = browser.document("/thread/", status=503, store="gone", id=BOTH)

    links = [link.attributes["href"] for link in document.all("a") if link.text == "What are we connected to?"]
    assert links == ["/stores/?store=gone"]


def test_one_store_has_no_switcher_and_no_store_in_the_title(show_stores: Any, urls: dict[str, str]) -> None:
    document = show_stores(main=urls["main"]).document("/threads/")

    assert not [element for element in document.elements if element.attributes.get("id") == "stores-menu"]
    assert next(document.all("title")).text == "Threads · Checkpoint Inspector"


def test_thirty_stores_with_long_and_odd_names_and_a_heavy_id_stay_light(
    show_stores: Any, urls: dict[str, str]
) -> None:
    names = [f"{'<long&name>' if number % 2 else 'ünïcode.'}{number}{'-x' * 90}"[:200] for number in range(29)]
    browser: Browser = show_stores(**urls, **dict.fromkeys(names, NOWHERE))
    browser.get("/threads/")

    assert len(browser.get("/threads/", q="<" * 2_000).content) < HTML
    assert len(browser.get("/thread/", id="🧵<" * 1_000).content) < HTML
    document = browser.document("/threads/", q="a")
    assert sum(element.attributes.get("data-key") is not None for element in document.elements) == len(names) + 2


def test_the_list_marks_a_thread_that_another_store_holds(two: Browser) -> None:
    rows = {row["thread_id"]: row["also_in"] for row in two.data("/threads/")["threads"]}
    there = two.data("/thread/", store="file", id=BOTH)["thread"]

    assert rows == {
        BOTH: [{"store": "file", "checkpoints": there["checkpoints"], "last_at": there["last_at"]}],
        HERE: [],
    }
    marks = [one for one in two.document("/threads/").all("span") if one.attributes.get("data-flag") == "also-in"]
    assert [mark.text for mark in marks] == ["also in file"]
    assert f"file: {there['checkpoints']} checkpoints" in marks[0].attributes["title"]


def test_a_threads_page_leads_to_the_same_thread_in_the_other_store(two: Browser) -> None:
    there = two.data("/thread/", store="file", id=BOTH)["thread"]
    assert two.data("/thread/", id=BOTH)["thread"]["also_in"] == [
        {"store": "file", "checkpoints": there["checkpoints"], "last_at": there["last_at"]}
    ]
    (told,) = [one for one in two.document("/thread/", id=BOTH).all("p") if one.attributes.get("id") == "also-in"]
    assert "also in" in told.text
    assert f"file, {there['checkpoints']} checkpoints" in told.text
    assert two.data("/thread/", id=HERE)["thread"]["also_in"] == []


def test_a_search_for_an_exact_id_says_which_other_store_holds_it(two: Browser) -> None:
    here = two.data("/threads/", q=BOTH)
    away = two.data("/threads/", q=THERE)

    assert [row["thread_id"] for row in here["threads"]] == [BOTH]
    assert [also["store"] for also in here["also_in"]] == ["file"]
    assert (away["threads"], [also["store"] for also in away["also_in"]]) == ([], ["file"])
    assert two.data("/threads/", q=BOTH[:-1])["also_in"] == []
    assert "It is in another store:" in two.document("/threads/", q=THERE).elements[0].text


def test_a_thread_that_is_in_another_store_is_not_found_and_told_where_it_is(two: Browser) -> None:
    page = two.data("/thread/", status=404, id=THERE)

    assert page["thread_id"] == THERE
    assert page["store"] == "main"
    assert [also["store"] for also in page["also_in"]] == ["file"]
    assert "It is in the store file" in page["error"]
    document = two.document("/thread/", status=404, id=THERE)
    links = [link.attributes["href"] for link in document.all("a") if link.text == "file"]
    assert links == ["/thread/?store=file&id=only+there"]
    assert list(two.data("/thread/", status=404, id="nowhere at all")) == ["error", "hint"]


def test_a_thread_that_the_other_stores_index_has_not_met_is_looked_up_there(
    show_stores: Any, urls: dict[str, str]
) -> None:
    browser: Browser = show_stores(**urls)
    run_pass(all_readers()["main"])

    assert [also["store"] for also in browser.data("/thread/", status=404, id=THERE)["also_in"]] == ["file"]
    assert [also["store"] for also in browser.data("/threads/", q=THERE)["also_in"]] == ["file"]


def test_two_settings_of_one_database_are_one_store(show_stores: Any, urls: dict[str, str]) -> None:
    browser: Browser = show_stores(one=urls["main"], two=urls["main"])
    index()

    assert StoreEntry.objects.get(name="one").identities
    assert [row["also_in"] for row in browser.data("/threads/")["threads"]] == [[], []]


def test_a_store_that_is_no_longer_configured_holds_nothing(show_stores: Any, urls: dict[str, str]) -> None:
    show_stores(**urls)
    index()
    browser: Browser = show_stores(main=urls["main"])

    assert {row["thread_id"]: row["also_in"] for row in browser.data("/threads/")["threads"]} == {BOTH: [], HERE: []}


def test_other_stores_are_asked_of_the_index_once_and_by_an_index(show_stores: Any, urls: dict[str, str]) -> None:
    """Of fifty ids at once in four stores, where a planner is tempted to go through whole stores instead."""
    show_stores(**urls, c=NOWHERE, d=NOWHERE, e=NOWHERE)
    stores = [StoreEntry.objects.create(name=name) for name in ("main", "file", "c", "d", "e")]
    with CaptureQueriesContext(connection) as queries:
        find_twins(stores[0], [f"t{number}" for number in range(50)])
    (lookup,) = [query["sql"] for query in queries if "last_at" in query["sql"] and '"thread_id" IN' in query["sql"]]
    with connection.cursor() as cursor:
        plan = " ".join(map(str, cursor.execute(f"EXPLAIN QUERY PLAN {lookup}").fetchall()))

    assert "SEARCH" in plan
    assert "store_id=? AND thread_id=?" in plan


def test_health_says_which_store_fails(show_stores: Any, urls: dict[str, str]) -> None:
    browser: Browser = show_stores(gone=NOWHERE, **urls)
    for name, reader in all_readers().items():
        if name == "gone":
            with pytest.raises(Exception, match="cannot be reached"):
                run_pass(reader)
        else:
            run_pass(reader)
    told = json.loads(browser.get("/-/health").content)

    assert (told["status"], told["failing"]) == ("degraded", ["gone"])
    assert "cannot be reached" in told["stores"]["gone"]["error"]
    assert told["stores"]["main"]["threads"] == told["stores"]["file"]["threads"] == 2


def test_a_worker_of_another_configured_store_leads_there(two: Browser, urls: dict[str, str]) -> None:
    """Which is no fault of the worker's, as a place that nobody knows may be."""
    main, file = urls["main"], os.stat(urls["file"].removeprefix("sqlite:///"))
    names = sqlite_identities(file.st_dev, file.st_ino)
    other = Place(1, "langgraph.checkpoint.sqlite.SqliteSaver", "sqlite", names, "a file", 1)
    with telling(main) as ledger:
        ledger.tell("web-1", places=(place_in(main), other))
    data, document = two.data("/workers/"), two.document("/workers/")

    (worker,) = data["workers"]
    assert [(place["elsewhere"], place["store"]) for place in worker["places"]] == [(False, ""), (True, "file")]
    (tag,) = [link for link in document.all("a") if link.text == "store file"]
    assert urlsplit(tag.attributes["href"]).path == "/workers/"
    assert parse_qs(urlsplit(tag.attributes["href"]).query) == {"store": ["file"]}
    assert not [tag for tag in document.all("span") if "not this store" in tag.text]
