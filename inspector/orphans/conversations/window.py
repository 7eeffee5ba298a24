"""A page of groups from the index alone: which rows it looks at, and where the next page begins.

Rows are walked from the newest one, in steps. An owner's threads lie among everybody else's, so a page ends where it
has enough groups or has looked at enough rows, and the groups at its lower end are filled up by their owners' older
rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from inspector.models import StoreEntry
from inspector.orphans.conversations.cluster import LENIENT, find_conversations
from inspector.orphans.conversations.opening import Group
from inspector.orphans.conversations.pause import Pause
from inspector.orphans.conversations.rows import Left, Place, left_just_after, left_of_owners, newest_left

#: Rows of a step, and steps of a page.
STEP, STEPS = 1_200, 2
#: Of the threads that name no owner, so many are told apart by their texts on one page.
CROWD = 80
#: Rows newer than a page that are looked at for the groups that go on beyond its upper end, and older ones for those
#: that go on beyond the lower one.
_ABOVE, _BELOW, _AGE = 1_000, 500, timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Window:
    """`groups` name their owner; `crowd` are the rows that name none. `next` is where the next page begins, None at the
    end; `looked` counts the rows."""

    groups: tuple[Group, ...]
    crowd: tuple[Left, ...]
    next: Place | None
    looked: int


def read_window(entry: StoreEntry, pause: Pause, after: Place | None, limit: int) -> Window:
    above = left_just_after(entry, after, pause.cut, _ABOVE) if after is not None else []
    rows: list[Left] = []
    for _ in range(STEPS):
        part = newest_left(entry, rows[-1].place if rows else after, STEP)
        rows += part
        places = {row.opening.thread_id: row.place for row in (*above, *rows)}
        groups = [group for group in _owned([*above, *rows], pause) if after is None or _place(group, places) < after]
        crowd = [row for row in rows if not row.opening.owner]
        ended = len(part) < STEP
        if ended or len(groups) > limit or len(crowd) > CROWD:
            break
    end = _end(groups, crowd, places, limit, None if ended else rows[-1].place)
    if end is not None:
        groups = [group for group in groups if _place(group, places) >= end]
        crowd = [row for row in crowd if row.place >= end]
    groups = _filled(entry, groups, [*above, *rows], pause) if not ended else groups
    return Window(tuple(groups), tuple(crowd), end, len(rows))


def _owned(rows: Sequence[Left], pause: Pause) -> list[Group]:
    return find_conversations((row.opening for row in rows if row.opening.owner), pause, LENIENT)


def _place(group: Group, places: dict[str, Place]) -> Place:
    """Of its newest thread."""
    return max(places[thread_id] for thread_id in group.thread_ids)


def _end(
    groups: Sequence[Group], crowd: Sequence[Left], places: dict[str, Place], limit: int, bottom: Place | None
) -> Place | None:
    """The last place of the page: where the rows end, or where there is enough to show, whatever comes first."""
    ends = [bottom] if bottom is not None else []
    if len(groups) > limit:
        ends.append(sorted((_place(group, places) for group in groups), reverse=True)[limit - 1])
    if len(crowd) > CROWD:
        ends.append(crowd[CROWD - 1].place)
    return max(ends, default=None)


def _filled(entry: StoreEntry, groups: Sequence[Group], rows: Sequence[Left], pause: Pause) -> list[Group]:
    """Groups that may go on below the rows that were read, with the older threads of their owners."""
    bottom = rows[-1].place[0]
    edge = bottom + timedelta(seconds=pause.cut)
    open_ended = {group.owner for group in groups if group.first_at <= edge}
    if not open_ended:
        return list(groups)
    known = {row.opening.thread_id for row in rows}
    older = left_of_owners(entry, open_ended, bottom - _AGE, bottom, _BELOW)
    theirs = [row for row in rows if row.opening.owner in open_ended]
    theirs += [row for row in older if row.opening.thread_id not in known]
    shown = {group.thread_ids[-1] for group in groups if group.owner in open_ended}
    whole = [group for group in _owned(theirs, pause) if shown.intersection(group.thread_ids)]
    kept = [group for group in groups if group.owner not in open_ended]
    return sorted((*kept, *whole), key=lambda group: (group.last_at, group.thread_ids[-1]), reverse=True)
