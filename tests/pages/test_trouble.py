"""What a page says when there is no store, no index, no thread or no answer, and that it recovers by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.test import override_settings

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import PlayedStore, play_into
from inspector.errors import StoreError
from inspector.index.connections import close_readers, get_reader
from inspector.models import StoreEntry
from tests.integration.index.syncing import sync
from tests.pages.browse import Browser, Document, address
from tests.pages.conftest import configured

PAGES = ["/threads/", "/thread/?id=x", "/orphans/", "/workers/", "/doctor/", "/stores/"]
NOWHERE = "postgresql://reader:hunter2@localhost:1/db"


def ask(browser: Browser, url: str, **headers: str) -> Any:
    return browser.ask("GET", url, headers)


def told(browser: Browser, url: str, status: int) -> dict[str, str]:
    """The same error in all three sizes; as data it is returned."""
    whole = ask(browser, url)
    part = ask(browser, url, **{"HX-Request": "true"})
    data = ask(browser, url + ("&" if "?" in url else "?") + "format=json")
    assert (whole.status_code, part.status_code, data.status_code) == (status, status, status)
    error: dict[str, str] = json.loads(data.content)
    assert list(error) == ["error", "hint"]
    assert error["error"]
    assert error["hint"]
    for response in (whole, part):
        text = Document(response.content.decode()).elements[0].text
        assert error["error"] in text
        assert error["hint"].replace("`", "") in text.replace("`", "")  # code is set as code
    for response in (whole, part, data):
        assert b"hunter2" not in response.content
        assert response["Cache-Control"] == "no-store"
    return error


@pytest.mark.parametrize("url", PAGES)
def test_without_a_store_every_page_says_how_to_configure_one(show_stores: Any, url: str) -> None:
    error = told(show_stores(), url, 503)

    assert "No checkpoint store is configured" in error["error"]
    assert "INSPECTOR_STORES" in error["hint"]
    assert "inspector serve --store" in error["hint"]


@pytest.mark.parametrize("url", PAGES)
def test_a_store_whose_url_cannot_work_is_told_without_its_password(show_stores: Any, url: str) -> None:
    told(show_stores(main="oracle://u:hunter2@h/db"), url, 503)
    told(show_stores(main="postgresql://u:12/hunter2@h/db"), url, 503)


@pytest.mark.parametrize("stores", [{}, {"main": "oracle://h/db"}, {"main": NOWHERE}])
def test_health_does_not_depend_on_stores(show_stores: Any, stores: dict[str, str]) -> None:
    response = show_stores(**stores).get("/-/health")

    assert response.status_code == 200
    assert json.loads(response.content)["status"] == "ok"


def test_before_the_first_pass_lists_are_empty_and_say_why(unindexed: Browser) -> None:
    threads, orphans = unindexed.data("/threads/"), unindexed.data("/orphans/")

    assert (threads["threads"], threads["total"], threads["next"]) == ([], 0, "")
    assert (orphans["threads"], orphans["total"], orphans["rate"]) == ([], 0, None)
    for page in (threads, orphans):
        assert page["index"]["building"] is True
        assert page["index"]["synced_at"] is None
        assert page["index"]["lag_seconds"] is None
    for path in ("/threads/", "/orphans/", "/workers/", "/doctor/", "/stores/"):
        assert unindexed.get(path).status_code == 200


def test_before_the_first_pass_a_thread_is_found_and_opened_by_its_exact_id(unindexed: Browser) -> None:
    found = unindexed.data("/threads/", q="two-hosts-sync-shared")

    assert [row["thread_id"] for row in found["threads"]] == ["two-hosts-sync-shared"]
    assert (found["total"], found["not_indexed"]) == (1, True)
    assert found["threads"][0]["turns"] == 4
    assert unindexed.data("/threads/", q="two-hosts-sync-share")["threads"] == []
    assert unindexed.data("/thread/", id="two-hosts-sync-shared")["thread"] == found["threads"][0]


@pytest.fixture
def down(show_stores: Any, indexed: Any) -> Browser:
    """The scenario store's index, and no server behind it: the last pass failed and said so."""
    indexed.put()
    browser: Browser = show_stores(scenarios=NOWHERE)
    with pytest.raises(StoreError):
        sync(get_reader())
    return browser


