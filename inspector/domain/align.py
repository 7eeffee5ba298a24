"""Which elements of two sequences stayed: the longest common subsequence, within a bound.

Hunt and Szymanski's method: its cost follows the number of equal pairs, so lists of mostly distinct
elements (messages, records, lines) are aligned exactly in n log n. Where nearly everything equals
everything (a thousand zeros), each element looks only at its nearest equals: the result is then still a
common subsequence, perhaps not the longest.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Sequence
from typing import TypeAlias

#: Equal pairs looked at before alignment stops being exact. About 100 ms of work.
MAX_MATCHES = 200_000

#: The end of a chain of matched positions: (position before, position after, the chain so far).
_Chain: TypeAlias = "tuple[int, int, _Chain] | None"


def common_subsequence(
    before: Sequence[Hashable], after: Sequence[Hashable], max_matches: int = MAX_MATCHES
) -> list[tuple[int, int]]:
    """Positions `(i, j)` with `before[i] == after[j]`, rising in both: the longest such list, or a good one.

    It is the longest whenever the middle (what is left between the common beginning and the common end) has
    at most `max_matches` equal pairs.
    """
    shortest = min(len(before), len(after))
    start = 0
    while start < shortest and before[start] == after[start]:
        start += 1
    tail = 0
    while tail < shortest - start and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    pairs = [(i, i) for i in range(start)]
    middle = _middle(before[start : len(before) - tail], after[start : len(after) - tail], max_matches)
    pairs += [(i + start, j + start) for i, j in middle]
    pairs += [(len(before) - k, len(after) - k) for k in range(tail, 0, -1)]
    return pairs


def rising(positions: Sequence[int]) -> set[int]:
    """The members of a longest rising subsequence of distinct `positions`: those that kept their order."""
    tails: list[int] = []
    chains: list[_Chain] = []
    for position in positions:
        length = bisect_left(tails, position)
        chain: _Chain = (position, position, chains[length - 1] if length else None)
        if length == len(tails):
            tails.append(position)
            chains.append(chain)
        else:
            tails[length] = position
            chains[length] = chain
    return {position for position, _ in _unchain(chains[-1] if chains else None)}


def _middle(before: Sequence[Hashable], after: Sequence[Hashable], max_matches: int) -> list[tuple[int, int]]:
    places: dict[Hashable, list[int]] = {}
    for j, item in enumerate(after):
        places.setdefault(item, []).append(j)
    found = [places.get(item, ()) for item in before]
    matches = sum(map(len, found))
    if not matches:
        return []
    near = max(1, max_matches // len(before)) if matches > max_matches else len(after)
    tails: list[int] = []
    chains: list[_Chain] = []
    for i, candidates in enumerate(found):
        # From the right, so that no candidate of this element builds on another of its own.
        for j in reversed(_nearest(candidates, i * len(after) // len(before), near)):
            length = bisect_left(tails, j)
            chain: _Chain = (i, j, chains[length - 1] if length else None)
            if length == len(tails):
                tails.append(j)
                chains.append(chain)
            else:
                tails[length] = j
                chains[length] = chain
    return _unchain(chains[-1])


def _nearest(candidates: Sequence[int], here: int, count: int) -> Sequence[int]:
    if len(candidates) <= count:
        return candidates
    first = max(0, min(bisect_left(candidates, here) - count // 2, len(candidates) - count))
    return candidates[first : first + count]


def _unchain(chain: _Chain) -> list[tuple[int, int]]:
    pairs: list[tuple[int, int]] = []
    while chain is not None:
        i, j, chain = chain
        pairs.append((i, j))
    pairs.reverse()
    return pairs
