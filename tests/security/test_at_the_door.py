"""Who has not signed in, or comes by a foreign name or page: the same few words whatever they ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.test import Client

from tests.canaries import leaks
from tests.security.addresses import paths, some
from tests.security.crawl import FORMS, METHODS, Answer, ask
from tests.security.facts import Facts
from tests.security.planted import METRICS_TOKEN, NAMES, SECRET, Stores
from tests.signing_in import make_account, signed_in_client

#: Pages that answer anybody, with nothing of the stores.
OPEN = ("/login/", "/login/oidc/", "/login/oidc/callback/", "/logout/", "/-/health")
TOLD = re.compile("|".join([*NAMES.values(), SECRET, "web-1"]))
#: What differs between two answers of the login: where to go on, the form's token, and the request's id.
_OWN = re.compile(
    r'<input type="hidden" name="next" value="[^"]*">|next=[^"\s]*|name="csrfmiddlewaretoken" value="[^"]*"|'
    r"^X-Request-ID: .*$|^inspector-form=.*$|^Content-Length: .*$",
    re.MULTILINE,
)


@pytest.fixture
def asked(facts: Facts) -> list[str]:
    make_account("ada")
    return [*some(facts, 2), "/no/such/page", "/thread", "/admin/", "/-/", f"/threads/?q={facts.threads[0].thread_id}"]


def every_way(client: Client, addresses: list[str], **headers: str) -> Iterator[Answer]:
    for address in addresses:
        for form in FORMS:
            yield ask(client, "GET", address, form, headers=headers)
        for method in METHODS:
            yield ask(client, method, address, headers=headers)


def test_who_has_not_signed_in_gets_the_login_and_nothing_else(asked: list[str]) -> None:
    client = Client()
    pages: dict[str, set[str]] = {}
    for answer in every_way(client, asked):
        path = urlsplit(answer.address).path
        assert not TOLD.search(answer.told()), answer.asked
        assert not leaks(answer.told()), answer.asked
        if path in OPEN:
            continue
        if answer.status == 401:
            assert answer.body in ('{"error": "Nobody is signed in.", "hint": "Sign in under /login/."}', "")
        else:
            assert (answer.status, answer.body) == (303, ""), answer.asked
        method, kind = answer.asked.partition(" ")[0], answer.asked.rpartition(" {")[2]
        pages.setdefault(f"{method} {kind} {'format=json' in answer.address}", set()).add(_plain(answer.text))
    for kind, texts in pages.items():
        assert len(texts) <= 2, (kind, texts)  # with `next` and, from the first page, without


def _plain(text: str) -> str:
    return _OWN.sub("", text).replace("/login/?", "/login/")


def test_the_login_is_the_same_page_whatever_leads_to_it(asked: list[str]) -> None:
    client = Client()
    pages: dict[str, str] = {}
    for address in asked:
        to = ask(client, "GET", address)
        location = re.search(r"^Location: (.*)$", to.text, re.MULTILINE)
        if urlsplit(address).path not in OPEN and location:
            pages.setdefault(_plain(ask(client, "GET", location[1].strip()).text), location[1])
    assert len(pages) == 1, pages.values()


@pytest.mark.parametrize("who", ["nobody", "ada", "the token"])
def test_a_foreign_name_is_answered_nothing(planted: Stores, who: str) -> None:
    client = Client() if who == "nobody" else signed_in_client()
    token = {"Authorization": f"Bearer {METRICS_TOKEN}"} if who == "the token" else {}
    exempted = {"/-/health", *(["/-/metrics"] if token else [])}
    for name in (
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "[::2]",
        "evil.example:8765",
        "a b",
    ):
        for answer in every_way(client, paths(), **token, Host=name):
            path = urlsplit(answer.address).path
            if path in exempted:
                assert who == "the token" or not TOLD.search(answer.body)
                continue
            assert answer.status == 403, (name, answer.asked, answer.status)
            assert not TOLD.search(answer.told())
            assert "Set-Cookie" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "http://testserver:81"},
        {"Origin": "null"},
        {"Origin": "file://"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
    ],
    ids=str,
)
def test_a_foreign_page_is_answered_nothing(planted: Stores, headers: dict[str, str]) -> None:
    """Whoever is signed in in that browser."""
    for answer in every_way(signed_in_client(), paths(), **headers):
        assert answer.status == 403, (answer.asked, answer.status)
        assert not TOLD.search(answer.told())


def test_static_files_alone_are_there_for_anybody(planted: Stores) -> None:
    client = Client()
    for path in ("/static/", "/static/../inspector/settings.py", "/static/%2e%2e/manage.py", "/static//etc/passwd"):
        answer = ask(client, "GET", path)
        assert answer.status in (303, 403, 404), path
        assert "SECRET_KEY" not in answer.body
        assert "root:" not in answer.body
