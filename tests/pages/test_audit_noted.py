"""Whoever is shown content of a thread leaves a line in the audit log, whatever page it was; who sees shapes leaves
none."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient

from inspector.access.audit import memory
from inspector.access.audit.lines import FILE
from inspector.index.connections import get_reader, watched_readers
from inspector.models import Opened
from inspector.stores.watched import listening
from tests.pages.audited import noted, person, proxy_trusted
from tests.pages.browse import THREAD, Browser
from tests.signing_in import by_link

OTHER = "tool-agent-sync-orders"
#: Every page about a thread, with what it needs beside the id.
PAGES: dict[str, dict[str, str]] = {
    "thread": {"tab": "state"},
    "thread-size": {},
    "thread-channel": {"channel": "messages"},
    "thread-compare": {"with_id": OTHER},
    "thread-find": {"q": "e"},
    "thread-download": {},
}
PATHS = {
    "thread": "/thread/",
    "thread-size": "/thread/size/",
    "thread-channel": "/thread/channel/",
    "thread-compare": "/thread/compare/",
    "thread-find": "/thread/find/",
    "thread-download": "/thread/download/",
}


@pytest.fixture(autouse=True)
def trusted(pages: Browser) -> Iterator[None]:
    with proxy_trusted():
        yield


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("form", ["", "json"])
def test_a_page_of_a_thread_leaves_a_line(page: str, form: str) -> None:
    asked = {"id": OTHER, **PAGES[page], **({"format": form} if form else {})}
    assert person("ada").get(PATHS[page], **asked).status_code == 200
    assert ("ada", OTHER, page) in noted()


@pytest.mark.parametrize("page", PAGES)
def test_who_sees_shapes_leaves_no_line(page: str) -> None:
    assert person("ada", "shape").get(PATHS[page], id=OTHER, **PAGES[page]).status_code in (200, 403)
    assert noted() == set()


def test_every_address_about_a_thread_is_one_that_leaves_a_line() -> None:
    """A new page below a thread's own has to be put into these tests."""
    from inspector.urls import urlpatterns

    names = {route.name for route in urlpatterns if str(route.pattern).startswith("thread/")}
    assert names - set(PAGES) == {"thread-image", "thread-message", "thread-value"}  # below


def test_a_message_and_a_value_leave_lines() -> None:
    ada = person("ada")
    checkpoint = ada.data("/thread/", id=OTHER)["selected"]["checkpoint_id"]
    found = ada.get("/thread/value/", id=OTHER, checkpoint=checkpoint, channel="messages")
    assert found.status_code == 200
    assert ("ada", OTHER, "thread-value") in noted()
    said = ada.get("/thread/message/", id="message-edits-sync-trimmed", message="question-1")
    assert said.status_code == 200
    assert ("ada", "message-edits-sync-trimmed", "thread-message") in noted()


def test_both_sides_of_a_comparison_are_noted() -> None:
    person("ada").get("/thread/compare/", id=THREAD + "-orders", with_id=OTHER)
    person("bea").get("/thread/compare/", id="message-edits-sync-trimmed", with_id=OTHER)
    assert {("bea", "message-edits-sync-trimmed", "thread-compare"), ("bea", OTHER, "thread-compare")} <= noted()


@pytest.mark.parametrize(("path", "page"), [("/orphans/conversations/", "conversations"), ("/orphans/", "orphans")])
def test_conversations_note_the_threads_whose_words_they_show_and_no_others(path: str, page: str) -> None:
    groups = person("ada").data(path)["groups"]
    shown = {one["thread_id"] for group in groups for one in group["said"] if one["first"] or one["answer"]}
    assert shown
    assert noted() == {("ada", thread_id, page) for thread_id in shown}


def test_lists_and_counts_leave_no_line() -> None:
    ada = person("ada")
    for path in ("/threads/", "/orphans/mutes/", "/workers/", "/doctor/", "/stores/", "/orphans/alerts/"):
        assert ada.get(path).status_code == 200
        assert noted() == set(), path


def test_an_error_leaves_no_line() -> None:
    ada = person("ada")
    assert ada.get("/thread/", id="no such thread").status_code == 404
    assert ada.get("/thread/", id=OTHER, checkpoint="no such checkpoint").status_code == 404
    assert noted() == set()


def test_a_line_says_who_when_from_where_and_by_which_request() -> None:
    answer = person("ada").get("/thread/", id=OTHER)
    line = Opened.objects.get()
    assert (line.username, line.via, line.address) == ("ada", "header", "10.1.2.3")
    assert (line.store, line.thread_id, line.page) == ("scenarios", OTHER, "thread")
    assert line.request_id == answer["X-Request-ID"]


def test_a_page_that_refreshes_itself_is_one_line_for_ten_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = person("ada")
    for _ in range(3):
        ada.part("/thread/", id=OTHER)
    assert Opened.objects.count() == 1
    monkeypatch.setattr(memory, "AGAIN", 0.0)
    ada.part("/thread/", id=OTHER)
    assert Opened.objects.count() == 2


def test_another_person_another_page_and_another_thread_are_lines_of_their_own() -> None:
    ada, bea = person("ada"), person("bea")
    for browser in (ada, bea):
        browser.get("/thread/", id=OTHER)
        browser.get("/thread/size/", id=OTHER)
    ada.get("/thread/", id="message-edits-sync-trimmed")
    assert Opened.objects.count() == 5


def test_each_download_is_a_line_that_is_there_before_the_content_is() -> None:
    ada = person("ada")
    for form in ("json", "markdown", "json"):
        answer: Any = ada.get("/thread/download/", id=OTHER, **{"as": form})
        assert b"".join(answer.streaming_content)
    files = Opened.objects.filter(page=FILE)
    assert (files.count(), {one.thread_id for one in files}) == (3, {OTHER})


def test_a_file_notes_what_it_reads_before_that_part_is_sent() -> None:
    ada = person("ada")
    answer: Any = ada.get("/thread/download/", id=OTHER, **{"as": "json"})
    for chunk in answer.streaming_content:
        assert b'"channel_values"' not in chunk or Opened.objects.filter(page=FILE).exists()


def test_the_log_of_the_process_has_each_line_with_its_fields(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "inspector.audit"):
        person("ada").get("/thread/", id=OTHER)
    told = [one for one in caplog.records if one.name == "inspector.audit"]
    fields: Any = told[0].__dict__["fields"]
    assert (fields["username"], fields["thread_id"], fields["page"], fields["written"]) == (
        "ada",
        OTHER,
        "thread",
        True,
    )
    assert json.dumps(fields)


def test_content_is_not_read_for_a_person_where_nothing_would_note_it() -> None:
    reader = watched_readers()["scenarios"]
    with pytest.raises(RuntimeError, match="nothing writes down"):
        reader.read_history(OTHER)
    heard: list[tuple[str, str]] = []
    with listening(lambda *told: heard.append(told)):
        assert reader.read_history(OTHER).checkpoints
    assert set(heard) == {("scenarios", OTHER)}
    assert get_reader().read_history(OTHER).checkpoints  # what reads for nobody in particular


def test_a_server_that_speaks_asgi_notes_a_file_as_well(pages: Browser) -> None:
    client = by_link(AsyncClient())

    async def fetch() -> bytes:
        answer: Any = await client.get(f"/thread/download/?id={OTHER}&as=json")
        assert answer.status_code == 200
        return b"".join([chunk async for chunk in answer.streaming_content])

    assert json.loads(async_to_sync(fetch)())["thread_id"] == OTHER
    assert noted() == {("local", OTHER, FILE)}
