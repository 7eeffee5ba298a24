"""Groups of threads as the items that pages show, and why we think so, in words."""

from __future__ import annotations

import glob
from collections.abc import Mapping, Sequence
from datetime import UTC
from itertools import pairwise

from inspector.decode import Sight
from inspector.domain.text import count_noun
from inspector.index.queries import stored_threads
from inspector.models import StoreEntry
from inspector.orphans.conversations.find import SHOWN, Conversation
from inspector.orphans.conversations.opening import Group, Join, Opening
from inspector.orphans.conversations.pause import Pause
from inspector.tags.ids import owner_key
from inspector.tags.words import number, seconds
from inspector.views.contexts.conversations import GroupItem, SaidItem

#: Threads that data lists of one group.
LISTED = 500


def group_items(store: StoreEntry, found: Sequence[Conversation], pause: Pause, sight: Sight) -> tuple[GroupItem, ...]:
    keys = _owner_keys(store, [one.group for one in found if one.group.owner])
    return tuple(_item(one, keys.get(one.group.thread_ids[0], ""), pause, sight) for one in found)


def _item(one: Conversation, key: str, pause: Pause, sight: Sight) -> GroupItem:
    group = one.group
    joins: tuple[Join | None, ...] = (None, *group.joins)
    return GroupItem(
        threads=len(group.openings),
        thread_ids=group.thread_ids[:LISTED],
        owner=sight.see_owner(group.owner),
        owner_key=key,
        graph=group.graph,
        hosts=group.hosts,
        shapes=group.shapes,
        first_at=group.first_at.astimezone(UTC),
        last_at=group.last_at.astimezone(UTC),
        confidence=round(group.confidence, 3),
        likely=group.likely,
        others=group.others,
        why=why_together(group, key, pause),
        perhaps=one.perhaps,
        said=tuple(
            _said(one, opening, join) for opening, join in list(zip(group.openings, joins, strict=True))[:SHOWN]
        ),
        mute_pattern=glob.escape(sight.see_owner(group.owner)),
        ids=_ids(group),
        span=seconds((group.last_at - group.first_at).total_seconds()),
    )


def _ids(group: Group) -> str:
    """What its ids look like, and how many of them were chosen."""
    made = [shape for shape in group.shapes if shape]
    chosen = sum(not one.shape for one in group.openings)
    return ", ".join([*made, *([f"{number(chosen)} chosen" if made else "chosen"] if chosen else [])])


def _said(one: Conversation, opening: Opening, join: Join | None) -> SaidItem:
    said = one.texts.said.get(opening.thread_id)
    return SaidItem(
        thread_id=opening.thread_id,
        at=opening.at.astimezone(UTC),
        hosts=opening.hosts,
        first=said.first if said is not None else None,
        answer=said.answer if said is not None else None,
        chance=round(join.chance, 3) if join is not None else None,
        signs=join.signs if join is not None else (),
    )


def why_together(group: Group, key: str, pause: Pause) -> str:
    """Full sentences. Of texts, only what kind of sign they gave."""
    if len(group.openings) < 2:
        return ""
    longest = max((after.at - before.at).total_seconds() for before, after in pairwise(group.openings))
    told = f"never more than {seconds(longest)} apart" if longest >= 1 else "within a second of each other"
    if group.owner:
        usual = "people here" if pause.learnt else "people are taken to"
        pauses = f"{usual} pause {seconds(pause.middle)} as a rule, {seconds(pause.cut)} at most"
        sentence = f"The same {_listed([key or 'owner', *_shared(group)])}, {told}; {pauses}."
    else:
        signs = list(dict.fromkeys(sign for join in group.joins for sign in join.signs))[:4]
        shared = f" The same {_listed(_shared(group))}, {told}." if _shared(group) else ""
        sentence = f"No owner is named, so only words tell: {'; '.join(signs)}.{shared}"
    if group.others:
        sentence += f" Some of it could also follow {count_noun(group.others, 'other thread')}."
    return sentence


def _shared(group: Group) -> list[str]:
    """What its threads share beside the owner."""
    shared = []
    if group.graph and all(one.graph == group.graph for one in group.openings):
        shared.append("graph")
    if len(group.hosts) == 1:
        shared.append("host")
    return shared


def _listed(words: Sequence[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _owner_keys(store: StoreEntry, groups: Sequence[Group]) -> Mapping[str, str]:
    """The metadata key of each group's owner, by its first thread."""
    owners = {group.thread_ids[0]: group.owner for group in groups}
    rows = stored_threads([store.pk], list(owners)).values_list("thread_id", "metadata")
    return {thread_id: owner_key(metadata, owners[thread_id]) for thread_id, metadata in rows}
