"""The page of the audit log: for auditors, narrowed, turned, and taken along as a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from inspector.models import Opened
from inspector.probe.ledger_schema import thread_key
from tests.pages.audited import person, proxy_trusted
from tests.pages.browse import Browser, Document

PATH = "/audit/"
FIELDS = ["at", "username", "via", "address", "store", "thread_id", "page", "request_id"]


@pytest.fixture(autouse=True)
def trusted(pages: Browser) -> Iterator[None]:
    with proxy_trusted():
        yield


@pytest.fixture
def auditor() -> Browser:
    return person("vera", "shape", auditor=True)


def opened(number: int = 0, **changes: Any) -> Opened:
    told = {
        "at": timezone.now() - timedelta(minutes=number),
        "username": "ada",
        "via": "password",
        "address": "10.1.2.3",
        "store": "scenarios",
        "thread_id": f"thread-{number}",
        "page": "thread",
        "request_id": f"request-{number}",
        **changes,
    }
    return Opened.objects.create(**told, thread_key=thread_key(str(told["thread_id"])))


def text_of(browser: Browser, **parameters: Any) -> str:
    answer = browser.get(PATH, **parameters)
    assert answer.status_code == 200, answer.content[:300]
    return " ".join(" ".join(one.text.split()) for one in Document(answer.content.decode()).all("main"))


def body(answer: Any) -> str:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode()


def test_an_empty_log_says_what_will_be_in_it(auditor: Browser) -> None:
    said = text_of(auditor)
    assert "Nobody has been shown content yet" in said
    assert "Lines are kept for 400 days" in said


@pytest.mark.parametrize("role", ["content", "shape"])
def test_others_are_told_that_it_is_not_for_them(role: str) -> None:
    opened()
    browser = person("ada", role)
    for parameters in ({}, {"as": "csv"}, {"as": "jsonl"}):
        answer = browser.get(PATH, **parameters)
        assert answer.status_code == 403
        assert "The audit log is for auditors." in answer.content.decode()
        assert "thread-0" not in answer.content.decode()
    assert browser.data(PATH, status=403)["error"] == "The audit log is for auditors."
    assert "Audit log" not in browser.get("/threads/").content.decode()


def test_an_auditor_finds_the_way_from_every_page(auditor: Browser) -> None:
    links = {one.attributes.get("href") for one in Document(auditor.get("/threads/").content.decode()).all("a")}
    assert PATH in links


def test_who_came_by_the_link_is_an_auditor(pages: Browser) -> None:
    assert pages.get(PATH).status_code == 200


def test_a_row_says_who_what_when_and_from_where(auditor: Browser) -> None:
    line = opened(3)
    said = text_of(auditor)
    for words in (
        "3 min ago",
        "ada",
        "by password from 10.1.2.3",
        "thread-3",
        "in scenarios",
        "the thread's page",
        "request-3",
    ):
        assert words in said, words
    answer = auditor.get(PATH).content.decode()
    assert f"{line.at:%Y-%m-%d %H:%M:%S}" in answer
    assert "/thread/?id=thread-3" in answer


def test_what_it_shows_is_shown_by_the_pages_themselves(auditor: Browser) -> None:
    person("ada").get("/thread/", id="tool-agent-sync-orders")
    (line,) = auditor.data(PATH)["opened"]
    assert list(line) == FIELDS
    assert (line["username"], line["via"], line["thread_id"]) == ("ada", "header", "tool-agent-sync-orders")


def test_it_is_turned_page_by_page_the_newest_first(auditor: Browser) -> None:
    for number in range(7):
        opened(number)
    first = auditor.data(PATH, limit=3)
    second = auditor.data(PATH, limit=3, after=first["next"])
    third = auditor.data(PATH, limit=3, after=second["next"])
    shown = [line["thread_id"] for page in (first, second, third) for line in page["opened"]]
    assert shown == [f"thread-{number}" for number in range(7)]
    assert (first["total"], first["total_is_exact"], third["next"]) == (7, True, "")
    assert "3 of 7 lines" in text_of(auditor, limit=3)
    assert auditor.get(PATH, after="nonsense").status_code == 400


def test_it_is_narrowed_by_person_store_thread_and_time(auditor: Browser) -> None:
    opened(0)
    opened(1, username="bea")
    opened(120, thread_id="other")
    opened(2, store="gone")

    def found(**parameters: str) -> list[str]:
        return [line["thread_id"] for line in auditor.data(PATH, **parameters)["opened"]]

    assert found(who="bea") == ["thread-1"]
    assert found(of_store="gone") == ["thread-2"]
    assert found(id="other") == ["other"]
    assert found(until="1h") == ["other"]
    assert found(since="1h", who="ada") == ["thread-0", "thread-2"]
    assert found(who="", of_store="", id="", since="", until="") == ["thread-0", "thread-1", "thread-2", "other"]
    assert "No line fits" in text_of(auditor, who="nobody")
    assert auditor.get(PATH, since="long ago").status_code == 400


def test_the_empty_id_can_be_asked_for(auditor: Browser) -> None:
    opened(0)
    opened(1, thread_id="")
    assert [line["thread_id"] for line in auditor.data(PATH, id="")["opened"]] == [""]
    assert "(empty id)" in text_of(auditor)


def test_an_auditor_of_some_stores_sees_the_lines_of_those() -> None:
    opened(0)
    opened(1, store="secret")
    vera = person("eve", auditor=True, stores=["scenarios"])
    assert [line["store"] for line in vera.data(PATH)["opened"]] == ["scenarios"]
    assert "secret" not in body(vera.get(PATH, **{"as": "csv"}))
    assert "secret" not in text_of(vera)


def test_a_csv_file_holds_all_that_fit_and_no_formula(auditor: Browser) -> None:
    opened(0, username="=HYPERLINK(1)", thread_id="@SUM(1)")
    opened(1)
    opened(2, username="bea")
    answer = auditor.get(PATH, **{"as": "csv", "limit": 1})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="audit-')
    rows = list(csv.DictReader(io.StringIO(body(answer).lstrip("\ufeff"))))
    assert list(rows[0]) == FIELDS
    assert [(row["username"], row["thread_id"]) for row in rows] == [
        ("'=HYPERLINK(1)", "'@SUM(1)"),
        ("ada", "thread-1"),
        ("bea", "thread-2"),
    ]
    assert len(list(csv.reader(io.StringIO(body(auditor.get(PATH, who="bea", **{"as": "csv"})))))) == 2


def test_json_lines_end_with_how_many_they_are(auditor: Browser) -> None:
    for number in range(3):
        opened(number)
    answer = auditor.get(PATH, **{"as": "jsonl"})
    assert answer["Content-Type"] == "application/x-ndjson"
    told = [json.loads(line) for line in body(answer).splitlines()]
    assert [one.get("thread_id") for one in told] == ["thread-0", "thread-1", "thread-2", None]
    assert told[-1] == {"complete": True, "lines": 3}
    assert auditor.get(PATH, **{"as": "xml"}).status_code == 400


def test_names_and_ids_cannot_be_markup(auditor: Browser) -> None:
    opened(0, username="<script>alert(1)</script>", thread_id="<img src=x onerror=alert(1)>", store="<b>bold")
    answer = auditor.get(PATH).content.decode()
    assert "<script>alert(1)" not in answer
    assert "<img src=x" not in answer
    assert "<b>bold" not in answer
