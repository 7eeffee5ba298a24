"""What a request leaves in the log: its id, one line of what was asked, and nothing of what a thread holds."""

from __future__ import annotations

import dataclasses
import json
import logging
import threading
from collections.abc import Iterator
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.test import override_settings

from inspector.config import load
from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.graphs.chat import build_chat
from inspector.demo.repertoire import open_saver
from inspector.index.asking import ask_all
from inspector.index.connections import all_readers, get_reader
from inspector.logs.formats import JsonFormat
from inspector.logs.request_id import answering, current_id, is_id
from tests.integration.index.syncing import sync
from tests.pages.browse import Browser

CANARY = "canary-of-a-conversation"


class Log:
    """Every line that the process logs meanwhile, whoever writes it, as the JSON that the dashboard makes of it."""

    def __init__(self, written: StringIO) -> None:
        self._written = written

    @property
    def text(self) -> str:
        return self._written.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def requests(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["logger"] == "inspector.requests"]


@pytest.fixture
def log() -> Iterator[Log]:
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormat())
    levels = {name: logging.getLogger(name).level for name in ("", "inspector.requests")}
    logging.getLogger().addHandler(handler)
    for name in levels:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield Log(written)
    logging.getLogger().removeHandler(handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
def talked(show_stores: Any, postgres: EmbeddedPostgres) -> Iterator[tuple[Browser, str]]:
    """A store in which a conversation holds the canary, indexed; and its URL."""
    url = postgres.create_database()
    with open_saver(url) as saver:
        config: Any = {"configurable": {"thread_id": "talk"}, "metadata": {"user_id": CANARY, "note": CANARY}}
        build_chat(saver).invoke({"messages": [("user", CANARY)]}, config)
        browser: Browser = show_stores(talk=url)
        sync(get_reader())
        yield browser, url


def test_a_request_is_one_line_without_what_was_searched_for(talked: tuple[Browser, str], log: Log) -> None:
    browser, _ = talked
    answer = browser.get("/thread/find/", id="talk", q=CANARY, store="talk")

    (told,) = log.requests()
    assert answer["X-Request-ID"] == told["request_id"]
    assert is_id(told["request_id"])
    assert (told["method"], told["path"], told["route"], told["status"], told["store"]) == (
        "GET",
        "/thread/find/",
        "thread-find",
        200,
        "talk",
    )
    assert isinstance(told["milliseconds"], int)
    assert told["viewer"]
    assert CANARY not in log.text


def test_a_store_that_is_none_is_not_told(talked: tuple[Browser, str], log: Log) -> None:
    browser, _ = talked
    assert browser.get("/threads/", store=CANARY).status_code == 404
    assert log.requests()[0]["store"] is None
    assert CANARY not in log.text


def test_probes_and_files_are_told_only_to_who_looks_closely(pages: Browser, log: Log) -> None:
    for path in ("/-/health", "/static/inspector/favicon.svg"):
        pages.get(path).close()
    assert {line["level"] for line in log.requests()} == {"DEBUG"}


def test_a_file_is_told_at_its_end_and_says_whether_it_was_sent_to_it(talked: tuple[Browser, str], log: Log) -> None:
    browser, _ = talked
    whole: Any = browser.get("/threads/", download="csv")
    assert not log.requests()
    assert whole.getvalue()
    left: Any = browser.get("/threads/", download="csv")
    next(iter(left.streaming_content))
    left.close()
    assert [line["whole"] for line in log.requests()] == [True, False]
    assert [line["request_id"] for line in log.requests()] == [whole["X-Request-ID"], left["X-Request-ID"]]
    assert current_id() == ""


@pytest.mark.parametrize(
    ("proxies", "given", "kept"),
    [
        ("127.0.0.1", "from-a.proxy_1", True),
        ("127.0.0.1", "a b", False),
        ("127.0.0.1", "x" * 65, False),
        ("127.0.0.1", "", False),
        ("10.0.0.1", "from-a.proxy_1", False),
        ("", "from-a.proxy_1", False),
    ],
)
def test_an_id_is_taken_from_a_known_proxy_alone(pages: Browser, proxies: str, given: str, kept: bool) -> None:
    addresses = load({"INSPECTOR_PROXY_ADDRESSES": proxies}).proxy_addresses
    with override_settings(INSPECTOR=dataclasses.replace(settings.INSPECTOR, proxy_addresses=addresses)):
        answer = pages.get("/-/health?check=live", {"X-Request-ID": given})
    assert (answer["X-Request-ID"] == given) is kept
    assert is_id(answer["X-Request-ID"])


def test_a_thread_that_asks_a_store_logs_for_the_request(talked: tuple[Browser, str]) -> None:
    heard: list[tuple[str, bool]] = []
    with answering("the-request"):
        here = threading.current_thread()
        ask_all(
            all_readers().values(),
            "who asks",
            lambda reader: heard.append((current_id(), threading.current_thread() is here)),
        )
    assert heard == [("the-request", False)]


def test_a_fault_of_ours_is_found_in_the_log_by_the_id_on_its_page(
    pages: Browser, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        {}[CANARY]

    monkeypatch.setattr("inspector.views.threads.find_threads", fail)
    pages.client.raise_request_exception = False

    answer = pages.get("/threads/")

    assert answer.status_code == 500
    assert answer["X-Request-ID"] in answer.content.decode()
    (fault,) = [line for line in log.lines if line["level"] == "ERROR"]
    assert fault["request_id"] == answer["X-Request-ID"]
    assert fault["exception"][0]["type"] == "KeyError"
    assert any("test_request_log.py" in frame for frame in fault["exception"][0]["frames"])
    assert CANARY not in log.text


BREAKS = [
    "update checkpoint_blobs set blob = convert_to(%s, 'utf8')",
    "update checkpoint_blobs set type = %s",
    "update checkpoint_writes set blob = convert_to(%s, 'utf8'), type = 'json'",
    "update checkpoints set checkpoint = jsonb_build_object('v', %s::text)",
    "update checkpoints set checkpoint = checkpoint || jsonb_build_object('channel_versions', %s::text)",
    "update checkpoints set metadata = jsonb_build_array(%s::text)",
]


@pytest.mark.parametrize("broken", BREAKS)
def test_whatever_is_broken_in_a_store_the_log_holds_nothing_of_it(
    talked: tuple[Browser, str], log: Log, broken: str
) -> None:
    browser, url = talked
    browser.client.raise_request_exception = False
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(broken, [f"{CANARY}\xff{{"])
    for path in ("/thread/", "/thread/size/", "/thread/channel/", "/thread/message/", "/thread/download/"):
        for tab in ("changes", "state", "writes", "metadata"):
            browser.get(path, id="talk", tab=tab, channel="messages", message=CANARY)
    browser.get("/thread/find/", id="talk", q=CANARY)
    for path in ("/threads/", "/orphans/", "/doctor/", "/workers/"):
        browser.get(path, q=CANARY)
    try:
        sync(get_reader())
    except Exception:
        logging.getLogger("inspector.index").exception("A pass failed.")
    assert log.requests()
    assert CANARY not in log.text
