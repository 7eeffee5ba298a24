"""Following one message through the versions of a list: which version to look at next, and what became of it.

Removals and returns are possible at any version, so nothing is certain of one that was not looked at. Where a channel
has too many of them, those are looked at first that lie between two that differ: each such search ends at a change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import nlargest
from itertools import pairwise
from typing import Literal, TypeAlias

from inspector.domain.align import rising
from inspector.domain.diff import same_value
from inspector.domain.messages import message_id_of
from inspector.domain.value import Value

EventKind: TypeAlias = Literal["arrived", "edited", "moved", "removed", "returned"]


@dataclass(frozen=True, slots=True)
class Sighting:
    """The message in one version of the list: its value, its place from 0, and the ids of all messages there, ""
    for those that have none."""

    value: Value
    position: int
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """What became of the message at the version `at`. `since` is the version before that was looked at, None where the
    list began; where it is not the one just before, the change may be of any in between."""

    kind: EventKind
    since: int | None
    at: int

    @property
    def exactly(self) -> bool:
        return self.since is None or self.at - self.since == 1


def find_message(value: object, message_id: str) -> Sighting | None:
    """The message of that id in a channel's value: a list, or a message by itself."""
    items: Sequence[Value] = value if isinstance(value, list) else [value]  # type: ignore[list-item]
    ids = tuple(message_id_of(item) or "" for item in items)
    if message_id not in ids:
        return None
    position = ids.index(message_id)
    return Sighting(items[position], position, ids)


def shared(found: Sighting | None, known: list[Value]) -> Sighting | None:
    """The sighting with the value that was seen before where it is the same, which makes comparing them quick. `known`
    collects the different ones."""
    if found is None:
        return None
    same = next((value for value in known if same_value(value, found.value)), None)
    if same is None:
        known.append(found.value)
        return found
    return replace(found, value=same)


def next_versions(looked: Mapping[int, Sighting | None], count: int, most: int) -> list[int]:
    """Which of `count` versions to look at next, `most` of them: the ends, then between any two that differ, and
    when none do, where least is known. Empty when all were looked at."""
    ends = [end for end in dict.fromkeys((count - 1, 0)) if count and end not in looked]
    if ends:
        return ends[:most]
    gaps = [(old, new) for old, new in pairwise(sorted(looked)) if new - old > 1]
    differing = [(old, new) for old, new in gaps if not _same(looked[old], looked[new])]
    chosen = nlargest(most, differing or gaps, key=lambda gap: (gap[1] - gap[0], gap[1]))
    return [(old + new) // 2 for old, new in chosen]


def list_events(looked: Mapping[int, Sighting | None]) -> list[Event]:
    """What became of the message, oldest first."""
    events: list[Event] = []
    before: Sighting | None = None
    since: int | None = None
    gone = False
    for at in sorted(looked):
        now = looked[at]
        if now is not None and before is None:
            events.append(Event("returned" if gone else "arrived", since, at))
        elif now is None and before is not None:
            events.append(Event("removed", since, at))
            gone = True
        elif now is not None and before is not None:
            if not _same(before, now):
                events.append(Event("edited", since, at))
            elif has_moved(before, now):
                events.append(Event("moved", since, at))
        before, since = now, at
    return events


def has_moved(before: Sighting, now: Sighting) -> bool:
    """Whether the message changed places with others that stayed. Those that came or went in front of it do not
    count."""
    message_id = now.ids[now.position]
    if before.ids[: before.position] == now.ids[: now.position]:
        return False
    places = {name: place for place, name in enumerate(now.ids) if name}
    stayed = [places[name] for name in dict.fromkeys(before.ids) if name in places]
    return places[message_id] not in rising(stayed)


def _same(before: Sighting | None, now: Sighting | None) -> bool:
    if before is None or now is None:
        return before is now
    return before.value is now.value or same_value(before.value, now.value)
