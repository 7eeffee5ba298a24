"""An encoding that no text is in does not bring a server down to an error of its own."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterable
from typing import Any

import pytest

from inspector.access.charset import plain_kind

KINDS = ("a/b; charset=rot13", "a/b;charset=base64", "text/html; CHARSET*=utf-8''hex", 'x; a="charset=zlib"')


@pytest.mark.parametrize("kind", KINDS)
def test_no_encoding_is_heard_of(kind: str) -> None:
    assert plain_kind(kind) == kind.partition(";")[0]


@pytest.mark.parametrize("kind", ["", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_what_forms_say_stays(kind: str) -> None:
    assert plain_kind(kind) == kind


@pytest.mark.parametrize("kind", KINDS)
def test_a_wsgi_server_answers_all_the_same(db: None, kind: str) -> None:
    from inspector.wsgi import application

    told: list[str] = []

    def start(status: str, *_: Any) -> None:
        told.append(status)

    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/threads/",
        "QUERY_STRING": "format=json",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "CONTENT_TYPE": kind,
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
    }
    answer: Iterable[bytes] = application(environ, start)
    assert b"Nobody is signed in." in b"".join(answer)
    assert told == ["401 Unauthorized"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", KINDS)
def test_an_asgi_server_answers_all_the_same(kind: str) -> None:
    from inspector.asgi import application

    told: list[dict[str, Any]] = []
    sent = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> dict[str, Any]:
        message = next(sent, None)
        return message if message else await asyncio.Event().wait()  # type: ignore[return-value]

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    headers = [(b"host", b"localhost"), (b"content-type", kind.encode())]
    scope = {"type": "http", "method": "GET", "path": "/threads/", "query_string": b"format=json", "headers": headers}
    asyncio.run(application({**scope, "asgi": {"version": "3.0"}, "http_version": "1.1"}, receive, send))
    assert told[0]["status"] == 401
