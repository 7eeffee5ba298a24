"""The page that tells what is masked, and tries a rule."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from inspector.decode.sight.mask_builtin import BUILT_IN
from inspector.decode.sight.mask_lines import MOST_LINES
from inspector.secret import Secret
from tests.pages.browse import Browser, Document
from tests.pages.muting import text_of
from tests.signing_in import signed_in_client

PAGE, TRY = "/masks/", "/masks/try/"


@pytest.fixture
def visitor(pages: Browser) -> Iterator[Browser]:
    rules = Secret("# ours\nORDER=pattern:ORD-[0-9]{4}\npath:messages/*/content\n-jwt")
    with override_settings(INSPECTOR=dataclasses.replace(settings.INSPECTOR, masks=rules)):
        yield Browser(signed_in_client(enforce_csrf_checks=True))


def send(browser: Browser, *, query: str = "", **fields: str) -> Any:
    page = browser.document(PAGE)
    token = next(e for e in page.all("input") if e.attributes["name"] == "csrfmiddlewaretoken").attributes["value"]
    return browser.client.post(TRY + query, {"csrfmiddlewaretoken": token, **fields})


def marks_of(response: Any) -> list[str]:
    return [mark.text for mark in Document(response.content.decode()).all("mark")]


def test_it_tells_the_rules_in_force_and_those_switched_off(visitor: Browser) -> None:
    data = visitor.data(PAGE)
    assert {rule["label"] for rule in data["rules"] if rule["kind"] == "built in"} == set(BUILT_IN) - {"jwt"}
    own = [(rule["label"], rule["kind"], rule["line"]) for rule in data["rules"] if rule["line"]]
    assert own == [("ORDER", "pattern", 2), ("path-3", "path", 3)]
    assert data["off"] == ["jwt"]
    words = text_of(visitor.get(PAGE))
    assert "ORDER=pattern:ORD-[0-9]{4}" in words
    assert "switched off" in words


def test_a_text_is_tried_by_the_rules_in_force_and_one_more(visitor: Browser) -> None:
    text = "ORD-1234 of ada@example.com at postgres://a:hunter2@db"
    first = send(visitor, text=text)
    assert [mark.split(" ")[1] for mark in marks_of(first)] == ["ORDER", "url-password"]
    more = send(visitor, text=text, rule="who=email")
    assert [mark.split(" ")[1] for mark in marks_of(more)] == ["ORDER", "who", "url-password"]
    result = text_of(more).partition("What is seen of it")[2]
    assert "3 marks, by ORDER, who, url-password" in result
    assert "hunter2" not in result
    assert marks_of(send(visitor, text=text)) != marks_of(first), "a tag tells nothing from one try to the next"


def test_json_is_tried_as_a_state(visitor: Browser) -> None:
    text = '{"messages": [{"type": "human", "content": "hunter2"}], "db_password": "hunter2", "n": 1}'
    data = send(visitor, query="?format=json", text=text).json()
    seen = "".join(part["text"] for part in data["trial"]["parts"])
    assert data["trial"]["read_as"] == "json"
    assert data["trial"]["labels"] == ["path-3", "secret-key"]
    assert "hunter2" not in seen
    assert '"n": 1' in seen


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"text": "x", "rule": "pattern:("}, "This rule cannot be used: missing )."),
        ({"text": "x", "rule": "emails"}, "neither a preset"),
        ({"text": "", "rule": "email"}, "The text is missing."),
        ({"text": "x", "rule": "email\ncard"}, "One rule at a time"),
        ({"text": "x" * 40_001}, "can have 40,000 characters"),
    ],
)
def test_what_is_wrong_is_told_in_its_place_and_what_was_typed_stays(
    visitor: Browser, fields: dict[str, str], says: str
) -> None:
    response = send(visitor, **fields)
    assert response.status_code == 422
    document = Document(response.content.decode())
    (error,) = [e.text for e in document.all("p") if e.attributes.get("class") == "error"]
    assert says in error
    rule = next(e for e in document.all("input") if e.attributes["name"] == "rule")
    assert rule.attributes["value"].splitlines()[:1] == fields.get("rule", "").splitlines()[:1]
    assert send(visitor, query="?format=json", **fields).status_code == 400


def test_beside_as_many_rules_as_are_taken_none_is_tried(pages: Browser) -> None:
    full = Secret("# a line\n" * MOST_LINES)
    with override_settings(INSPECTOR=dataclasses.replace(settings.INSPECTOR, masks=full)):
        visitor = Browser(signed_in_client(enforce_csrf_checks=True))
        assert send(visitor, text="ada@example.com").status_code == 200
        response = send(visitor, text="ada@example.com", rule="email")
    assert response.status_code == 422
    assert f"at most {MOST_LINES} lines" in text_of(response)


def test_what_was_typed_is_no_markup(visitor: Browser) -> None:
    response = send(visitor, text="</textarea><script>x</script> {% now %}", rule='x"><b>=email')
    assert b"<script>x" not in response.content
    assert b'"><b>' not in response.content


def test_it_is_for_those_who_see_content(pages: Browser) -> None:
    shaped = Browser(signed_in_client("shape"))
    assert shaped.get(PAGE).status_code == 403
    assert shaped.client.post(TRY, {"text": "x"}).status_code == 403


def test_without_a_page_behind_it_nothing_is_tried(visitor: Browser) -> None:
    assert visitor.client.post(TRY, {"text": "x"}).status_code == 403
    assert visitor.get(TRY).status_code == 405
