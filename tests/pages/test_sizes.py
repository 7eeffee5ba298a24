"""One address, three sizes: each page whole, as the part that htmx asks for, and as data."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.http import HttpResponse

from tests.pages.browse import Browser, Document, address

#: Each page with a query that shows something, and the status it answers with.
PAGES: dict[str, tuple[str, dict[str, Any], int]] = {
    "threads": ("/threads/", {"q": "resume"}, 200),
    "thread": ("/thread/", {"id": "two-hosts-sync-shared"}, 200),
    "orphans": ("/orphans/", {"window": "7d"}, 200),
    "stores": ("/stores/", {}, 200),
    "error": ("/thread/", {"id": "no such thread"}, 404),
}
EACH_PAGE = pytest.mark.parametrize(("path", "query", "status"), PAGES.values(), ids=PAGES)


@EACH_PAGE
def test_a_browser_gets_the_whole_page(pages: Browser, path: str, query: dict[str, Any], status: int) -> None:
    response = pages.get(path, **query)
    document = Document(response.content.decode())

    assert response.status_code == status
    assert response["Content-Type"] == "text/html; charset=utf-8"
    assert [element.tag for element in document.elements[:2]] == ["html", "head"]
    assert len(list(document.all("main"))) == 1
    assert len(list(document.all("h1"))) == 1
    assert next(document.all("title")).text.strip()


@EACH_PAGE
def test_htmx_gets_the_part_with_one_root_that_it_can_swap(
    pages: Browser, path: str, query: dict[str, Any], status: int
) -> None:
    response = pages.part(path, **query)
    html = response.content.decode().strip()
    document = Document(html)
    root = document.elements[0]

    assert response.status_code == status
    assert not list(document.all("html"))
    assert html.startswith("<")
    assert html.endswith(f"</{root.tag}>")
    assert root.attributes["id"]


@EACH_PAGE
@pytest.mark.parametrize("header", ["HX-History-Restore-Request", "HX-Boosted"])
def test_restored_history_and_boosted_links_get_the_whole_page(
    pages: Browser, path: str, query: dict[str, Any], status: int, header: str
) -> None:
    """htmx puts both in the place of a whole document, so a part alone would leave a page without its head."""
    response = pages.get(path, {"HX-Request": "true", header: "true"}, **query)

    assert response.status_code == status
    assert b"<!doctype html>" in response.content[:20].lower()


@EACH_PAGE
def test_a_program_gets_data(pages: Browser, path: str, query: dict[str, Any], status: int) -> None:
    data = pages.data(path, status=status, **query)

    assert isinstance(data, dict)
    assert data


@EACH_PAGE
@pytest.mark.parametrize("size", ["whole", "part", "data"])
def test_every_answer_says_what_it_depends_on_and_is_kept_by_nobody(
    pages: Browser, path: str, query: dict[str, Any], status: int, size: str
) -> None:
    response = ask(pages, size, path, query)

    assert {"HX-Request", "HX-History-Restore-Request", "HX-Boosted"} <= set(response["Vary"].split(", "))
    assert response["Cache-Control"] == "no-store"
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in response


@EACH_PAGE
@pytest.mark.parametrize("size", ["whole", "part", "data"])
def test_head_answers_as_get_does_without_a_body(
    pages: Browser, path: str, query: dict[str, Any], status: int, size: str
) -> None:
    response = ask(pages, size, path, query, method="HEAD")

    assert response.status_code == status
    assert response.content == b""


@pytest.mark.parametrize("path", ["/", "/threads/", "/thread/", "/orphans/", "/workers/", "/stores/", "/-/health"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_nothing_but_reading_is_answered(pages: Browser, path: str, method: str) -> None:
    response = pages.ask(method, path)

    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"


@EACH_PAGE
def test_nothing_on_a_page_is_inline_and_the_policy_allows_nothing_inline(
    pages: Browser, path: str, query: dict[str, Any], status: int
) -> None:
    response = pages.get(path, **query)
    policy = dict(item.strip().split(" ", 1) for item in response["Content-Security-Policy"].split(";"))

    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == policy["form-action"] == "'self'"
    assert not [value for value in policy.values() if "unsafe" in value or "*" in value]
    check_nothing_inline(Document(response.content.decode()))
    check_nothing_inline(Document(pages.part(path, **query).content.decode()))


def check_nothing_inline(document: Document) -> None:
    for element in document.elements:
        assert element.tag not in {"style", "iframe", "object", "embed", "base"}
        assert element.tag != "script" or (
            element.attributes.get("src", "").startswith("/static/") and not element.text
        )
        for name, value in element.attributes.items():
            assert name != "style", element
            assert not name.startswith("on"), element
            assert not name.startswith("hx-on"), element
            if name in {"href", "src", "action", "hx-get"}:
                assert value.startswith(("/", "?", "#")), element
                assert not value.startswith("//"), element


@EACH_PAGE
def test_ids_are_given_once_and_every_reference_finds_its_own(
    pages: Browser, path: str, query: dict[str, Any], status: int
) -> None:
    document = pages.document(path, status=status, **query)
    ids = [element.attributes["id"] for element in document.elements if "id" in element.attributes]

    assert len(ids) == len(set(ids))
    for element in document.elements:
        for name in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
            assert set(element.attributes.get(name, "").split()) <= set(ids), element
        target = element.attributes.get("hx-target", "")
        assert not target.startswith("#") or target[1:] in ids, element


@EACH_PAGE
def test_every_link_of_a_page_leads_somewhere(pages: Browser, path: str, query: dict[str, Any], status: int) -> None:
    """Those into the dashboard are followed: each distinct one that has not the page's own address."""
    document = pages.document(path, status=status, **query)
    links = {element.attributes["href"] for element in document.all("a") if "href" in element.attributes}
    inside = sorted(link for link in links if not link.startswith("#"))

    assert inside
    for link in inside[:12]:
        address = path + link if link.startswith("?") else link
        assert pages.ask("GET", address).status_code in {200, 302, status}, link


def test_the_home_page_leads_to_the_threads_and_takes_its_query_along(pages: Browser) -> None:
    response = pages.get("/", q="100%_wild&x=1")

    assert response.status_code == 302
    assert response["Location"] == "/threads/?q=100%25_wild%26x%3D1"


def test_an_address_that_is_none_is_told_in_every_size(pages: Browser) -> None:
    assert pages.get("/no/such/page").status_code == 404
    assert pages.part("/no/such/page").status_code == 404
    assert set(pages.data("/no/such/page", status=404)) == {"error", "hint"}


def ask(pages: Browser, size: str, path: str, query: dict[str, Any], method: str = "GET") -> HttpResponse:
    if size == "data":
        query = {**query, "format": "json"}
    headers = {"HX-Request": "true"} if size == "part" else {}
    return pages.ask(method, address(path, **query), headers)


def test_health_is_data_and_kept_by_nobody(pages: Browser) -> None:
    response = pages.get("/-/health")
    data = json.loads(response.content)

    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert data["status"] == "ok"
    assert data["stores"]["scenarios"]["building"] is False
    assert data["stores"]["scenarios"]["lag_seconds"] >= 0
