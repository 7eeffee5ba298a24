"""A list of threads as a file: the very threads of the list, in two forms, sent as they are read."""

from __future__ import annotations

import csv
import gc
import io
import json
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import DatabaseError
from django.http import HttpResponse
from django.test import AsyncClient
from langgraph.checkpoint.sqlite import SqliteSaver

from inspector.demo.graphs.chat import build_chat
from inspector.index.connections import all_readers
from inspector.index.passes import run_pass
from inspector.index.queries import read_threads
from inspector.models import ThreadEntry
from inspector.views.cells import csv_rows
from tests.pages.browse import Browser
from tests.signing_in import by_link

#: Ids that a file may come to grief over, and what a spreadsheet would do with some of them.
HOSTILE = (
    '=HYPERLINK("http://example.com","x")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\ttab",
    "\rreturn",
    "\nline",
    "＝1",  # noqa: RUF001
    "two\r\nlines",
    'quotes " and , commas ; semicolons',
    "👩🏽‍💻",
    "\ufeffmark",
    "null",
    "\\0",
    "\x01",
    "' apostrophe",
    " space ",
    "]}",
)
_FORMULA = "=+-@\t\r\n＝"  # noqa: RUF001


def body(response: HttpResponse) -> bytes:
    assert response.status_code == 200, response.content[:300]
    content: Any = response.getvalue()  # type: ignore[attr-defined]
    assert isinstance(content, bytes)
    return content


