"""Signing in by a proxy's header: believed of the proxies that are configured, and of nobody else."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, override_settings

from inspector.config import load
from tests.pages.browse import Browser, Document
from tests.signing_in import give_access, make_account, sign_in_as

PROXY, FOREIGN = "10.0.0.7", "203.0.113.9"
_FIELDS = ("proxy_addresses", "proxy_user_header", "proxy_groups_header", "content_groups", "shape_groups")


@pytest.fixture(autouse=True)
def behind_a_proxy(pages: Browser) -> Iterator[None]:
    with configured():
        yield


def configured(**more: str) -> override_settings:
    chosen = load(
        {
            "INSPECTOR_PROXY_ADDRESSES": "10.0.0.0/24, ::1",
            "INSPECTOR_PROXY_USER_HEADER": "X-Forwarded-User",
            "INSPECTOR_PROXY_GROUPS_HEADER": "X-Forwarded-Groups",
            "INSPECTOR_CONTENT_GROUPS": "sre",
            "INSPECTOR_SHAPE_GROUPS": "support",
            **more,
        }
    )
    held = {name: getattr(chosen, name) for name in (*_FIELDS, "default_role")}
    return override_settings(INSPECTOR=dataclasses.replace(settings.INSPECTOR, **held))


def ask(peer: str, path: str = "/threads/", client: Client | None = None, **headers: str) -> HttpResponse:
    sent = {f"HTTP_X_{name.upper()}": value for name, value in headers.items()}
    answer: Any = (client or Client()).get(path, REMOTE_ADDR=peer, **sent)
    return answer  # type: ignore[no-any-return]


def test_whom_the_proxy_names_sees_what_their_groups_may_and_no_session_begins() -> None:
    seen = ask(PROXY, forwarded_user="ada", forwarded_groups="all, sre")
    assert seen.status_code == 200
    assert "Signed in as" in seen.content.decode()
    assert "shape only" not in seen.content.decode()
    assert "Sign out" not in seen.content.decode()
    assert not seen.cookies
    assert "shape only" in ask(PROXY, forwarded_user="ada", forwarded_groups="support").content.decode()


def test_a_foreign_address_that_writes_the_header_is_nobody_and_is_told_why() -> None:
    for peer in (FOREIGN, "10.0.1.7", "127.0.0.1", "::2", "", "10.0.0.7, 10.0.0.8"):
        answer = ask(peer, forwarded_user="ada", forwarded_groups="sre")
        assert (answer.status_code, answer.content) == (303, b""), peer
        assert ask(peer, "/threads/?format=json", forwarded_user="ada", forwarded_groups="sre").status_code == 401
    page = Document(ask(FOREIGN, "/login/", forwarded_user="ada").content.decode())
    main = next(page.all("main")).text
    assert f"This request came from {FOREIGN}, which is not among the proxies" in main
    assert "was not believed" not in ask(PROXY, "/login/").content.decode()


def test_an_address_in_a_forwarded_header_makes_nobody_a_proxy() -> None:
    answer = ask(FOREIGN, forwarded_user="ada", forwarded_groups="sre", forwarded_for=PROXY)
    assert answer.status_code == 303


def test_without_its_own_setting_no_header_is_believed() -> None:
    with configured(INSPECTOR_PROXY_USER_HEADER=""):
        assert ask(PROXY, forwarded_user="ada", forwarded_groups="sre").status_code == 303
    with configured(INSPECTOR_PROXY_ADDRESSES=""):
        assert ask(PROXY, forwarded_user="ada", forwarded_groups="sre").status_code == 303
    with configured(INSPECTOR_PROXY_GROUPS_HEADER=""):
        assert ask(PROXY, forwarded_user="ada", forwarded_groups="sre").status_code == 403


@pytest.mark.parametrize("name", ["", " ", "\t", "a\x00b", "a\x1bb", "x" * 255])
def test_what_can_be_no_name_is_nobody(name: str) -> None:
    assert ask(PROXY, forwarded_user=name, forwarded_groups="sre").status_code == 303


def test_a_name_in_utf_8_is_read_as_it_was_written() -> None:
    give_access("żaneta")
    assert ask(PROXY, forwarded_user="żaneta".encode().decode("latin-1")).status_code == 200


def test_what_was_given_to_the_name_goes_before_groups_and_counts_at_once() -> None:
    assert ask(PROXY, forwarded_user="ada").status_code == 403
    give_access("ada", "shape")
    assert "shape only" in ask(PROXY, forwarded_user="ada", forwarded_groups="sre").content.decode()
    give_access("ada", "content", ["another"])
    assert ask(PROXY, forwarded_user="ada", forwarded_groups="sre").status_code == 404


def test_who_has_no_access_is_told_so_and_how_it_is_given() -> None:
    answer = ask(PROXY, forwarded_user="<b>ada</b>; ls")
    assert answer.status_code == 403
    main = next(Document(answer.content.decode()).all("main")).text
    assert "You are signed in as <b>ada</b>; ls, and have no access yet." in main
    assert "inspector user add '<b>ada</b>; ls' --role shape --no-password" in main  # it is copied into a shell
    assert not list(Document(answer.content.decode()).all("form"))
    with configured(INSPECTOR_DEFAULT_ROLE="shape"):
        assert ask(PROXY, forwarded_user="ada").status_code == 200


def test_the_proxys_word_goes_before_a_session_of_another_name() -> None:
    make_account("bob", "content")
    client = sign_in_as(Client(), "bob")
    give_access("ada", "shape")
    assert "shape only" in ask(PROXY, client=client, forwarded_user="ada").content.decode()
    assert "shape only" not in ask(PROXY, client=client).content.decode()


def test_a_page_of_errors_says_no_store_to_whom_the_proxy_does_not_name() -> None:
    assert "scenarios" not in ask(PROXY, "/login/").content.decode()
    assert ask(PROXY, "/no/such/page").status_code == 303
