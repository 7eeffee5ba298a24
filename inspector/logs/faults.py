"""An exception as the log may have it: what kind it was and where it came from, without its text.

A database's error holds the row that it refused, a KeyError the key, a decoder's the bytes: all of it may be what
people said. The text of an `InspectorError` is made for people and holds no stored value.
"""

from __future__ import annotations

import errno
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TypedDict

from inspector.errors import InspectorError

#: Frames of one exception that are told: the outermost of a long trace are those of the web server.
_FRAMES = 40
#: Exceptions that brought each other about.
_CHAIN = 6
_HERE = str(Path(__file__).parents[2]) + "/"
_LIBRARIES = "/site-packages/"


class Fault(TypedDict):
    """`message` is of our own errors only, else "". `frames` as `file:line function`, the innermost last."""

    type: str
    message: str
    frames: list[str]


def word_for(error: BaseException) -> str:
    """In a few words: the text of our own errors, else the kind, with the code that a database or system gives it."""
    if isinstance(error, InspectorError):
        return error.message
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    code = _code(error)
    return f"{kind} ({code})" if code else kind


def faults(error: BaseException) -> list[Fault]:
    """The exception and what brought it about, the nearest first."""
    return [_fault(one) for one in _chain(error)]


def lines(error: BaseException) -> Iterator[str]:
    for place, fault in enumerate(faults(error)):
        name = fault["type"] + (f": {fault['message']}" if fault["message"] else "")
        yield f"  caused by {name}" if place else f"  {name}"
        yield from (f"    {frame}" for frame in fault["frames"])


def _fault(error: BaseException) -> Fault:
    told = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    kind = word_for(error)
    message = ""
    if isinstance(error, InspectorError):
        kind, message = type(error).__qualname__, f"{error.message} {error.hint}".strip()
    return Fault(type=kind, message=message, frames=[f"{_short(at.filename)}:{at.lineno} {at.name}" for at in told])


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    now: BaseException | None = error
    while now is not None and id(now) not in seen and len(seen) < _CHAIN:
        seen.add(id(now))
        yield now
        now = now.__cause__ or (None if now.__suppress_context__ else now.__context__)


def _code(error: BaseException) -> str:
    """SQLSTATE, or the system's name of an error: both say much, and hold nothing."""
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str) and state.isalnum():
        return state
    name = getattr(error, "sqlite_errorname", None)
    if isinstance(name, str) and name.isascii():
        return name
    if isinstance(error, OSError) and error.errno is not None:
        return errno.errorcode.get(error.errno, "")
    return ""


def _short(file: str) -> str:
    _, between, library = file.rpartition(_LIBRARIES)
    return library if between else file.removeprefix(_HERE)