def test_lists_go_on_from_the_index_and_tell_that_the_store_is_down(down: Browser) -> None:
    for path in ("/threads/", "/orphans/"):
        page = down.data(path)
        assert page["total"] > 50
        assert "cannot be reached" in page["index"]["error"]
        assert page["index"]["hint"]
        text = down.document(path).elements[0].text
        assert page["index"]["error"] in text
        assert "hunter2" not in text


def test_a_search_does_not_wait_for_a_store_that_is_down(down: Browser) -> None:
    page = down.data("/threads/", q="not indexed")

    assert (page["threads"], page["not_indexed"]) == ([], False)


def test_a_thread_of_a_store_that_is_down_says_so(down: Browser) -> None:
    error = told(down, "/thread/?id=two-hosts-sync-shared", 503)

    assert "cannot be reached" in error["error"]


def test_the_stores_page_shows_the_error_beside_its_store(down: Browser) -> None:
    (store,) = down.data("/stores/")["stores"]

    assert "cannot be reached" in store["error"]
    assert store["hint"]
    assert (store["tables"], store["could_write"], store["size_bytes"]) == ([], [], None)
    assert store["server"].startswith("PostgreSQL ")  # as the last good pass found it
    assert store["error"] in down.document("/stores/").elements[0].text


def test_a_store_that_is_down_holds_up_no_other(show_stores: Any, scenario_store: PlayedStore, indexed: Any) -> None:
    indexed.put()
    browser: Browser = show_stores(gone=NOWHERE, scenarios=scenario_store.url)

    gone, here = browser.data("/stores/")["stores"]
    assert gone["error"]
    assert not here["error"]
    assert browser.data("/thread/", store="scenarios", id="two-hosts-sync-shared")["store"] == "scenarios"
    assert browser.data("/threads/", store="scenarios")["total"] > 50
    assert browser.data("/threads/")["store"] == "gone"


def test_a_database_without_the_tables_is_told(show_stores: Any, postgres: EmbeddedPostgres) -> None:
    browser: Browser = show_stores(empty=postgres.create_database())

    error = told(browser, "/thread/?id=x", 503)
    assert "no LangGraph checkpoint tables" in error["error"]
    assert "setup()" in error["hint"]
    (store,) = browser.data("/stores/")["stores"]
    assert store["error"] == error["error"]


@pytest.mark.parametrize(
    "query",
    [
        {"id": "no such thread"},
        {"id": "two-hosts-sync-shared", "checkpoint": "nope"},
        {"id": "two-hosts-sync-shared", "checkpoint": "1ef4f797-8335-6428-8001-8a1503f9b875"},
        {"id": "two-hosts-sync-shared", "ns": "nope"},
        {"id": "two-hosts-sync-shared", "ns": "a:b|c:d", "checkpoint": "x"},
        {"id": "two-hosts-sync-shared", "against": "nope"},
        {"id": "Two-Hosts-Sync-Shared"},
        {},
    ],
    ids=str,
)
def test_what_is_not_there_is_told(pages: Browser, query: dict[str, Any]) -> None:
    told(pages, address("/thread/", **query), 404)


@pytest.fixture
def changing(show_stores: Any, postgres: EmbeddedPostgres) -> Iterator[tuple[Browser, PlayedStore]]:
    """A store of our own, that may be changed, indexed."""
    with play_into(postgres.create_database(), ["two-hosts"], ["sync"]) as store:
        browser = show_stores(own=store.url)
        sync(get_reader())
        yield browser, store


