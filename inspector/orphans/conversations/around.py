"""The group that a thread belongs to, found from any of its threads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from inspector.errors import NotFound
from inspector.models import UNKNOWN_TIME, StoreEntry, ThreadEntry
from inspector.orphans.conversations.cluster import split_all
from inspector.orphans.conversations.find import Conversation, conversations, with_said
from inspector.orphans.conversations.opening import Group, Opening
from inspector.orphans.conversations.pause import Pause
from inspector.orphans.conversations.rows import (
    Left,
    learn_pause,
    left_of_hosts,
    left_of_owners,
    left_row,
    with_hosts,
)
from inspector.orphans.conversations.texts import Texts, read_texts
from inspector.reader import Reader

#: How far from the thread others are looked for, and how many on either side.
_OWNERS, _MANY = timedelta(hours=12), 150
#: Of a thread without an owner: others of its hosts, whose texts have to be read.
_CROWD = 60
#: Texts that are read: near ones first, since those decide.
_TEXTS = 120


@dataclass(frozen=True, slots=True)
class Around:
    """`why_alone` is a sentence where no other thread belongs to it, else ""; the group then holds it alone."""

    conversation: Conversation
    why_alone: str
    pause: Pause


def find_group(reader: Reader, entry: StoreEntry, thread_id: str, *, seconds: float) -> Around:
    """`seconds` may be spent on reading what was said. Raises `NotFound` for a thread that the index does not know or
    that is not stored."""
    thread = ThreadEntry.every.filter(store=entry, thread_id=thread_id, verified_at__gt=UNKNOWN_TIME).first()
    if thread is None or not thread.stored:
        raise NotFound(
            "No thread with this id is in the index, so no conversation is known about it.",
            "Take a thread_id from the list of orphans, or open the thread itself: /thread/?id=THREAD_ID.",
        )
    pause = learn_pause(entry)
    row = left_row(thread)
    alone = _not_left(thread)
    near = [] if alone else _near(entry, row, pause)
    openings = with_hosts(entry, [row.opening, *(one.opening for one in near)])
    texts = read_texts(reader, _nearest(openings, row), seconds=seconds)
    groups = split_all(with_said(openings, texts), pause)
    group = next(one for one in groups if thread_id in one.thread_ids)
    alone = alone or (_alone(group, openings, texts, pause) if len(group.openings) == 1 else "")
    return Around(conversations(entry, [group], texts, pause)[0], alone, pause)


def _near(entry: StoreEntry, row: Left, pause: Pause) -> list[Left]:
    """Other threads of its owner on either side, or those of its hosts."""
    at, opening = row.place[0], row.opening
    if opening.owner:
        before = left_of_owners(entry, [opening.owner], at - _OWNERS, at, _MANY)
        after = left_of_owners(entry, [opening.owner], at, at + _OWNERS, _MANY, "last_at")
        found = [*before, *after]
    else:
        span = timedelta(seconds=4 * pause.cut)
        hosts = with_hosts(entry, [opening])[0].hosts
        before = left_of_hosts(entry, hosts, at - span, at, _CROWD)
        after = left_of_hosts(entry, hosts, at, at + span, _CROWD, "last_at")
        found = [*before, *after]
    others = {one.opening.thread_id: one for one in found if one.opening.thread_id != opening.thread_id}
    return list(others.values())


def _nearest(openings: list[Opening], row: Left) -> list[str]:
    at = row.opening.at
    ordered = sorted(openings, key=lambda one: abs(one.at - at))
    return [one.thread_id for one in ordered[:_TEXTS]]


def _not_left(thread: ThreadEntry) -> str:
    """Why it is none of those that are put together."""
    if not thread.one_turn:
        return f"It had {thread.turns} turns: it went on by itself, and is no thread that was left."
    if thread.state == "interrupted":
        return "It waits for an answer to its question, so nobody has left it."
    if thread.muted:
        return "It is muted, and muted threads are put together with none."
    return ""


def _alone(group: Group, openings: list[Opening], texts: Texts, pause: Pause) -> str:
    opening = group.openings[0]
    minutes = max(1, round(pause.cut / 60))
    if opening.owner:
        gaps = [abs((one.at - opening.at).total_seconds()) for one in openings if one.thread_id != opening.thread_id]
        if not gaps:
            return "Its owner has no other one-turn thread within 12 hours of it."
        if min(gaps) > pause.cut:
            return (
                f"No other one-turn thread of its owner is within {minutes} minutes of it, which is a long pause here."
            )
        if texts.cut:
            return "By time alone it belongs to no other thread of its owner, and not all that was said could be read."
        return (
            "Its owner's threads near it are of another graph, or what is said in it begins a conversation of its own."
        )
    if texts.cut:
        return "It names no owner, and what is said in it and near it could not all be read."
    return (
        "It names no owner, and nothing that is said in it or near it, on the same host and graph, leans on another "
        "thread clearly enough."
    )
