"""What an id weighs in a page. Every link carries the whole thread_id, and one of 2,000 characters makes fifty rows of
them heavier than all the rest: such lists and steps are shown in shorter pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate

#: Bytes of ids that one list or one page of steps may hold.
ID_BYTES = 80_000
#: Bytes that the choice of hosts may take, each named twice in its markup.
HOST_BYTES = 24_000
_OPTION = 60


def address_bytes(text: str) -> int:
    """The length of an id inside an address: a character that means something there takes three bytes."""
    return sum(_in_address(character) for character in text)


def rows_that_fit(thread_ids: Iterable[str]) -> int:
    """How many of these ids, in their order, one list may hold; at least one."""
    totals = accumulate(address_bytes(thread_id) for thread_id in thread_ids)
    return max(1, sum(total <= ID_BYTES for total in totals))


def steps_that_fit(thread_id: str, most: int) -> int:
    """How many steps of a thread one page may list: each is linked from the list and from the lanes."""
    return max(4, min(most, ID_BYTES // (2 * address_bytes(thread_id) + 1)))


def hosts_that_fit(hostnames: Sequence[str]) -> tuple[str, ...]:
    totals = accumulate(2 * len(name.encode("utf-8", "replace")) + _OPTION for name in hostnames)
    return tuple(name for name, total in zip(hostnames, totals, strict=True) if total <= HOST_BYTES)


def _in_address(character: str) -> int:
    if not character.isascii():
        return len(character.encode("utf-8", "replace"))
    return 1 if character.isalnum() or character in "-._~" else 3
