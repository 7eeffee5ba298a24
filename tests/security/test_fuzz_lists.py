"""Requests at random to the lists, the diagnosis, and all else that is about many threads; and to the doors."""

from __future__ import annotations

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests.security.addresses import paths
from tests.security.facts import Facts
from tests.security.fuzzing import send, share
from tests.security.requests import Request, forms, requests
from tests.signing_in import make_account, signed_in_client

LISTS = ("/threads/", "/orphans/", "/orphans/conversations/", "/orphans/alerts/", "/orphans/mutes/", "/audit/")
OTHERS = (
    "/",
    "/workers/",
    "/doctor/",
    "/doctor/rules/shared-thread/",
    "/masks/",
    "/stores/",
    "/-/health",
    "/-/metrics",
)
FORMS = ("/orphans/mutes/add/", "/orphans/mutes/undo/", "/orphans/alerts/test/", "/masks/try/")
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND", "get", "X" * 99)


@pytest.mark.parametrize("role", ["content", "shape"])
def test_the_lists_answer_any_request(facts: Facts, role: str) -> None:
    client = signed_in_client(role) if role == "shape" else signed_in_client()

    @share(0.12)
    @given(requests(LISTS, facts))
    def ask(request: Request) -> None:
        send(client, request, shapes=role == "shape")

    ask()


def test_the_other_pages_answer_any_request(facts: Facts) -> None:
    client = signed_in_client("shape")

    @share(0.05)
    @given(requests(OTHERS, facts))
    def ask(request: Request) -> None:
        send(client, request, shapes=True)

    ask()


def test_every_address_answers_any_method(facts: Facts) -> None:
    client = signed_in_client()

    @share(0.03)
    @given(requests([path for path in paths() if path != "/logout/"], facts, METHODS))
    def ask(request: Request) -> None:
        send(client, request)

    ask()


def test_forms_take_any_fields(facts: Facts) -> None:
    client = signed_in_client()

    @share(0.05)
    @given(requests(FORMS, facts, ("POST",)), forms(facts) | st.binary(max_size=200))
    def ask(request: Request, body: bytes) -> None:
        send(client, Request("POST", request.path, request.query, request.headers, body))

    ask()


def test_the_login_takes_any_fields(facts: Facts) -> None:
    make_account("ada")

    @share(0.02)
    @given(requests(("/login/", "/login/oidc/", "/login/oidc/callback/"), facts, ("GET", "POST")), forms(facts))
    def ask(request: Request, body: bytes) -> None:
        send(Client(), Request(request.method, request.path, request.query, request.headers, body))

    ask()
