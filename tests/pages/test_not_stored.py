"""What a layout does not keep is said on the pages, in the words of one table, and is nowhere an empty field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from inspector.demo.embedded import EmbeddedPostgres
from inspector.index.connections import all_readers
from inspector.index.passes import run_pass
from inspector.stores.differences import DIFFERENCES, POSTGRES, REDIS, REDIS_SHALLOW, SQLITE, find_difference
from tests.pages.browse import Browser, Document
from tests.pages.places import chat_in_postgres, chat_in_redis, chat_in_sqlite
from tests.redis_server import RedisServer

RUN = find_difference("run-metadata").sentence(REDIS)
HISTORY = find_difference("history").sentence(REDIS_SHALLOW)


def shown(show_stores: Any, **stores: str) -> Browser:
    browser: Browser = show_stores(**stores)
    for reader in all_readers().values():
        run_pass(reader)
    return browser


def words(document: Document) -> str:
    return " ".join(document.elements[0].text.split())


def told(document: Document, identifier: str) -> list[str]:
    return [" ".join(one.text.split()) for one in document.elements if one.attributes.get("id") == identifier]


@pytest.fixture
def in_redis(show_stores: Any, redis_server: RedisServer) -> Browser:
    url = chat_in_redis(redis_server.flush(), "one", "two")
    return shown(show_stores, cache=chat_in_redis(url, "orphaned", turns=1))


@pytest.fixture
def in_shallow_redis(show_stores: Any, redis_server: RedisServer) -> Browser:
    return shown(show_stores, cache=chat_in_redis(redis_server.flush(), "one", turns=3, shallow=True))


@pytest.fixture
def in_a_file(show_stores: Any, tmp_path: Path) -> Browser:
    return shown(show_stores, file=chat_in_sqlite(tmp_path / "memory.db", "one"))


@pytest.fixture
def in_postgres(show_stores: Any, postgres: EmbeddedPostgres) -> Browser:
    return shown(show_stores, main=chat_in_postgres(postgres.create_database(), "one"))


@pytest.mark.parametrize("path", ["/threads/", "/orphans/", "/thread/?id=one"])
def test_hosts_and_owners_that_cannot_be_stored_are_told_with_the_way_to_the_ledger(
    in_redis: Browser, path: str
) -> None:
    document = Document(in_redis.ask("GET", path).content.decode())
    (sentence,) = told(document, "not-stored")

    assert sentence.startswith(f"Hosts and owners are not stored here. {RUN}")
    links = [link.attributes["href"] for link in document.all("a") if "ledger" in link.text]
    assert links == ["/workers/"]


def test_a_host_that_cannot_be_stored_is_not_called_unnamed(in_redis: Browser) -> None:
    for path in ("/threads/", "/thread/?id=one"):
        text = words(Document(in_redis.ask("GET", path).content.decode()))
        assert "host not stored" in text
    assert "host not named" not in words(in_redis.document("/threads/"))


@pytest.mark.parametrize("store", ["in_postgres", "in_a_file"])
def test_a_store_that_keeps_them_says_nothing_of_it(store: str, request: pytest.FixtureRequest) -> None:
    browser: Browser = request.getfixturevalue(store)
    for path in ("/threads/", "/orphans/", "/thread/?id=one"):
        document = Document(browser.ask("GET", path).content.decode())
        assert told(document, "not-stored") == told(document, "newest-only") == []
        assert "host not stored" not in words(document)
    assert "web-1" in words(browser.document("/threads/"))


def test_a_shallow_thread_says_that_only_its_newest_checkpoint_is_kept(in_shallow_redis: Browser) -> None:
    document = in_shallow_redis.document("/thread/", id="one")
    page = in_shallow_redis.data("/thread/", id="one")

    assert told(document, "newest-only") == [f"Only the newest checkpoint is kept. {HISTORY}"]
    assert page["layout"] == REDIS_SHALLOW
    assert page["thread"]["turns_is_lower_bound"] is True
    assert "the only checkpoint that is kept" in words(document)
    assert "at least" in words(document)


def test_a_full_thread_says_nothing_of_the_kind(in_redis: Browser) -> None:
    assert in_redis.data("/thread/", id="one")["layout"] == REDIS
    assert told(in_redis.document("/thread/", id="one"), "newest-only") == []


@pytest.mark.parametrize(
    ("store", "layouts"),
    [("in_postgres", {POSTGRES}), ("in_a_file", {SQLITE}), ("in_redis", {REDIS, REDIS_SHALLOW})],
)
def test_the_page_of_stores_shows_what_each_does_not_keep(
    store: str, layouts: set[str], request: pytest.FixtureRequest
) -> None:
    browser: Browser = request.getfixturevalue(store)
    (item,) = browser.data("/stores/")["stores"]
    lost = [one for one in DIFFERENCES if any(one.sentence(layout) for layout in layouts)]
    text = words(browser.document("/stores/"))

    assert [one["slug"] for one in item["differences"]] == [one.slug for one in lost]
    for one, shown_as in zip(lost, item["differences"], strict=True):
        without = {layout for layout in layouts if one.sentence(layout)}
        assert set(shown_as["layouts"]) == (set() if without == layouts else without)
        assert one.title.replace("`", "") in text
        assert shown_as["sentence"] in text


def test_a_redis_store_is_described_in_its_own_words(in_redis: Browser) -> None:
    (item,) = in_redis.data("/stores/")["stores"]
    document = in_redis.document("/stores/")
    labels = [label.text for label in document.all("dt")]

    assert (item["kind"], item["status"]) == ("redis", "connected")
    assert {"User", "Memory of the server"} <= set(labels)
    assert not {"Login", "Schema", "Migration"} & set(labels)
    assert {"Keys", "Documents estimate"} <= {" ".join(head.text.split()) for head in document.all("th")}
    assert "The dashboard sends commands that read, and no others." in words(document)


def test_a_file_is_described_in_its_own_words(in_a_file: Browser) -> None:
    (item,) = in_a_file.data("/stores/")["stores"]
    document = in_a_file.document("/stores/")
    labels = [label.text for label in document.all("dt")]

    assert (item["kind"], item["database"]) == ("sqlite", "memory.db")
    assert "File" in labels
    assert not {"Database", "Login", "Schema", "Migration"} & set(labels)
    assert "inspector grants" not in words(document)
