"""An answer that is a file, sent while it is made."""

from __future__ import annotations

import hashlib
import re
from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

_ODD = re.compile(r"[^A-Za-z0-9._-]+")
#: Characters of an id in a file's name.
_LONGEST = 60


def send_file(request: HttpRequest, chunks: Iterator[bytes], *, kind: str, name: str) -> HttpResponseBase:
    """`kind` is its content type. Whoever asks for the head alone gets none of the chunks."""
    response: HttpResponseBase
    if request.method == "HEAD":
        response = HttpResponse()
    else:
        response = StreamingHttpResponse(_apart(chunks) if isinstance(request, ASGIRequest) else chunks)
    response["Content-Type"] = kind
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"  # nginx would gather it on its disk first
    return response


def encoded(text: str) -> bytes:
    """Half characters, which no UTF-8 has, become the escapes by which JSON writes them."""
    return text.encode("utf-8", "backslashreplace")


def file_part(text: str) -> str:
    """Any text as a part of a file's name. One that has to be changed gets some digits that tell it from others."""
    plain = _ODD.sub("-", text)[:_LONGEST].strip("-.")
    if plain == text:
        return plain
    digits = hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:8]
    return f"{plain}-{digits}" if plain else digits


async def _apart(chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
    """For a server that speaks ASGI, which would else wait for the whole list, and hold it."""
    while (chunk := await sync_to_async(lambda: next(chunks, None))()) is not None:
        yield chunk
