"""The id of the request that is answered now, in every line that the log gets meanwhile."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

HEADER = "X-Request-ID"
_FORM = re.compile(r"[A-Za-z0-9._-]{1,64}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def new_id() -> str:
    return secrets.token_hex(8)


def is_id(text: str) -> bool:
    """Whether it may stand in the log as it is."""
    return _FORM.fullmatch(text) is not None


def current_id() -> str:
    """ "" where no request is answered, as in a sync pass."""
    return _current.get()


@contextmanager
def answering(request_id: str) -> Iterator[None]:
    """A thread that is started for the request needs its context: `contextvars.copy_context().run`."""
    token = _current.set(request_id)
    try:
        yield
    finally:
        _current.reset(token)
