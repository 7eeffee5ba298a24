"""Addresses that change something: what Django refuses, what a form may hold, and where the browser goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.middleware.csrf import get_token
from django.test import Client, override_settings
from django.urls import include, path

from inspector import settings as own
from inspector import urls
from inspector.config import load
from inspector.views.actions import Form, action_view, go_on
from tests.signing_in import signed_in_client

pytestmark = pytest.mark.django_db


def show_form(request: HttpRequest) -> HttpResponse:
    return HttpResponse(get_token(request))


@action_view
def change(request: HttpRequest) -> HttpResponse:
    return go_on("threads", q="a&b", store="")


urlpatterns = [path("form", show_form), path("change", change), path("", include(urls))]


@pytest.fixture
def browser() -> Iterator[Client]:
    with override_settings(ROOT_URLCONF=__name__):
        yield signed_in_client(enforce_csrf_checks=True)


def token_of(browser: Client, **headers: str) -> str:
    return str(browser.get("/form", headers=headers).content.decode())


def test_what_a_page_of_the_dashboard_sent_is_done_and_the_browser_goes_on(browser: Client) -> None:
    answer = browser.post(
        "/change", {"csrfmiddlewaretoken": token_of(browser)}, headers={"origin": "http://testserver"}
    )

    assert answer.status_code == 303
    assert answer["Location"] == "/threads/?q=a%26b"
    assert answer["Cache-Control"] == "no-store"


def test_htmx_may_send_the_token_in_a_header(browser: Client) -> None:
    assert browser.post("/change", headers={"X-CSRFToken": token_of(browser)}).status_code == 303


@pytest.mark.parametrize(
    ("token", "origin", "hint"),
    [
        (False, "http://testserver", "Reload it"),
        (True, "http://evil.example", "opened at http://evil.example, which"),
        (True, "null", "opened at null, which"),
    ],
)
def test_what_no_page_of_the_dashboard_sent_is_refused(browser: Client, token: bool, origin: str, hint: str) -> None:
    secret = token_of(browser)
    data = {"csrfmiddlewaretoken": secret} if token else {}
    page = browser.post("/change", data, headers={"origin": origin})
    told = browser.post("/change?format=json", data, headers={"origin": origin})

    assert page.status_code == told.status_code == 403
    assert "Nothing was changed" in page.content.decode()
    assert page["Cache-Control"] == "no-store"
    assert hint in json.loads(told.content)["hint"]


def test_a_browser_without_the_cookie_is_told_of_it(browser: Client) -> None:
    data = {"csrfmiddlewaretoken": token_of(browser)}
    del browser.cookies[settings.CSRF_COOKIE_NAME]

    assert "Allow cookies" in browser.post("/change", data).content.decode()


def test_an_address_that_changes_something_says_that_it_cannot_be_opened(browser: Client) -> None:
    answer = browser.get("/change")

    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "Open the page that has the form" in answer.content.decode()


def test_a_page_that_only_shows_says_so_to_a_post_and_sets_no_cookie(browser: Client) -> None:
    assert browser.post("/threads/").status_code == 405
    assert not browser.get("/threads/").cookies


def test_too_much_is_not_read(browser: Client) -> None:
    answer = browser.post("/change", {"csrfmiddlewaretoken": token_of(browser), "reason": "x" * 70_000})

    assert answer.status_code == 400


def test_a_file_is_not_kept(browser: Client, tmp_path: Any) -> None:
    (tmp_path / "file").write_bytes(b"x" * 100_000)
    with (tmp_path / "file").open("rb") as file:
        answer = browser.post("/change", {"csrfmiddlewaretoken": token_of(browser), "file": file})

    assert answer.status_code == 303
    assert not answer.wsgi_request.FILES


def test_the_cookie_is_for_this_site_and_for_no_script(browser: Client) -> None:
    cookie = browser.get("/form").cookies[settings.CSRF_COOKIE_NAME]

    answer = browser.get("/form")
    assert "Cookie" in answer["Vary"]
    assert (cookie["samesite"], cookie["httponly"], cookie["secure"], cookie["max-age"]) == ("Lax", True, "", "")


@pytest.mark.parametrize("headers", [{"X-Forwarded-Proto": "https"}, {"host": "INSPECTOR.example:8443"}])
def test_a_page_that_came_by_https_has_a_cookie_for_https_only(headers: dict[str, str]) -> None:
    config = load({"INSPECTOR_PUBLIC_URL": "https://inspector.example:8443/", "INSPECTOR_PROXY_ADDRESSES": "127.0.0.1"})
    browser = signed_in_client(enforce_csrf_checks=True)
    with override_settings(ROOT_URLCONF=__name__, INSPECTOR=config, ALLOWED_HOSTS=["*"]):
        assert browser.get("/form", headers=headers).cookies[settings.CSRF_COOKIE_NAME]["secure"] is True


def test_a_dashboard_behind_a_proxy_trusts_the_addresses_that_people_open() -> None:
    config = load(
        {
            "INSPECTOR_ALLOWED_HOSTS": "inspector.example.com,.example.org,[::1],*",
            "INSPECTOR_PUBLIC_URL": "https://user:secret@Board.example:443/path",
        }
    )

    assert own.trusted_origins(config) == [
        "https://*.example.org",
        "https://[::1]",
        "https://board.example",
        "https://inspector.example.com",
    ]
    assert own.trusted_origins(load({"INSPECTOR_ALLOWED_HOSTS": "*"})) == []


@pytest.mark.parametrize("origin", ["https://a.example.org", "https://example.org", "https://inspector.example.com"])
def test_a_form_from_there_is_taken(browser: Client, origin: str) -> None:
    config = load({"INSPECTOR_ALLOWED_HOSTS": "inspector.example.com,.example.org"})
    with override_settings(CSRF_TRUSTED_ORIGINS=own.trusted_origins(config)):
        data = {"csrfmiddlewaretoken": token_of(browser)}
        assert browser.post("/change", data, headers={"origin": origin}).status_code == 303
        assert browser.post("/change", data, headers={"origin": f"{origin}.evil.example"}).status_code == 403


def test_all_that_is_wrong_with_a_form_is_told_at_once_and_what_was_typed_is_kept() -> None:
    form = Form(QueryDict("reason=no&pattern=&note=%00x&what=shoe&long=" + "x" * 30))

    assert form.text("reason", what="The reason", least=3, most=500) == ""
    assert form.text("pattern", what="The pattern", least=1, most=500) == ""
    assert form.text("note", what="The note", most=500) == ""
    assert form.text("long", what="The name", most=20) == ""
    assert form.choice("what", {"id": "ids", "host": "hosts"}, what="A mute") == ""
    assert form.errors == {
        "reason": "The reason needs at least 3 characters.",
        "pattern": "The pattern is missing.",
        "note": "The note holds a NUL character.",
        "long": "The name can have 20 characters; this has 30.",
        "what": "A mute can be ids, hosts.",
    }
    assert form.typed == {"reason": "no", "pattern": "", "note": "x", "long": "x" * 21, "what": ""}
    assert not form.is_right


def test_a_form_that_is_right_gives_what_was_typed_without_white_space_around_it() -> None:
    form = Form(QueryDict("reason=%20a%0D%0Ab%0D%0A&what=id"))

    assert form.text("reason", what="The reason", least=3, most=500) == "a\nb"
    assert form.choice("what", {"id": "ids"}, what="A mute") == "id"
    assert form.is_right
