"""Every page opens on every layout, in HTML and as data, and shows the scenarios' threads and what was done there."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker, Settings

from inspector.config import StoreSetting
from inspector.demo.stage import Played
from inspector.index.connections import close_readers, get_reader
from inspector.secret import StoreUrl
from inspector.stores.differences import DIFFERENCES, REDIS_SHALLOW
from tests.contract.hostile import THREAD_IDS
from tests.contract.library import Library
from tests.integration.index.own_index import sqlite_index
from tests.integration.index.syncing import sync
from tests.pages.browse import Browser
from tests.signing_in import signed_in_client

TABS = ("changes", "state", "writes", "metadata")


@pytest.fixture
def pages(
    library: Library, settings: Settings, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> Iterator[Browser]:
    """The dashboard on the library, after one sync pass. One-turn threads are orphans at once."""
    stores = (StoreSetting(library.layout, StoreUrl(library.place.url)),)
    settings.INSPECTOR = dataclasses.replace(settings.INSPECTOR, stores=stores, orphan_after=0.000_001)
    with sqlite_index(tmp_path / "index.sqlite3", django_db_blocker):
        assert sync(get_reader()).complete
        yield Browser(signed_in_client())
        close_readers()


def test_every_page_opens_and_shows_what_was_played(library: Library, pages: Browser) -> None:
    for path, query in _pages():
        document = pages.document(path, **query)
        assert "Traceback" not in document.elements[0].text
        assert library.layout in document.elements[0].text
        assert pages.data(path, **query)
    listed = pages.data("/threads/", limit=500, q="new-input-sync")
    played = {thread.thread_id for thread in library.find("new-input").threads}
    assert {row["thread_id"] for row in listed["threads"]} == played
    assert pages.data("/threads/")["total"] == len(library.plain.truth)
    (store,) = pages.data("/stores/")["stores"]
    assert (store["status"], store["error"], store["kind"]) == ("connected", "", library.store.kind)
    told = {item["slug"] for item in store["differences"]}
    assert told >= {one.slug for one in DIFFERENCES if one.sentence(library.layout)}
    # A store of Redis may hold threads of both kinds of savers, so it tells of both.
    assert told <= {one.slug for one in DIFFERENCES if any(name.startswith(store["kind"]) for name in one.lost)}
    assert library.place.digest() == library.digest


@pytest.mark.one_in(3)
def test_a_thread_opens_at_each_checkpoint_in_each_tab(library: Library, pages: Browser) -> None:
    for slug in ("two-hosts", "unanswered-interrupt", "error", "subgraph-persistent", "typed-values"):
        _open_thread(library, pages, library.find(slug))


@pytest.mark.one_in(3)
def test_the_hostile_ids_open_each_as_itself(library: Library, pages: Browser) -> None:
    for thread_id in ("", *THREAD_IDS):
        data = pages.data("/thread/", id=thread_id)
        assert data["thread"]["thread_id"] == thread_id
        assert data["thread"]["checkpoints"] == library.plain.truth[thread_id].checkpoints
        assert pages.document("/thread/", id=thread_id)


def _pages() -> list[tuple[str, dict[str, Any]]]:
    lists: list[dict[str, Any]] = [{}, {"q": "two"}, {"turns": "one"}, {"sort": "thread_id", "limit": "5"}]
    return [
        *(("/threads/", query) for query in lists),
        ("/orphans/", {}),
        ("/orphans/", {"window": "7d"}),
        ("/workers/", {}),
        ("/stores/", {}),
        ("/thread/", {"id": "large"}),
    ]


def _open_thread(library: Library, pages: Browser, played: Played) -> None:
    for thread in played.threads[:1]:
        namespaces = {row["checkpoint_ns"] for row in library.plain.of(thread.thread_id)}
        for namespace in sorted(namespaces)[:3]:
            stored = [row["checkpoint_id"] for row in library.plain.of(thread.thread_id, namespace)]
            for checkpoint_id in {stored[0], stored[-1]}:
                where = {"id": thread.thread_id, "ns": namespace, "checkpoint": checkpoint_id}
                for tab in TABS:
                    assert "Traceback" not in pages.document("/thread/", tab=tab, **where).elements[0].text
                    data = pages.data("/thread/", tab=tab, **where)
                    assert data["selected"]["checkpoint_id"] == checkpoint_id
                    assert len(data["checkpoints"]) == len(stored)
            if library.layout != REDIS_SHALLOW and len(stored) > 1:
                where = {"id": thread.thread_id, "ns": namespace, "checkpoint": stored[0], "against": stored[-1]}
                assert pages.data("/thread/", tab="changes", **where)["selected"]