def as_json(browser: Browser, path: str = "/threads/", **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(body(browser.get(path, download="json", **query)))
    return found


def as_csv(browser: Browser, path: str = "/threads/", **query: Any) -> list[dict[str, str]]:
    text = body(browser.get(path, download="csv", **query)).decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def listed(browser: Browser, path: str = "/threads/", **query: Any) -> list[dict[str, Any]]:
    """All pages, one after the other."""
    found: list[dict[str, Any]] = []
    after = ""
    while True:
        page = browser.data(path, limit="7", after=after, **query)
        found += page["threads"]
        after = page["next"]
        if not after:
            return found


QUERIES = [
    {},
    {"turns": "one"},
    {"flag": "orphan"},
    {"state": "interrupted"},
    {"q": "resume"},
    {"sort": "thread_id"},
    {"sort": "-turns"},
    {"host": "web-2"},
    {"owner": "ada"},
    {"since": "1h", "sort": "first_at"},
]


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_a_file_holds_what_all_pages_together_list(
    pages: Browser, query: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.views.downloads.PAGE", 5)
    wanted = listed(pages, **query)
    assert as_json(pages, **query) == wanted
    assert [row["thread_id"].removeprefix("'") for row in as_csv(pages, **query)] == [
        row["thread_id"].removeprefix("'") for row in wanted
    ]


def test_orphans_can_be_taken_along_as_well(pages: Browser) -> None:
    wanted = listed(pages, "/orphans/")
    assert wanted
    assert as_json(pages, "/orphans/") == wanted
    response = pages.get("/orphans/", download="csv")
    assert 'filename="orphans-scenarios-' in response["Content-Disposition"]


def test_the_place_and_length_of_a_page_say_nothing_about_the_file(pages: Browser) -> None:
    after = pages.data("/threads/", limit="3")["next"]
    assert as_json(pages, after=after, limit="2") == listed(pages)


def test_a_file_is_told_for_what_it_is(pages: Browser) -> None:
    for form, kind in (("csv", "text/csv; charset=utf-8"), ("json", "application/json")):
        response = pages.get("/threads/", download=form)
        assert response["Content-Type"] == kind
        assert response["Cache-Control"] == "no-store"
        told = response["Content-Disposition"]
        assert told.startswith('attachment; filename="threads-scenarios-20')
        assert told.endswith(f'Z.{form}"')
        head = pages.ask("HEAD", f"/threads/?download={form}")
        assert (head.status_code, head.content) == (200, b"")
        assert head["Content-Type"] == kind
        body(response)


@pytest.mark.parametrize(
    "query", [{"download": "xml"}, {"download": "csv", "sort": "size"}, {"download": "json", "flag": "odd"}]
)
def test_what_cannot_be_is_told_before_anything_is_sent(pages: Browser, query: dict[str, str]) -> None:
    response = pages.get("/threads/", **query)
    assert response.status_code == 400
    assert "Content-Disposition" not in response


def test_pages_lead_to_their_files_with_all_that_narrows_them(pages: Browser) -> None:
    after = pages.data("/threads/", turns="one", sort="turns", limit="3")["next"]
    document = pages.document("/threads/", turns="one", sort="turns", limit="3", after=after)
    links = {item.text: item.attributes["href"] for item in document.all("a") if "download" in item.attributes}
    assert links == {form: f"?turns=one&sort=turns&download={form.lower()}" for form in ("CSV", "JSON")}
    assert [item.text for item in pages.document("/orphans/").all("a") if "download" in item.attributes] == [
        "CSV",
        "JSON",
    ]


@pytest.fixture
def odd(show_stores: Any, tmp_path: Path) -> Browser:
    """Threads with ids, hosts and owners that are unkind to files."""
    path = tmp_path / "odd.db"
    with SqliteSaver.from_conn_string(str(path)) as saver:
        graph: Any = build_chat(saver)
        for thread_id in HOSTILE:
            metadata = {"worker_hostname": thread_id, "user_id": thread_id, "note": thread_id}
            graph.invoke(
                {"messages": [("user", "Hi")]}, {"configurable": {"thread_id": thread_id}, "metadata": metadata}
            )
    browser: Browser = show_stores(odd=f"sqlite:///{path}")
    for reader in all_readers().values():
        run_pass(reader)
    return browser


def test_odd_ids_come_through_json_as_they_are(odd: Browser) -> None:
    assert {row["thread_id"] for row in as_json(odd)} == set(HOSTILE)
    assert as_json(odd) == listed(odd)


def test_no_cell_of_a_csv_file_is_a_formula(odd: Browser) -> None:
    rows = as_csv(odd)
    assert {row["thread_id"] for row in rows} == {f"'{one}" if one[0] in _FORMULA else one for one in HOSTILE}
    for row in rows:
        assert row["owner"] == row["thread_id"]
        assert row["turns"] == "1"
        assert json.loads(row["metadata"])["note"] == row["thread_id"].removeprefix("'") or row["thread_id"][0] == "'"
        assert not any(cell[:1] and cell[0] in _FORMULA for cell in row.values())


def test_cells_say_what_the_data_says(pages: Browser) -> None:
    data = {row["thread_id"]: row for row in as_json(pages)}
    for row in as_csv(pages):
        wanted = data[row["thread_id"].removeprefix("'") if row["thread_id"] not in data else row["thread_id"]]
        assert set(row) == set(wanted)
        assert row["checkpoints"] == str(wanted["checkpoints"])
        assert row["turns_is_lower_bound"] == str(wanted["turns_is_lower_bound"]).lower()
        assert row["last_at"] == wanted["last_at"]
        assert row["flags"].split() == wanted["flags"]
        assert json.loads(row["metadata"]) == wanted["metadata"]
        workers = [f"{one['hostname'] or '(unnamed)'}={one['writes']}" for one in wanted["workers"] if one["writes"]]
        assert row["workers"] == " ".join(workers)


def test_half_a_character_does_not_end_a_file() -> None:
    assert csv_rows(["owner"], [{"owner": "\ud800"}]).encode("utf-8", "backslashreplace") == b"\\ud800\r\n"


def test_an_empty_list_is_a_file_as_well(unindexed: Browser) -> None:
    assert as_json(unindexed) == []
    assert as_csv(unindexed) == []


@pytest.fixture
def breaking(pages: Browser, monkeypatch: pytest.MonkeyPatch) -> Browser:
    """The index answers for two pages and then no more."""
    answered: list[int] = []

    def read(*asked: Any, **how: Any) -> Any:
        answered.append(1)
        if len(answered) > 2:
            raise DatabaseError("gone")
        return read_threads(*asked, **how)

    monkeypatch.setattr("inspector.views.downloads.PAGE", 5)
    monkeypatch.setattr("inspector.views.downloads.read_threads", read)
    return pages


def received(response: Any) -> bytes:
    """What came before the connection broke off."""
    came = b""
    chunks = iter(response.streaming_content)
    try:
        for chunk in chunks:
            came += chunk
    except DatabaseError:
        return came
    raise AssertionError("it came to an end")


def test_json_that_breaks_off_is_no_json(breaking: Browser) -> None:
    came = received(breaking.get("/threads/", download="json")).decode()
    with pytest.raises(json.JSONDecodeError):
        json.loads(came)
    assert len(json.loads(f"{came}]")) == 10


def test_csv_that_breaks_off_says_so_in_its_last_line(breaking: Browser) -> None:
    lines = received(breaking.get("/threads/", download="csv")).decode().splitlines()
    assert lines[-1] == '"INCOMPLETE: the download broke off here, after 10 threads."'
    assert len(lines) == 1 + 10 + 1


def test_a_thread_that_goes_on_meanwhile_is_listed_once_where_the_order_does_not_move_it(
    pages: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the last activity it moves to the top, which is sent already."""
    monkeypatch.setattr("inspector.views.downloads.PAGE", 5)
    wanted = [row["thread_id"] for row in listed(pages, sort="thread_id")]
    response: Any = pages.get("/threads/", download="json", sort="thread_id")
    chunks = iter(response.streaming_content)
    came = next(chunks)
    ThreadEntry.objects.filter(thread_id=wanted[-1]).update(last_at=datetime.now(UTC))
    came += b"".join(chunks)
    assert [row["thread_id"] for row in json.loads(came)] == wanted


def test_no_more_than_a_page_is_in_memory(pages: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long the list is: here the same one over and over."""
    monkeypatch.setattr("inspector.views.downloads.PAGE", 20)
    left = [250]
    places: list[str] = []

    def again(entry: Any, query: Any, now: Any, **how: Any) -> Any:
        rows, after = read_threads(entry, query, now, **how)
        places.append(after)
        left[0] -= 1
        return rows, ((after or places[0]) if left[0] else "")

    monkeypatch.setattr("inspector.views.downloads.read_threads", again)
    response: Any = pages.get("/threads/", download="json")
    chunks = iter(response.streaming_content)
    sent = sum(len(next(chunks)) for _ in range(50))
    gc.collect()
    tracemalloc.start()
    try:
        for chunk in chunks:
            sent += len(chunk)
        del chunk
        gc.collect()  # rows and their workers know each other
        kept = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert sent > 2_000_000
    assert kept < sent / 10


def test_a_server_that_speaks_asgi_sends_it_bit_by_bit(pages: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inspector.views.downloads.PAGE", 5)
    wanted = listed(pages)

    client = by_link(AsyncClient())

    async def ask() -> list[bytes]:
        response: Any = await client.get("/threads/?download=json")
        assert response.is_async
        return [chunk async for chunk in response.streaming_content]

    chunks = async_to_sync(ask)()
    assert json.loads(b"".join(chunks)) == wanted
    assert len(chunks) > len(wanted) / 5
