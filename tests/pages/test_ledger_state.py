"""Where reads come from, and why they are not known or old, wherever reads are shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import play_into
from inspector.index.connections import close_readers, get_reader
from inspector.index.passes import run_pass
from inspector.secret import StoreUrl
from tests.integration.ledger.samples import counts
from tests.pages.browse import Browser
from tests.pages.ledgers import telling

NOWHERE = "postgresql://probe:hunter2@localhost:1/ledger"
PAGES = ("/threads/", "/orphans/", "/workers/", "/stores/")


@pytest.fixture
def url(postgres: EmbeddedPostgres) -> Iterator[str]:
    url = postgres.create_database()
    with play_into(url, ["two-hosts"], ["sync"]):
        yield url


@pytest.fixture
def browser(show_stores: Any, url: str) -> Browser:
    found: Browser = show_stores(own=url)
    return found


def _words(browser: Browser, path: str) -> str:
    return " ".join(browser.document(path).elements[0].text.split())


def test_a_store_says_where_its_ledger_is_and_when_it_was_read(browser: Browser, url: str) -> None:
    assert run_pass(get_reader()).complete
    assert "in this store · no worker has reported yet" in _words(browser, "/stores/")
    with telling(url) as ledger:
        ledger.tell("web-1", counts("two-hosts-sync-shared", reads=1))
    run_pass(get_reader())

    (store,) = browser.data("/stores/")["stores"]
    state = store["index"]["ledger"]
    assert (state["url"], state["kind"], state["error"], state["hint"]) == (store["url"], "postgres", "", "")
    assert state["folded_at"].endswith("Z")
    assert "in this store · last read" in _words(browser, "/stores/")
    assert browser.data("/threads/")["index"]["ledger"] == state
    for path in ("/threads/", "/orphans/", "/workers/"):
        (notice,) = [one for one in browser.document(path).all("div") if one.attributes.get("id") == "ledger-notice"]
        assert notice.text == ""


def test_a_ledger_that_does_not_answer_is_told_with_cause_and_remedy_wherever_reads_are_shown(
    browser: Browser, url: str
) -> None:
    with telling(url) as ledger:
        ledger.tell("web-1", counts("two-hosts-sync-shared", reads=1))
    run_pass(get_reader())
    close_readers()
    with override_settings(INSPECTOR=replace(settings.INSPECTOR, ledger_url=StoreUrl(NOWHERE))):
        run_pass(get_reader())
        for path in PAGES:
            page = browser.data(path)
            error, hint = _trouble(page, path)
            assert "cannot be reached" in error
            assert hint
            words = _words(browser, path)
            assert error in words, path
            assert hint.replace("`", "") in words, path
            assert "hunter2" not in words
        assert "Reads are as of" in _words(browser, "/threads/")
        assert "Postgres postgresql://probe@localhost:1/ledger" in _words(browser, "/stores/")
        assert browser.data("/-/health")["status"] == "ok"
        close_readers()


def _trouble(page: Any, path: str) -> tuple[str, str]:
    if path == "/workers/":
        return page["error"], page["hint"]
    state = (page["stores"][0] if path == "/stores/" else page)["index"]["ledger"]
    return state["error"], state["hint"]
