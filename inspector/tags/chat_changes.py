"""A conversation and what changed in it: each message that came, went, moved or was edited at its place, those that
stayed folded between them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.utils.html import escape

from inspector.domain.dialogue import read_dialogue
from inspector.domain.diff import diff_values
from inspector.domain.messages import Message, as_message, message_text
from inspector.domain.text import count_noun, diff_words
from inspector.domain.value import Value
from inspector.tags.chat import render_message, render_words
from inspector.tags.marks import shown
from inspector.tags.places import render_places
from inspector.tags.room import CARD_NODES, Room
from inspector.tags.toolcalls import NO_TALK, Talk, join_results
from inspector.tags.values import HasValue, render_value

_SHOWN_FIELDS = 20
#: Unchanged messages of one stretch that unfold in place, the last of them; with `unfold` this many in all.
_IN_PLACE = 10
_UNFOLDED = 60
#: Room of a fold: what stayed must not take that of what changed.
_FOLD_NODES, _FOLD_CHARACTERS = 60, 4_000
_AROUND_NODES, _AROUND_CHARACTERS = 80 * CARD_NODES, 12_000
_LINE = 140
_WORDS = {"added": "added", "removed": "removed", "changed": "edited"}


class MessageChange(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def before(self) -> HasValue: ...
    @property
    def after(self) -> HasValue: ...
    @property
    def moved(self) -> bool: ...
    @property
    def position_before(self) -> int | None: ...
    @property
    def position_after(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class _Row:
    """A changed message, or one that stayed: `position` is its place in the newer list, in the older one where it is
    gone."""

    position: int
    entry: MessageChange | None = None

    @property
    def gone(self) -> bool:
        return self.entry is not None and self.entry.position_after is None


def render_conversation_change(
    before: Sequence[Value], after: Sequence[Value], entries: Sequence[MessageChange], room: Room, *, whole: bool
) -> tuple[str, int]:
    """The conversation, and how many of the entries it shows. Not `whole` when entries beyond these were left out."""
    items = _stretches(before, after, entries, whole=whole)
    around = Room(_AROUND_NODES, _AROUND_CHARACTERS, room.page, room.spot)
    return _Conversation(after, room, items, around).render()


def _stretches(
    before: Sequence[Value], after: Sequence[Value], entries: Sequence[MessageChange], *, whole: bool
) -> list[_Row | range]:
    """Changed messages, what stands right before each, and the stretches to fold between them."""
    found: list[_Row | range] = []
    at = 0
    for entry, place in zip(entries, _places(len(before), entries), strict=True):
        _stay(found, range(at, place), before_change=True)
        at = max(at, place)
        found.append(_Row(at if entry.position_after is not None else entry.position_before or 0, entry))
        at += entry.position_after is not None
    if whole:
        _stay(found, range(at, len(after)), before_change=False)
    return found


def _stay(found: list[_Row | range], stretch: range, *, before_change: bool) -> None:
    """One before a change is shown as its context; a single one is not worth folding either."""
    if before_change and stretch:
        folded, shown_ones = stretch[:-1], stretch[-1:]
    else:
        folded, shown_ones = stretch, stretch[:0]
    if len(folded) == 1:
        found.append(_Row(folded[0]))
    elif folded:
        found.append(folded)
    found.extend(_Row(position) for position in shown_ones)


def _places(length: int, entries: Sequence[MessageChange]) -> list[int]:
    """Where each entry stands in the newer list; a removed one before the message that followed it. What no entry
    mentions kept its order, so the place of each in both lists is told by counting."""
    taken = {entry.position_before for entry in entries if entry.position_before is not None}
    arrived = sorted(entry.position_after for entry in entries if entry.position_after is not None)
    stayed_before = [i for i in range(length) if i not in taken]
    places = []
    for entry in entries:
        if entry.position_after is not None:
            places.append(entry.position_after)
            continue
        number = bisect_left(stayed_before, entry.position_before or 0)  # how many that stayed stand before it
        places.append(_after(number, arrived))
    for n in range(len(places) - 2, -1, -1):  # entries are in order: none stands after the next one
        places[n] = min(places[n], places[n + 1])
    return places


def _after(stayed: int, arrived: Sequence[int]) -> int:
    """The place in the newer list right after so many messages that stayed."""
    place = stayed
    for position in arrived:
        if position >= place:
            break
        place += 1
    return place


@dataclass(slots=True)
class _Conversation:
    """Draws the rows of one change. What changed takes its room first, folded ones what is left."""

    after: Sequence[Value]
    room: Room
    items: Sequence[_Row | range]
    around: Room  #: for what stayed beside a change; not the channel's, so that there is room for what changed
    drawn: int = 0

    def render(self) -> tuple[str, int]:
        rows = {item.position: item for item in self.items if isinstance(item, _Row) and not item.gone}
        folded = {position for item in self.items if isinstance(item, range) for position in self._unfolds(item)}
        away = self.room.spot.state_url() if self.room.spot is not None else ""
        talk = Talk(read_dialogue(self.after, rows), self.room.anchor, frozenset({*rows, *folded}), away=away)
        joined = join_results(list(rows), talk, lambda position, talk: self._card(rows[position], talk))
        cards = {position: html for position, html, _ in joined}
        gone = [self._card(item, NO_TALK) if isinstance(item, _Row) and item.gone else "" for item in self.items]
        pieces = []
        for item, removed in zip(self.items, gone, strict=True):
            if isinstance(item, range):
                pieces.append(self._fold(item, talk))
            else:
                pieces.append(removed if item.gone else cards.get(item.position, ""))
        return f'<div class="chat changed">{"".join(pieces)}</div>', self.drawn

    def _card(self, row: _Row, talk: Talk) -> str:
        if row.entry is None:
            message = as_message(self.after[row.position])
            room = self.around
            if message is None:
                return ""
            if not room.take_node(CARD_NODES):
                return '<p class="more">… 1 unchanged message, see JSON</p>'
            return render_message(message, room, render_value, kind="same", position=row.position, talk=talk)
        if not self.room.take_node(CARD_NODES):
            return ""
        self.drawn += 1
        position = None if row.gone else row.position
        return render_changed_message(row.entry, self.room, position=position, talk=talk)

    def _fold(self, stretch: range, talk: Talk) -> str:
        """A row in their place that unfolds: the last of them, and where there are more, a link to more."""
        asked, shown_ones = self._asked, self._unfolds(stretch)
        words = count_noun(len(stretch), "unchanged message")
        head = f'<summary><span class="ln">{words}</span></summary>'
        room = self.room.within(*((400, 30_000) if asked else (_FOLD_NODES, _FOLD_CHARACTERS)))
        newest_first = (self._folded(position, room, talk, whole=asked) for position in reversed(shown_ones))
        lines = [line for line in newest_first if line]
        earlier = len(stretch) - len(lines)
        more = f'<p class="more">… {earlier:,} earlier, see the state</p>' if earlier and asked else ""
        if earlier and not asked:
            more = f'<p class="more">… {earlier:,} earlier. {self._unfold_link()}</p>'
        opened = " open" if asked else ""
        return f'<details class="stay"{opened}>{head}{more}{"".join(reversed(lines))}</details>'

    @property
    def _asked(self) -> bool:
        return self.room.spot is not None and self.room.spot.is_unfolded

    def _unfolds(self, stretch: range) -> range:
        return stretch[-(_UNFOLDED if self._asked else _IN_PLACE) :]

    def _unfold_link(self) -> str:
        spot = self.room.spot
        if spot is None or not spot.channel:
            return ""
        return f'<a href="{escape(spot.unfold_url())}" data-unfold>Show more of them</a>'

    def _folded(self, position: int, room: Room, talk: Talk, *, whole: bool) -> str:
        message = as_message(self.after[position])
        if message is None or not room.take_node(CARD_NODES if whole else 1):
            return ""
        if whole:
            return render_message(message, room, render_value, kind="same", position=position, talk=talk)
        text = message_text(message, _LINE)
        text = text[: room.take_text(len(text))]
        role = shown(message.role)
        return f'<p class="brief"{talk.card_id(position)} data-role="{role}"><b>{role}</b> <bdi>{shown(text)}</bdi></p>'


def render_changed_message(
    entry: MessageChange, room: Room, *, position: int | None = None, talk: Talk = NO_TALK
) -> str:
    """The card of a message that came, went, moved or was edited, by itself."""
    old, new = as_message(entry.before.value), as_message(entry.after.value)
    message = new or old
    if message is None:
        return ""
    places = (entry.position_before, entry.position_after)
    marks = _mark(entry.kind)
    if entry.moved:
        where = f" {places[0] + 1:,} → {places[1] + 1:,}" if places[0] is not None and places[1] is not None else ""
        same = entry.kind == "changed" and old is not None and new is not None and old.raw == new.raw
        marks = f'{"" if same else marks}<span class="badge" data-kind="moved">moved{where}</span>'
    if old is None or new is None:
        return render_message(message, room, render_value, kind=entry.kind, marks=marks, position=position, talk=talk)
    body = _edited(old, new, room)
    kind = "moved" if body is None else "changed"
    return render_message(new, room, render_value, kind=kind, marks=marks, body=body, position=position, talk=talk)


def _mark(kind: str) -> str:
    """A word; the sign before it is the style sheet's."""
    return f'<span class="badge" data-kind="{shown(kind)}">{shown(_WORDS.get(kind, kind))}</span>'


def _edited(old: Message, new: Message, room: Room) -> str | None:
    """The text by word, then every other field that changed. None when nothing did: the message only moved."""
    fields = diff_values(old.raw, new.raw, max_entries=200)
    if not fields:
        return None
    by_word = old.text != new.text
    body = str(render_words(diff_words(old.text, new.text), room)) if by_word or new.text else ""
    whole_text = all(isinstance(_content(message), str) for message in (old, new))
    others = [field for field in fields if not (whole_text and field.path == "/content")]
    told = [(field.path, field.kind, field.before, field.after) for field in others[:_SHOWN_FIELDS]]
    if told:
        body += f'<div class="diff">{render_places(told, room)}</div>'
    left = len(others) - len(told)
    return body + (f'<p class="more">… {left:,} more fields, see JSON</p>' if left else "")


def _content(message: Message) -> Value:
    fields = message.raw if isinstance(message.raw, dict) else message.raw.fields
    return fields.get("content")
