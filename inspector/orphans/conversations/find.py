"""Groups of one-turn threads, the newest first: found in the index, and told apart more finely by what was said."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from inspector.index.cursor import Cursor, decode_cursor
from inspector.models import StoreEntry, ThreadEntry
from inspector.orphans.conversations.cluster import find_conversations
from inspector.orphans.conversations.opening import Group, Opening
from inspector.orphans.conversations.pause import Pause
from inspector.orphans.conversations.rows import Place, going_on_of, learn_pause, with_hosts
from inspector.orphans.conversations.texts import BYTES, SECONDS, Texts, read_texts
from inspector.orphans.conversations.window import read_window
from inspector.reader import Reader

#: Threads of a group whose first words are shown.
SHOWN = 5
#: Threads of a page that are read beyond those that are wanted at first.
_MORE = 50
_SORT = "-last_at"


@dataclass(frozen=True, slots=True)
class Conversation:
    """A group with what its threads said, by thread_id, as far as it was read. `perhaps` is a thread of the same owner
    and time that went on, of which these may be lost turns; "" where there is none."""

    group: Group
    texts: Texts
    perhaps: str = ""


@dataclass(frozen=True, slots=True)
class GroupPage:
    """`next` is the next page's `after`, "" on the last. `looked` are the one-turn threads that were gone through,
    `texts` what was read of them."""

    groups: tuple[Conversation, ...]
    next: str
    looked: int
    texts: Texts
    pause: Pause


def find_groups(
    reader: Reader, entry: StoreEntry, *, after: str = "", limit: int = 10, seconds: float = SECONDS
) -> GroupPage:
    """Raises `BadRequest` for a cursor that is none. `seconds` may be spent on reading texts; with 0 none are read, and
    threads without an owner stay alone."""
    until = time.monotonic() + seconds
    place: Place | None = decode_cursor(after, sort=_SORT).place() if after else None
    pause = learn_pause(entry)
    window = read_window(entry, pause, place, limit)
    owned = with_group_hosts(entry, window.groups)
    crowd = with_hosts(entry, [row.opening for row in window.crowd]) if seconds else []
    texts = read_texts(reader, wanted(owned, crowd), seconds=seconds) if seconds else Texts()
    groups, texts = _told_apart(reader, owned, texts, pause, until)
    groups += find_conversations(with_said(crowd, texts), pause)
    groups.sort(key=lambda group: (group.last_at, group.thread_ids[-1]), reverse=True)
    following = Cursor.at(_SORT, *window.next).encode() if window.next is not None else ""
    return GroupPage(conversations(entry, groups, texts, pause), following, window.looked, texts, pause)


def conversations(entry: StoreEntry, groups: Sequence[Group], texts: Texts, pause: Pause) -> tuple[Conversation, ...]:
    perhaps = _going_on(entry, groups, pause)
    return tuple(Conversation(group, texts, perhaps.get(group.thread_ids[0], "")) for group in groups)


def _told_apart(
    reader: Reader, owned: Sequence[Group], texts: Texts, pause: Pause, until: float
) -> tuple[list[Group], Texts]:
    """The parts that words leave of each group. Where they part it, other threads come into sight: these are read as
    well, with what is left of the page's time and bytes, and part it further."""
    groups: list[Group] = []
    asked, most = set(wanted(owned, [])), _MORE
    for group in owned:
        while True:
            parts = told_apart(group, texts, pause)
            unread = [one for part in parts for one in part.thread_ids[:SHOWN] if one not in asked]
            if not unread or texts.cut or time.monotonic() >= until:
                break
            texts = _with_more(reader, texts, unread[:most], until, cut=len(unread) > most)
            asked.update(unread)
            most -= len(unread[:most])
        groups += parts
    return groups, texts


def _with_more(reader: Reader, texts: Texts, thread_ids: Sequence[str], until: float, *, cut: bool) -> Texts:
    more = read_texts(reader, thread_ids, seconds=until - time.monotonic(), size=BYTES - texts.size)
    said = {**texts.said, **more.said}
    return Texts(said, cut or more.cut, more.error, more.hint, texts.size + more.size)


def told_apart(group: Group, texts: Texts, pause: Pause) -> list[Group]:
    """The same group, weighed again with what was read of it, else strictly by time; it may fall into several, or
    into none."""
    return find_conversations(with_said(group.openings, texts), pause)


def _going_on(entry: StoreEntry, groups: Iterable[Group], pause: Pause) -> Mapping[str, str]:
    """By a group's first thread, the nearest thread of its owner that went on and was active at the time."""
    owned = [group for group in groups if group.owner]
    if not owned:
        return {}
    near = timedelta(seconds=pause.cut)
    since, until = min(group.first_at for group in owned) - near, max(group.last_at for group in owned) + near
    theirs: dict[str, list[ThreadEntry]] = defaultdict(list)
    for thread in going_on_of(entry, {group.owner for group in owned}, since, until):
        theirs[thread.owner].append(thread)
    found = {}
    for group in owned:
        beside = [thread for thread in theirs[group.owner] if _is_beside(thread, group, near)]
        if beside:
            nearest = min(beside, key=lambda thread: abs(thread.last_at - group.first_at))
            found[group.thread_ids[0]] = nearest.thread_id
    return found


def _is_beside(thread: ThreadEntry, group: Group, near: timedelta) -> bool:
    same = not thread.graph or not group.graph or thread.graph == group.graph
    return same and thread.first_at - near <= group.last_at and thread.last_at + near >= group.first_at


def wanted(owned: Sequence[Group], crowd: Sequence[Opening]) -> list[str]:
    """Threads whose texts are read: what the page shows first, then what decides where the times are in doubt."""
    shown = [thread_id for group in owned for thread_id in group.thread_ids[:SHOWN]]
    doubtful = [
        one.thread_id
        for group in owned
        for one, join in zip(group.openings[1:], group.joins, strict=True)
        if join.doubtful
    ]
    return list(dict.fromkeys([*shown, *(one.thread_id for one in crowd), *doubtful]))


def with_said(openings: Iterable[Opening], texts: Texts) -> list[Opening]:
    """With what was said first, where that was read."""
    return [
        replace(one, first=said.first) if (said := texts.said.get(one.thread_id)) is not None else one
        for one in openings
    ]


def with_group_hosts(entry: StoreEntry, groups: Sequence[Group]) -> list[Group]:
    named = {one.thread_id: one for one in with_hosts(entry, [one for group in groups for one in group.openings])}
    return [Group(tuple(named[thread_id] for thread_id in group.thread_ids), group.joins) for group in groups]
