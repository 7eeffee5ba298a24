"""Sends a request made at random, and holds what must be true of any answer."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.test import Client
from hypothesis import HealthCheck, settings

from tests.canaries import leaks
from tests.security.requests import Request
from tests.security.statements import watched
from tests.thorough import THOROUGH

STATUSES = {200, 204, 301, 302, 303, 304, 400, 401, 403, 404, 405, 413, 414, 422, 429, 503}
KINDS = (
    *("text/html; charset=utf-8", "application/json", "text/csv; charset=utf-8", "application/x-ndjson"),
    *("text/plain; charset=utf-8", "text/markdown; charset=utf-8", "text/x-python; charset=utf-8"),
    *("text/plain; version=", "application/openmetrics-text", "image/png", "image/jpeg", "image/gif", "image/webp"),
)
#: Requests in all, of which each test sends its share.
REQUESTS = 10_000 if THOROUGH else 2_000
#: Seconds in which an answer must have come, however slow the machine: twice the budget of a page's reads.
HANGS = 30


class Hangs(BaseException):
    """No answer came. Nothing that a page does catches it."""


def share(part: float) -> settings:
    """The settings of a test that sends this part of all requests. Each run draws others, and prints how to draw what
    failed again."""
    return settings(
        max_examples=max(1, round(REQUESTS * part)),
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def send(client: Client, request: Request, *, shapes: bool = False) -> int:
    """The status. With `shapes` no canary may be in the answer, but for what the request brought."""
    extra: dict[str, Any] = {"QUERY_STRING": request.query.decode("latin-1"), "headers": request.headers}
    kind = request.headers.get("Content-Type", "application/x-www-form-urlencoded")
    with _guarded(), watched() as statements:
        answer: Any = client.generic(request.method, request.path, request.body, kind, **extra)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code in STATUSES, answer.status_code
    assert b"Traceback (most recent call last)" not in body
    assert not body or answer.get("Content-Type", "").startswith(KINDS), answer.get("Content-Type")
    assert answer.get("X-Content-Type-Options") == "nosniff"
    assert "Content-Security-Policy" in answer
    assert not statements.unbounded, statements.unbounded
    if shapes and b"kanarien" not in request.query.lower() + request.body.lower():
        assert not leaks(body.decode("utf-8", "backslashreplace"))
    return int(answer.status_code)


@contextmanager
def _guarded() -> Iterator[None]:
    """Ends the test where an answer does not come."""

    def give_up(*_: object) -> None:
        raise Hangs(f"no answer within {HANGS} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(HANGS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
