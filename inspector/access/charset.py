"""Requests say in which encoding their text is. Ours is UTF-8. Django believes any word that Python has a codec for,
and breaks before its first middleware where that codec makes no text (`rot13`, `base64`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

_NAME = "charset"


def plain_kind(kind: str) -> str:
    """A content type that names no encoding. What else it says goes with it: no form of ours sends any of that."""
    return kind.partition(";")[0] if _NAME in kind.lower() else kind


def in_utf8(application: Callable[..., Iterable[bytes]]) -> Callable[..., Iterable[bytes]]:
    """A WSGI application that hears of no other encoding."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if "CONTENT_TYPE" in environ:
            environ["CONTENT_TYPE"] = plain_kind(environ["CONTENT_TYPE"])
        return application(environ, start_response)

    return answer


def in_utf8_async(application: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """The same of an ASGI application."""

    async def answer(scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        if "headers" in scope:
            scope = {**scope, "headers": [_plain(*header) for header in scope["headers"]]}
        await application(scope, receive, send)

    return answer


def _plain(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    if name.lower() == b"content-type":
        return name, plain_kind(value.decode("latin-1")).encode("latin-1")
    return name, value