def test_a_thread_deleted_after_it_was_listed_is_told(changing: tuple[Browser, PlayedStore]) -> None:
    browser, store = changing
    listed = [row["thread_id"] for row in browser.data("/threads/")["threads"]]
    store.saver.delete_thread("two-hosts-sync-shared")

    assert "two-hosts-sync-shared" in listed
    error = told(browser, "/thread/?id=two-hosts-sync-shared", 404)
    assert "deleted" in error["hint"]


def test_tables_dropped_while_we_run_are_told_and_their_return_is_noticed(
    changing: tuple[Browser, PlayedStore], postgres: EmbeddedPostgres
) -> None:
    browser, store = changing
    url = "/thread/?id=two-hosts-sync-shared"
    assert ask(browser, url).status_code == 200
    with psycopg.connect(store.url, autocommit=True) as owner:
        owner.execute("alter table checkpoints rename to checkpoints_away")
        assert ask(browser, url).status_code == 503
        told(browser, url, 503)
        assert browser.data("/threads/")["total"] == 2
        owner.execute("alter table checkpoints_away rename to checkpoints")

    assert ask(browser, url).status_code == 200


def test_an_exact_id_is_found_although_the_index_only_knows_longer_ones(
    changing: tuple[Browser, PlayedStore],
) -> None:
    """`two-hosts-sync` is a part of both indexed ids, and was written after the last pass."""
    browser, store = changing
    graph = store.find("two-hosts", "sync").graph
    graph.invoke({"messages": [("user", "hi")]}, {"configurable": {"thread_id": "two-hosts-sync"}})

    page = browser.data("/threads/", q="two-hosts-sync")

    assert page["threads"][0]["thread_id"] == "two-hosts-sync"
    assert (page["total"], page["not_indexed"]) == (3, True)
    sync(get_reader())
    page = browser.data("/threads/", q="two-hosts-sync")
    assert (page["total"], page["not_indexed"], len(page["threads"])) == (3, False, 3)


def test_an_exact_id_comes_first_although_the_sort_has_it_on_a_later_page(
    changing: tuple[Browser, PlayedStore],
) -> None:
    browser, store = changing
    graph = store.find("two-hosts", "sync").graph
    for name in ["z", *(f"z{number}" for number in range(60))]:
        graph.update_state({"configurable": {"thread_id": name}}, {"messages": [("ai", "hi")]}, as_node="agent")
    sync(get_reader())

    page = browser.data("/threads/", q="z")

    assert page["threads"][0]["thread_id"] == "z"
    assert (page["total"], page["not_indexed"]) == (61, False)


def test_the_default_store_is_the_first(show_stores: Any, scenario_store: PlayedStore) -> None:
    browser: Browser = show_stores(one=scenario_store.url, two=scenario_store.url)

    assert browser.data("/threads/")["store"] == "one"
    assert browser.data("/threads/", store="two")["store"] == "two"
    assert [store["name"] for store in browser.data("/stores/")["stores"]] == ["one", "two"]


def test_a_fault_of_ours_is_plain_and_tells_nothing(pages: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("hunter2")

    monkeypatch.setattr("inspector.views.threads.find_threads", fail)
    pages.client.raise_request_exception = False

    response = pages.get("/threads/")

    assert response.status_code == 500
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert b"hunter2" not in response.content
    assert "Content-Security-Policy" in response


def test_a_pass_that_works_again_takes_the_error_away(
    changing: tuple[Browser, PlayedStore], postgres: EmbeddedPostgres
) -> None:
    browser, _ = changing
    close_readers()
    with override_settings(INSPECTOR=configured(own=NOWHERE)):
        with pytest.raises(StoreError):
            sync(get_reader())
        assert browser.data("/threads/")["index"]["error"]
        close_readers()

    sync(get_reader())

    assert browser.data("/threads/")["index"]["error"] == ""
    assert StoreEntry.objects.get(name="own").error_hint == ""
