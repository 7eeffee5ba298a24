"""Requests at random to the pages of a thread."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.security.facts import Facts
from tests.security.fuzzing import send, share
from tests.security.requests import Request, requests
from tests.signing_in import signed_in_client

PAGES = ("/thread/", "/thread/size/", "/thread/channel/", "/thread/message/", "/thread/compare/", "/thread/find/")
VALUES = ("/thread/value/", "/thread/image/", "/thread/download/")


@pytest.mark.parametrize("role", ["content", "shape"])
def test_the_pages_of_a_thread_answer_any_request(facts: Facts, role: str) -> None:
    client = signed_in_client(role)

    @share(0.2)
    @given(requests(PAGES, facts))
    def ask(request: Request) -> None:
        send(client, request, shapes=role == "shape")

    ask()


@pytest.mark.parametrize("role", ["content", "shape"])
def test_values_and_files_of_a_thread_answer_any_request(facts: Facts, role: str) -> None:
    client = signed_in_client(role)

    @share(0.08)
    @given(requests(VALUES, facts))
    def ask(request: Request) -> None:
        send(client, request, shapes=role == "shape")

    ask()


def test_a_request_reaches_what_it_asks_for(facts: Facts) -> None:
    """Not all of them are wrong, and not all are right. Hypothesis begins with the simplest: a thread, and no more."""
    client = signed_in_client()
    seen: set[int] = set()

    @share(0.02)
    @given(requests(("/thread/",), facts, ("GET", "HEAD")))
    def ask(request: Request) -> None:
        seen.add(send(client, request))

    ask()
    assert 200 in seen
    assert seen & {400, 404}
