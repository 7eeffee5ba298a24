"""What one page asks of a store, asked together: in one transaction, of one state of the store.

A page makes some fifteen reads. Each in a transaction of its own takes four times its way there and back, and the ones
that follow may tell of another state than the first ones did. Where so many people look at once that others wait for a
connection, each has it for a read at a time: all of them get their pages.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol


class Held(Protocol):
    """What reads share: an open transaction."""

    def let_go(self) -> None:
        """Nobody asks for it any more. A read that is still under way ends by itself."""


class _Page:
    """By who holds it. A thread that was given the context of another has connections of its own: none can be asked
    two things at once."""

    def __init__(self) -> None:
        self.thread = threading.get_ident()
        self.held: dict[Hashable, Held] = {}

    def let_go(self) -> None:
        while self.held:
            self.held.popitem()[1].let_go()


_page: ContextVar[_Page | None] = ContextVar("inspector_reads_together", default=None)


@contextmanager
def together() -> Iterator[None]:
    """Reads inside the block share what it takes to ask, until `read_all` or the end of it."""
    if _page.get() is not None:
        yield
        return
    page = _Page()
    token = _page.set(page)
    try:
        yield
    finally:
        _page.reset(token)
        page.let_go()


def read_all() -> None:
    """All that a page tells is read, so that others may have the connections while it is drawn."""
    page = _page.get()
    if page is not None and page.thread == threading.get_ident():
        page.let_go()


def held_by_page() -> dict[Hashable, Held] | None:
    """What the page's reads may leave for each other; None outside of a `together` block."""
    page = _page.get()
    return page.held if page is not None and page.thread == threading.get_ident() else None
