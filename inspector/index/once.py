"""What several parts of one page ask the index for, read once: it costs less, and all parts tell the same number."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar, cast

Found = TypeVar("Found")

_held: ContextVar[dict[Hashable, object] | None] = ContextVar("inspector_one_look", default=None)


@contextmanager
def one_look() -> Iterator[None]:
    """While a page is made that changes nothing, in this thread."""
    token = _held.set({})
    try:
        yield
    finally:
        _held.reset(token)


def once(what: Hashable, read: Callable[[], Found]) -> Found:
    """`read()`, or what it gave before in this look. Outside of one it is always asked."""
    held = _held.get()
    if held is None:
        return read()
    if what not in held:
        held[what] = read()
    return cast("Found", held[what])
