"""Who may look at one of two stores hears nothing of the other one, on no page and in no form."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from inspector.demo.embedded import EmbeddedPostgres
from inspector.index.connections import all_readers
from inspector.index.passes import run_pass
from inspector.models import AlertEntry, Delivery, StoreEntry
from inspector.probe.ledger_schema import Place, sqlite_identities
from tests.pages.browse import Browser
from tests.pages.ledgers import MEMORY, telling
from tests.pages.places import chat_in_postgres, chat_in_sqlite
from tests.signing_in import signed_in_client

BOTH, HERE, THERE = "in both", "only here", "only there"
#: By which the other store could be known: its name, its file, its thread.
SECRET = re.compile(rb"hidden-one|secret-file|only there")
PAGES = [
    *("/threads/", "/threads/?q=in+both", "/threads/?q=only+here", "/threads/?download=csv", "/threads/?download=json"),
    *(f"/thread/?id={BOTH}", f"/thread/?id={HERE}", "/thread/?id=nowhere", f"/thread/compare/?id={BOTH}"),
    *(f"/thread/size/?id={BOTH}", f"/thread/download/?id={BOTH}", f"/thread/channel/?id={BOTH}&channel=messages"),
    *("/orphans/", "/orphans/alerts/", "/orphans/conversations/", "/orphans/mutes/"),
    *("/workers/", "/doctor/", "/doctor/rules/store-split/", "/stores/", "/-/health", "/-/metrics", "/no/such/page"),
]


@pytest.fixture
def urls(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {
        "shown": chat_in_postgres(postgres.create_database(), BOTH, HERE),
        "hidden-one": chat_in_sqlite(tmp_path_factory.mktemp("several") / "secret-file.db", BOTH, THERE, turns=3),
    }


@pytest.fixture
def two(show_stores: Any, urls: dict[str, str]) -> Browser:
    """Who may look at both."""
    browser: Browser = show_stores(**urls)
    for reader in all_readers().values():
        run_pass(reader)
    return browser


@pytest.fixture(params=["content", "shape"])
def one(two: Browser, request: pytest.FixtureRequest) -> Browser:
    return Browser(signed_in_client(request.param, ["shown"]))


def test_no_page_names_the_other_store(one: Browser) -> None:
    for path in PAGES:
        for query in ("", "format=json"):
            for headers in ({}, {"HX-Request": "true"}):
                address = path + (f"{'&' if '?' in path else '?'}{query}" if query else "")
                answer = one.ask("GET", address, headers)
                assert answer.status_code in (200, 404), address
                body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
                assert not SECRET.search(body), address


def test_the_other_store_is_told_like_one_that_is_not_there(one: Browser) -> None:
    for path in PAGES[5:-5]:
        joined = f"{path}{'&' if '?' in path else '?'}format=json&store="
        hidden = one.ask("GET", joined + "hidden-one")
        made_up = one.ask("GET", joined + "made-up")
        assert hidden.status_code == made_up.status_code
        if hidden.status_code == 404:
            assert hidden.content.replace(b"hidden-one", b"made-up") == made_up.content
    compared = one.data("/thread/compare/", id=BOTH, with_store="hidden-one", status=404)
    assert compared["error"] == "No store is called 'hidden-one'."
    assert "hidden-one" not in compared["hint"]


def test_a_thread_of_the_other_store_is_one_that_is_stored_nowhere(one: Browser, two: Browser) -> None:
    assert "hidden-one" in two.data("/thread/", id=THERE, status=404)["error"]
    told = one.data("/thread/", id=THERE, status=404)
    assert told == {**one.data("/thread/", id="nowhere", status=404)}
    assert one.data("/threads/", q=BOTH)["also_in"] == []


def test_what_workers_say_of_the_other_store_is_not_told(two: Browser, urls: dict[str, str]) -> None:
    path = urls["hidden-one"].removeprefix("sqlite:///")
    file = os.stat(path)
    names = sqlite_identities(file.st_dev, file.st_ino)
    there = Place(1, "langgraph.checkpoint.sqlite.SqliteSaver", "sqlite", names, path, 1)
    with telling(urls["shown"]) as ledger:
        ledger.tell("web-1", places=(ledger.place, there))
    for reader in all_readers().values():
        run_pass(reader)
    assert "hidden-one" in str(two.data("/workers/"))
    assert "hidden-one" in str(two.data("/doctor/"))
    one = Browser(signed_in_client("content", ["shown"]))
    for path in ("/workers/", "/doctor/"):
        assert not SECRET.search(str(one.data(path)).encode()), path


def test_a_worker_that_forgets_does_not_tell_where_else_it_keeps_what_it_knows(
    two: Browser, urls: dict[str, str]
) -> None:
    path = urls["hidden-one"].removeprefix("sqlite:///")
    file = os.stat(path)
    names = sqlite_identities(file.st_dev, file.st_ino)
    there = Place(2, "langgraph.checkpoint.sqlite.SqliteSaver", "sqlite", names, path, 1)
    with telling(urls["shown"]) as ledger:
        ledger.tell("web-1", places=(ledger.place, replace(MEMORY, slot=1), there))
    for reader in all_readers().values():
        run_pass(reader)
    assert rule_of(two, "saver-in-memory")["evidence"]
    one = Browser(signed_in_client("shape", ["shown"]))
    assert rule_of(one, "saver-in-memory")["status"] == "error"
    for page in ("/workers/", "/doctor/", f"/thread/?id={HERE}"):
        for form in ("", "format=json"):
            answer = one.ask("GET", f"{page}{'&' if '?' in page else '?'}{form}")
            assert not SECRET.search(answer.content), page


def rule_of(browser: Browser, slug: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in browser.data("/doctor/")["findings"] if one["rule"] == slug)
    return found


def tell(store: str, now: datetime, **came_of_it: Any) -> None:
    """A message about an alert of this store."""
    figures = {"since": now, "threads": 20, "orphans": 18, "expected": 0.2, "basis": "host"}
    entry = StoreEntry.objects.get(name=store)
    alert = AlertEntry.objects.create(store=entry, hostname="web-3", fired_at=now, **figures)
    Delivery.objects.create(alert=alert, channel="webhook", event="firing", made_at=now, due_at=now, **came_of_it)


def test_numbers_of_messages_are_those_about_the_stores_of_who_asks(two: Browser) -> None:
    now = timezone.now()
    for name in ("shown", "hidden-one"):
        tell(name, now, sent_at=now)
    one = Browser(signed_in_client("content", ["shown"]))
    sent = re.compile(rb'deliveries\{channel="webhook",state="sent"\} (\d)')
    told = [sent.search(browser.get("/-/metrics").content) for browser in (two, one)]
    assert [found and found[1] for found in told] == [b"2", b"1"]


def test_what_a_channel_was_last_told_is_about_a_store_of_who_asks(two: Browser) -> None:
    for name in ("shown", "hidden-one"):
        tell(name, timezone.now(), attempts=1, error=f"was for {name}")
    one = Browser(signed_in_client("content", ["shown"]))
    told = [browser.data("/orphans/alerts/")["channels"][0]["last"]["error"] for browser in (two, one)]
    assert told == ["was for hidden-one", "was for shown"]


def test_who_may_see_no_store_at_all_is_told_so(two: Browser) -> None:
    none = Browser(signed_in_client("content", []))
    for path in ("/threads/", "/stores/", "/doctor/"):
        answer = none.data(path, status=404)
        assert answer["error"] == "There is no store here that you may see."
    assert not re.search(rb"shown|hidden-one", none.get("/threads/").content.replace(b"aria-", b""))


def test_the_first_store_of_somebody_is_the_first_that_they_may_see(two: Browser) -> None:
    second = Browser(signed_in_client("content", ["hidden-one"]))
    assert second.data("/threads/")["store"] == "hidden-one"
    assert {row["thread_id"] for row in second.data("/threads/")["threads"]} == {BOTH, THERE}
