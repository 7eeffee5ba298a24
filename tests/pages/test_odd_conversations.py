"""Groups of one-turn threads whose ids, owners and messages are what nobody expects."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from tests.pages.test_conversations import PAGE, TALK, shown
from tests.pages.torn import telling

ODD_IDS = ('"><script>alert(1)</script>', "a\nb", "it's 'quoted'", "\u202egnp.exe", "x" * 600, "%00%0a", " ")
EMOJI = "\N{PILE OF POO}" * 2_000


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'odd.db'}"


def test_odd_ids_and_owners_are_shown_as_text_and_lead_to_their_group(show_stores: Any, url: str) -> None:
    with telling(url) as teller:
        for number, thread_id in enumerate(ODD_IDS):
            teller.say(number * 30, f"and {number}?", thread_id=thread_id, user_id=EMOJI)
            teller.say(number * 30 + 9_000, "why?", user_id='"><script>')
    browser = shown(show_stores, url)
    for path, more in [(PAGE, {}), *(("/orphans/", {"group": one}) for one in ODD_IDS)]:
        page = browser.get(path, **more).content.decode()
        assert "<script>alert" not in page
        assert '"><script>' not in page
        assert browser.data(path, **more)
    assert {group["owner"] for group in browser.data(PAGE)["groups"]} >= {'"><script>'}


CONTENTS: list[Any] = [
    [{"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 50_000}}],
    [{"type": "text", "text": "and this?"}, {"type": "image", "data": "AAAA"}],
    "x" * 3_000_000,
    "",
    "\x00\ud7ff\N{PILE OF POO}",
    [{"type": "tool_use", "id": "t", "name": "f", "input": {"password": "hunter2"}}],
]


def test_what_is_no_text_and_what_is_huge_is_read_as_far_as_it_goes(show_stores: Any, url: str) -> None:
    with telling(url) as teller:
        ids = [teller.say(number * 20, content, user_id="ada") for number, content in enumerate(CONTENTS)]
    browser = shown(show_stores, url)
    told = browser.data(PAGE)
    assert told["groups"]
    for thread_id in ids:
        data = browser.data("/orphans/", group=thread_id)
        assert thread_id in data["group"]["thread_ids"]
        page = browser.get("/orphans/", group=thread_id)
        assert len(page.content) < 1_500_000
        assert page.status_code == 200


def test_threads_that_are_gone_and_texts_that_are_garbage_leave_the_rest(show_stores: Any, url: str) -> None:
    with telling(url) as teller:
        ids = teller.talk(0, TALK, user_id="ada")
    browser = shown(show_stores, url)
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        connection.execute("DELETE FROM checkpoints WHERE thread_id = ?", [ids[0]])
        connection.execute("UPDATE checkpoints SET checkpoint = x'c1ff00' WHERE thread_id = ?", [ids[1]])
    connection.close()
    assert browser.data(PAGE)["groups"][0]["said"][0]["first"] is None
    parts = browser.data("/orphans/", group=ids[2])["conversation"]["threads"]
    assert [part["gone"] for part in parts] == [True, False, False]
    assert browser.get("/orphans/", group=ids[2]).status_code == 200


def test_a_secret_that_is_said_stands_where_it_was_said_and_in_no_index_and_no_log(
    show_stores: Any, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    with telling(url) as teller:
        teller.talk(0, ["my token is tok-4711-abc", "and 4711 again?"], user_id="ada")
    browser = shown(show_stores, url)
    assert "tok-4711-abc" in browser.get(PAGE).content.decode()
    assert "tok-4711-abc" not in caplog.text
    for model in apps.get_app_config("inspector").get_models():
        for row in model._base_manager.values():
            assert "tok-4711-abc" not in str(row)
