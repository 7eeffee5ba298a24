"""Which elements of a gap belong together: removed and added at one place of a list reads better as
*changed*.

Only pairs that keep the order are made, so that the entries still say where everything goes.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from inspector.domain.align import common_subsequence
from inspector.domain.deferred import opened
from inspector.domain.diff.compare import Comparer
from inspector.domain.value import Tagged

#: Positions in the older and the newer list; None where an element has no partner.
Pair: TypeAlias = tuple[int | None, int | None]

#: Up to this many pairs the best pairing is looked for, beyond it elements pair up in order.
_MAX_CELLS = 100


def pair_up(
    comparer: Comparer, before: Sequence[Any], after: Sequence[Any], gap_before: range, gap_after: range
) -> Iterator[Pair]:
    """Every position of both gaps once, in order: as a pair that changed, or alone. First what has the same
    name.
    """
    if gap_before and gap_after:
        named = common_subsequence(_names(comparer, before, gap_before, 0), _names(comparer, after, gap_after, 1))
        i = j = 0
        for old, new in named:
            yield from _best(comparer, before, after, gap_before[i:old], gap_after[j:new])
            yield gap_before[old], gap_after[new]
            i, j = old + 1, new + 1
        yield from _best(comparer, before, after, gap_before[i:], gap_after[j:])
    else:
        yield from ((i, None) for i in gap_before)
        yield from ((None, j) for j in gap_after)


def name_of(value: Any) -> tuple[type, Any] | None:
    """What makes an element the same one after an edit: its own `id`, if it is a text or a number."""
    value = opened(value)
    fields = value.fields if type(value) is Tagged else value
    if not isinstance(fields, Mapping):
        return None
    name = fields.get("id")
    return (type(name), name) if type(name) in (str, int) else None


def _names(comparer: Comparer, items: Sequence[Any], gap: range, side: int) -> list[Hashable]:
    # An element without a name gets one that the other side cannot have.
    return [_name(comparer, items[at]) or (side, at) for at in gap]


def _name(comparer: Comparer, value: Any) -> Hashable | None:
    if type(value) is tuple:
        return ("key", comparer.fingerprint(value[0]), type(value[0]))
    return name_of(value)


def _best(
    comparer: Comparer, before: Sequence[Any], after: Sequence[Any], gap_before: range, gap_after: range
) -> Iterator[Pair]:
    rows, columns = len(gap_before), len(gap_after)
    if rows * columns > _MAX_CELLS:
        yield from _in_order(before, after, gap_before, gap_after)
        return
    scores = [[likeness(before[i], after[j]) for j in gap_after] for i in gap_before]
    comparer.left -= rows * columns
    # best[r][c]: the most likeness that the rest of both gaps can still give.
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for r in range(rows - 1, -1, -1):
        for c in range(columns - 1, -1, -1):
            paired = scores[r][c] + best[r + 1][c + 1] if scores[r][c] else 0.0
            best[r][c] = max(paired, best[r + 1][c], best[r][c + 1])
    r = c = 0
    while r < rows or c < columns:
        if r < rows and c < columns and scores[r][c] and best[r][c] == scores[r][c] + best[r + 1][c + 1]:
            yield gap_before[r], gap_after[c]
            r, c = r + 1, c + 1
        elif r < rows and (c == columns or best[r][c] == best[r + 1][c]):
            yield gap_before[r], None
            r += 1
        else:
            yield None, gap_after[c]
            c += 1


def _in_order(before: Sequence[Any], after: Sequence[Any], gap_before: range, gap_after: range) -> Iterator[Pair]:
    shared = min(len(gap_before), len(gap_after))
    for i, j in zip(gap_before, gap_after, strict=False):
        if likeness(before[i], after[j]):
            yield i, j
        else:
            yield i, None
            yield None, j
    yield from ((i, None) for i in gap_before[shared:])
    yield from ((None, j) for j in gap_after[shared:])


def likeness(before: Any, after: Any) -> float:
    """0 for two that are not each other (other ids, other keys), else at least 10, more the more they share.

    A pair is worth more than any difference in likeness between pairs, so as many as possible are made.
    """
    before, after = opened(before), opened(after)
    if type(before) is not type(after):
        return 10.0
    if type(before) is tuple or (name_of(before) and name_of(after)):
        # The same names have found each other already.
        return 0.0
    old, new = (value.fields if type(value) is Tagged else value for value in (before, after))
    if not isinstance(old, Mapping):
        return 10.1
    if type(before) is Tagged and before.type_name != after.type_name:
        return 10.0
    shared = sum(1 for key, item in old.items() if key in new and _alike(item, new[key]))
    return 10.2 + 0.5 * shared / max(1, len(old), len(new))


def _alike(before: Any, after: Any) -> bool:
    before, after = opened(before), opened(after)
    if type(before) is not type(after):
        return False
    return isinstance(before, (list, dict, Tagged)) or bool(before == after)
