"""The changes between two message lists: each message is followed by its id, an edit is never a removal
plus an addition.

Messages without an id (plain dicts, hand-made ones) are followed by being equal; what is then left between
two that stayed is paired by role, so that an edited message still reads as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from inspector.domain.align import common_subsequence, rising
from inspector.domain.diff.compare import CUT, DIFFERENT, Comparer
from inspector.domain.diff.entry import MessageEntry
from inspector.domain.messages import message_id_of, role_of
from inspector.domain.value import ABSENT

#: How many added messages a removed one is held against, so that thousands of each stay cheap.
_LOOK_AHEAD = 8


@dataclass(slots=True)
class MessageDiff:
    """What came of comparing two message lists; fields as in `ChannelChange`."""

    entries: list[MessageEntry] = field(default_factory=list)
    unchanged: int = 0
    cut: bool = False
    left_out: int = 0


def diff_messages(comparer: Comparer, before: Sequence[Any], after: Sequence[Any], max_entries: int) -> MessageDiff:
    """Entries in the order of the newer list, removed messages where they were missing from."""
    start, tail, cut = _common_ends(comparer, before, after)
    old, new = before[start : len(before) - tail], after[start : len(after) - tail]
    result = MessageDiff(unchanged=start + tail, cut=cut)
    partners = _partners(comparer, old, new)
    kept_order = rising(list(partners.values()))
    entries: list[tuple[tuple[int, int, int], MessageEntry]] = []
    last = -1  # where the last message that kept its order is now
    for i, message in enumerate(old):
        if i not in partners:
            entries.append(((last, 1, i), _entry(message, ABSENT, start + i, None)))
            continue
        j = partners[i]
        moved = j not in kept_order
        last = last if moved else j
        verdict = comparer.compare(message, new[j])
        result.cut = result.cut or verdict == CUT
        if verdict == DIFFERENT or moved:
            entries.append(((j, 0, 0), _entry(message, new[j], start + i, start + j, moved)))
        else:
            result.unchanged += 1
    arrived = set(range(len(new))).difference(partners.values())
    entries += [((j, 0, 0), _entry(ABSENT, new[j], None, start + j)) for j in arrived]
    entries.sort(key=lambda item: item[0])
    result.entries = [entry for _, entry in entries[:max_entries]]
    result.left_out = len(entries) - len(result.entries)
    return result


def _entry(
    before: Any, after: Any, position_before: int | None, position_after: int | None, moved: bool = False
) -> MessageEntry:
    newest = before if after is ABSENT else after
    return MessageEntry(
        kind="added" if before is ABSENT else "removed" if after is ABSENT else "changed",
        message_id=message_id_of(newest) or (message_id_of(before) if before is not ABSENT else None),
        role=role_of(newest),
        before=before,
        after=after,
        position_before=position_before,
        position_after=position_after,
        moved=moved,
    )


def _common_ends(comparer: Comparer, before: Sequence[Any], after: Sequence[Any]) -> tuple[int, int, bool]:
    """How many messages are the same at the beginning, and then at the end; whether one of them was cut."""
    compare, shortest = comparer.compare, min(len(before), len(after))
    start = tail = 0
    cut = False
    while start < shortest and (verdict := compare(before[start], after[start])) != DIFFERENT:
        cut = cut or verdict == CUT
        start += 1
    while tail < shortest - start:
        verdict = compare(before[-1 - tail], after[-1 - tail])
        if verdict == DIFFERENT:
            break
        cut = cut or verdict == CUT
        tail += 1
    return start, tail, cut


def _partners(comparer: Comparer, old: Sequence[Any], new: Sequence[Any]) -> dict[int, int]:
    """For each older message that is still there, its position in the newer list; in the older list's
    order.
    """
    if not old or not new:
        return {}
    partners: dict[int, int] = {}
    numbers: tuple[list[int], list[int]] | None = None
    places = _places(old), _places(new)
    for message_id, i_list in places[0].items():
        j_list = places[1].get(message_id, [])
        if message_id is not None and len(i_list) == len(j_list) == 1:
            partners[i_list[0]] = j_list[0]
        elif j_list:  # no id, or one id many times
            numbers = numbers or comparer.classify(old, new)[:2]
            found = _equal(i_list, j_list, numbers)
            if message_id is not None:
                taken = set(found.values())
                rest = [i for i in i_list if i not in found], [j for j in j_list if j not in taken]
                found |= zip(*rest, strict=False)
            partners |= found
    partners = dict(sorted(partners.items()))
    partners |= _same_place(old, new, partners)
    return dict(sorted(partners.items()))


def _places(messages: Sequence[Any]) -> dict[str | None, list[int]]:
    places: dict[str | None, list[int]] = {}
    for position, message in enumerate(messages):
        places.setdefault(message_id_of(message), []).append(position)
    return places


def _equal(i_list: list[int], j_list: list[int], numbers: tuple[list[int], list[int]]) -> dict[int, int]:
    """Equal messages find each other: first those that kept their order, then those that moved."""
    old, new = numbers
    kept = common_subsequence([old[i] for i in i_list], [new[j] for j in j_list])
    found = {i_list[a]: j_list[b] for a, b in kept}
    taken = set(found.values())
    free: dict[int, list[int]] = {}
    for j in reversed(j_list):
        if j not in taken:
            free.setdefault(new[j], []).append(j)
    for i in i_list:
        if i not in found and free.get(old[i]):
            found[i] = free[old[i]].pop()
    return found


def _same_place(old: Sequence[Any], new: Sequence[Any], partners: dict[int, int]) -> dict[int, int]:
    """Leftovers of one role between the same two messages that kept their order: an edit, unless both have
    an id.
    """
    kept_order = rising(list(partners.values()))
    seams = [(i, j) for i, j in partners.items() if j in kept_order] + [(len(old), len(new))]
    taken = set(partners.values())
    found: dict[int, int] = {}
    first_i = first_j = 0
    for seam_i, seam_j in seams:
        free = [j for j in range(first_j, seam_j) if j not in taken]
        at = 0
        for i in range(first_i, seam_i):
            if i in partners:
                continue
            for ahead in range(at, min(at + _LOOK_AHEAD, len(free))):
                if _may_be_edit(old[i], new[free[ahead]]):
                    found[i] = free[ahead]
                    at = ahead + 1
                    break
        first_i, first_j = seam_i + 1, seam_j + 1
    return found


def _may_be_edit(before: Any, after: Any) -> bool:
    both_named = message_id_of(before) is not None and message_id_of(after) is not None
    return not both_named and role_of(before) == role_of(after)
