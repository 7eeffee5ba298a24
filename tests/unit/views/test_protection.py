"""Foreign names and foreign pages are turned away with 403; links, programs and one's own pages are not."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path

from inspector import settings as own
from inspector import urls
from inspector.config import load

NAVIGATES = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
EMBEDS = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
SCRIPTS = {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
TOKEN = "a-token-of-some-length"


def show_nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse("nothing")


# By the name of a page that is open to everybody: the gate is not what is tested here.
urlpatterns = [path("open", show_nothing, name="health"), path("", include(urls))]


@pytest.fixture
def client() -> Iterator[Client]:
    config = load({"INSPECTOR_METRICS_TOKEN": TOKEN, "INSPECTOR_ALLOWED_HOSTS": "inspector.example,.example.org"})
    with override_settings(ROOT_URLCONF=__name__, INSPECTOR=config, CSRF_TRUSTED_ORIGINS=own.trusted_origins(config)):
        yield Client()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "headers",
    [
        {},  # a program
        {"Sec-Fetch-Site": "none", **NAVIGATES},  # typed
        {"Sec-Fetch-Site": "same-origin", **NAVIGATES},
        {"Sec-Fetch-Site": "same-origin", **SCRIPTS},
        {"Sec-Fetch-Site": "cross-site", **NAVIGATES},  # a link in a mail
        {"Sec-Fetch-Site": "same-site", **NAVIGATES},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site", **NAVIGATES},  # led here from a form of a login
        {"Origin": "http://testserver"},
        {"Origin": "https://inspector.example", **SCRIPTS},  # as people open it, before a proxy
        {"Origin": "https://a.example.org"},
    ],
)
def test_links_programs_and_own_pages_are_answered(client: Client, headers: dict[str, str]) -> None:
    assert client.get("/open", headers=headers).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "OPTIONS"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "https://testserver"},  # another scheme is another page
        {"Origin": "http://testserver:81"},
        {"Origin": "https://a.example.org.evil.example"},
        {"Origin": "http://a.example.org"},
        {"Origin": "http://[evil"},
        {"Origin": "null"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site", **SCRIPTS},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site", **NAVIGATES},
        {"Sec-Fetch-Site": "cross-site", **SCRIPTS},
        {"Sec-Fetch-Site": "cross-site", **EMBEDS},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Site": "same-site", **SCRIPTS},  # another port of this machine
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_what_another_sites_page_sends_is_refused_by_any_method(
    client: Client, method: str, headers: dict[str, str]
) -> None:
    answer = client.generic(method, "/open", headers=headers)

    assert answer.status_code == 403
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Frame-Options"] == "DENY"
    assert "Content-Security-Policy" in answer
    assert "Set-Cookie" not in answer


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_link_only_opens(client: Client, method: str) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", **NAVIGATES}
    assert client.generic(method, "/open", headers=headers).status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "", "a b", "[::1", "localhost:port"])
def test_a_name_that_is_not_known_is_told_as_page_and_as_data(
    client: Client, caplog: pytest.LogCaptureFixture, host: str
) -> None:
    page, data = (client.get(at, headers={"host": host}) for at in ("/open", "/open?format=json"))

    assert page.status_code == data.status_code == 403
    assert "INSPECTOR_ALLOWED_HOSTS" in page.content.decode()
    assert set(json.loads(data.content)) == {"error", "hint"}
    assert [record.name for record in caplog.records if record.levelno >= logging.WARNING] == [
        "inspector.views.protection"
    ] * 2
    assert not any(record.exc_info for record in caplog.records)


def test_a_name_cannot_bring_markup_along(client: Client) -> None:
    assert b"<img" not in client.get("/open", headers={"host": "<img src=x>"}).content


@pytest.mark.django_db
def test_a_probe_may_ask_by_any_address_and_a_scraper_with_its_token(client: Client) -> None:
    by_address = {"host": "10.1.2.3:8765"}
    assert client.get("/-/health", headers=by_address).json() == {"status": "ok"}
    assert client.get("/-/metrics", headers=by_address).status_code == 403
    assert client.get("/-/metrics", headers={**by_address, "authorization": "Bearer wrong"}).status_code == 403
    assert client.get("/-/metrics", headers={**by_address, "authorization": f"Bearer {TOKEN}"}).status_code == 200
    assert client.get("/open", headers={**by_address, "authorization": f"Bearer {TOKEN}"}).status_code == 403


def test_a_page_led_here_by_another_name_is_nobody(client: Client) -> None:
    """Neither a cookie nor what a proxy says of the person gets through."""
    seen: list[HttpRequest] = []

    def look(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse()

    from inspector.views.protection import KnownAddresses

    request = client.get("/-/health?check=live").wsgi_request
    request.META.update(HTTP_HOST="evil.example", HTTP_X_REMOTE_USER="ada", HTTP_COOKIE="sessionid=x")
    assert KnownAddresses(look)(request).status_code == 200
    assert not request.COOKIES
    assert set(seen[0].headers) == {"Host"} | {name for name in seen[0].headers if name.startswith("Content-")}


@pytest.mark.django_db
def test_every_answer_says_what_a_browser_may_not_do_with_it(client: Client) -> None:
    for answer in (client.get("/open"), client.get("/nowhere/"), client.get("/-/health")):
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "camera=()" in answer["Permissions-Policy"]
        assert answer["Cache-Control"] == "no-store"
        assert answer["Referrer-Policy"] == "same-origin"
        assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
def test_where_people_come_by_https_browsers_are_told_to_come_by_nothing_else(client: Client) -> None:
    config = load({"INSPECTOR_PUBLIC_URL": "https://inspector.example", "INSPECTOR_PROXY_ADDRESSES": "127.0.0.1"})
    with override_settings(INSPECTOR=config, SECURE_HSTS_SECONDS=31_536_000, ALLOWED_HOSTS=["*"]):
        client = Client()
        by_tls = client.get("/open", headers={"host": "internal", "X-Forwarded-Proto": "https"})
        plain = client.get("/open", headers={"host": "internal", "X-Forwarded-Proto": "http"})
    assert by_tls["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in plain
