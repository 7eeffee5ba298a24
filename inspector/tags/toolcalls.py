"""Tool calls and their results as one: each call with what became of it, each result with what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from django.utils.html import escape

from inspector.domain.dialogue import Dialogue, seconds_taken
from inspector.domain.message_parts import ToolCall
from inspector.domain.messages import Message
from inspector.domain.text import shorten_middle
from inspector.tags.compact import compact
from inspector.tags.marks import shown

_ARGS = 120
#: Messages of a conversation that are shown, the newest ones.
SHOWN_MESSAGES = 60


@dataclass(frozen=True, slots=True)
class Talk:
    """A list of messages as far as its cards need it. `anchor` begins the id of each card, "" for none; `in_view` are
    the positions that have a card; `nested` draws the results that stand under a call, by its number in its message,
    as HTML, "" where there is no room."""

    dialogue: Dialogue = field(default_factory=Dialogue)
    anchor: str = ""
    in_view: frozenset[int] = frozenset()
    nested: Mapping[int, Callable[[], str]] = field(default_factory=dict)
    away: str = ""  #: an address on which the newest messages have their cards, "" for none

    def card_id(self, position: int | None) -> str:
        return f' id="{self.anchor}{position}"' if self.anchor and position is not None else ""

    def named(self, position: int) -> str:
        """ "message 14", as a link where its card is on this page or on the state's."""
        words = f"message {position + 1:,}"
        if self.anchor and position in self.in_view:
            return f'<a href="#{self.anchor}{position}">{words}</a>'
        if self.anchor and self.away and position >= self.dialogue.length - SHOWN_MESSAGES:
            return f'<a href="{escape(self.away)}#{self.anchor}{position}">{words}</a>'
        return words


NO_TALK = Talk()


def join_results(
    positions: Sequence[int], talk: Talk, card: Callable[[int, Talk], str]
) -> Iterator[tuple[int, str, int]]:
    """The cards at some positions in the order given, those of results under the calls that they answer where both are
    there: each with its position and the number of its messages, itself and its results. `card` draws one, or "" where
    there is no room for it; a result is drawn when its call is, and not at all where that has no room."""
    there = set(positions)
    under: dict[int, dict[int, int]] = {}
    placed: set[int] = set()
    for (asked_at, number), position in talk.dialogue.answers.items():
        if position in there and asked_at in there and position not in placed:  # one message may answer several calls
            under.setdefault(asked_at, {})[number] = position
            placed.add(position)
    plain = replace(talk, dialogue=Dialogue())
    for position in positions:
        if position in placed:
            continue
        held = {number: partial(card, place, plain) for number, place in under.get(position, {}).items()}
        yield position, card(position, replace(talk, nested=held)), 1 + len(held)


def call_standing(call: ToolCall, position: int, number: int, talk: Talk) -> str:
    """What became of a call: its result, where that is, or that there is none. A call without a result makes most
    models refuse the conversation, so it is said in full."""
    if number in talk.nested:
        result = talk.nested[number]()
        where = f"result: message {talk.dialogue.answers[position, number] + 1:,}, see JSON"
        return f'<div class="answers">{result}</div>' if result else f'<p class="outcome">{where}</p>'
    match talk.dialogue.standing(call, position, number):
        case "answered":
            where = talk.named(talk.dialogue.answers[position, number])
            return f'<p class="outcome">result: {where}</p>'
        case "skipped":
            return (
                '<p class="outcome bad"><b>No result.</b> The conversation went on without one; most models refuse'
                " such a list of messages.</p>"
            )
        case "open":
            return '<p class="outcome warn"><b>No result yet.</b> A later step may bring it.</p>'
    return ""


def answered_call(message: Message, position: int | None, talk: Talk) -> str:
    """For a result: which call it answers, by name and arguments, with a link to it."""
    call_id = message.tool_call_id
    if not call_id or position is None or not talk.dialogue.length:
        return ""
    found = talk.dialogue.asked.get((position, call_id))
    if found is None and not talk.dialogue.whole:
        return ""
    if found is None:
        return '<p class="outcome warn"><b>Answers no call</b> that is among these messages.</p>'
    asked_at, call = found
    line, _ = compact(call.args, _ARGS)
    name = f"<b><bdi>{shown(shorten_middle(call.name or '?', 60))}</bdi></b>"
    late = "" if asked_at < position else " <b>which comes after it</b>"
    return (
        f'<p class="outcome">answers {name} <code><bdi>{shown(line)}</bdi></code> of {talk.named(asked_at)}{late}</p>'
    )


def time_taken(message: Message) -> str:
    """ "0.4 s" where a tool's message says how long it took, else ""."""
    seconds = seconds_taken(message)
    if seconds is None:
        return ""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:,.1f} s"
