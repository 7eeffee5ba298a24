"""What an id weighs in a page. Every link carries the whole thread_id, and one of 2,000 characters makes fifty rows of
them heavier than all the rest: such lists and steps are shown in shorter pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from html import escape
from itertools import accumulate
from typing import TypeVar

#: Bytes of ids that one list may hold, and those of a thread's page.
ID_BYTES = 80_000
PAGE_BYTES = 110_000
#: Links of a thread's page that are there however few steps it lists: its navigation, forms, tabs and the chosen step.
_PAGE_LINKS = 28
#: Bytes that the choice of hosts may take, each named twice in its markup.
HOST_BYTES = 24_000
_OPTION = 60
#: Bytes of the mark that stands for a character nobody can see.
_MARK = 22
_PLAIN = re.compile(r"[A-Za-z0-9._~-]+")

Item = TypeVar("Item")


def address_bytes(text: str) -> int:
    """The length of an id inside an address: a character that means something there takes three bytes."""
    if text.isascii():  # nearly all are, and a list weighs fifty
        return len(text) + 2 * len(_PLAIN.sub("", text))
    return sum(_in_address(character) for character in text)


def shown_bytes(text: str, limit: int) -> int:
    """What a text of other people's weighs where at most `limit` of its characters are shown, the middle given up."""
    shown = text if len(text) <= limit else text[: limit // 2 + 1] + text[-(limit // 2) :]
    return sum(map(_shown, shown))


def how_many_fit(items: Iterable[Item], weigh: Callable[[Item], int], room: int) -> int:
    """How many of these, in their order, fit into so many bytes; at least one."""
    totals = accumulate(map(weigh, items))
    return max(1, sum(total <= room for total in totals))


def rows_that_fit(thread_ids: Iterable[str]) -> int:
    """How many of these ids, in their order, one list may hold; at least one."""
    return how_many_fit(thread_ids, address_bytes, ID_BYTES)


def steps_that_fit(thread_id: str, most: int) -> int:
    """How many steps of a thread one page may list: each is a link, and may begin a turn, which is another."""
    address = address_bytes(thread_id)
    return max(4, min(most, (PAGE_BYTES - _PAGE_LINKS * address) // (2 * address + 1)))


def hosts_that_fit(hostnames: Sequence[str]) -> tuple[str, ...]:
    totals = accumulate(2 * len(name.encode("utf-8", "replace")) + _OPTION for name in hostnames)
    return tuple(name for name, total in zip(hostnames, totals, strict=True) if total <= HOST_BYTES)


def _in_address(character: str) -> int:
    if not character.isascii():
        return len(character.encode("utf-8", "replace"))
    return 1 if character.isalnum() or character in "-._~" else 3


def _shown(character: str) -> int:
    return len(escape(character).encode("utf-8", "replace")) if character.isprintable() else _MARK
