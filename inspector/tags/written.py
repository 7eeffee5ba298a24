"""What a reducer made of what nodes wrote, in a sentence: "agent wrote 1 message; the channel holds 11"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from django.template import Library
from django.utils.safestring import SafeString, mark_safe

from inspector.domain.effects import count_written
from inspector.domain.messages import as_message, is_message_list
from inspector.domain.text import count_noun, shorten_middle
from inspector.domain.value import Absent, Tagged, Value
from inspector.tags.marks import shown
from inspector.tags.values import HasValue

register = Library()

_NAMES = 4


class Written(Protocol):
    @property
    def node_name(self) -> str: ...
    @property
    def value(self) -> HasValue: ...


class Named(Protocol):
    @property
    def channel(self) -> str: ...


class Change(Protocol):
    @property
    def written(self) -> Sequence[Written]: ...
    @property
    def written_left_out(self) -> int: ...
    @property
    def effect(self) -> str: ...
    @property
    def form(self) -> str: ...
    @property
    def after(self) -> HasValue: ...
    @property
    def entries(self) -> Sequence[object]: ...
    @property
    def left_out(self) -> int: ...


@register.filter
def written_as_is(change: Change) -> SafeString:
    """Who wrote the value that the channel now holds, where that was one write and there is nothing more to tell."""
    alone = change.effect == "replaced" and len(change.written) == 1 and not change.written_left_out
    return mark_safe(_who(change.written) if alone else "")  # noqa: S308  `_who` escapes


@register.filter
def effect_words(change: Change) -> SafeString:
    """One sentence; "" where writes are not stored."""
    if not change.written:
        return mark_safe("")
    who = _who(change.written)
    what = _what(_values(change.written), change.form, more=change.written_left_out)
    if change.effect == "replaced":
        said = f"wrote {what}; the channel holds the last one"
    elif change.effect == "same":
        said = "wrote the value that was there already: no change"
    else:
        said = f"wrote {what}{_became(change)}"
    return mark_safe(f"{who} {said}.")  # noqa: S308  `_who` escapes


@register.filter
def wrote_words(item: Written) -> SafeString:
    """Who one write is of, and what it holds."""
    return mark_safe(f"{_who([item])} wrote {_what(_values([item]), '', more=0)}")  # noqa: S308  `_who` escapes


@register.filter
def never_written(unchanged: Sequence[str], rewritten: Sequence[Named]) -> list[str]:
    """Of the channels that did not change, those that nothing was written to."""
    named = {item.channel for item in rewritten}
    return [name for name in unchanged if name not in named]


@register.filter
def rewritten_words(item: Change) -> SafeString:
    """The same of a channel that holds what it held."""
    return mark_safe(f"{_who(item.written)} wrote")  # noqa: S308  `_who` escapes


def _who(written: Sequence[Written]) -> str:
    names = Counter(item.node_name for item in written)
    told = [
        f"<b><bdi>{shown(shorten_middle(name, 40))}</bdi></b>" if name else "a task that is not named"
        for name in list(names)[:_NAMES]
    ]
    more = len(names) - len(told)
    rest = [f"{more:,} more"] if more else []
    return " and ".join([", ".join([*told, *rest][:-1]), [*told, *rest][-1]] if len(told) + more > 1 else told)


def _values(written: Sequence[Written]) -> list[Value]:
    return [value for item in written if not isinstance(value := item.value.value, Absent)]


def _what(values: Sequence[Value], form: str, *, more: int) -> str:
    """ "1 message", "3 elements", "a value"; of several writes how many they were."""
    times = f" in {count_noun(len(values) + more, 'write')}" if len(values) + more > 1 else ""
    messages = form == "messages" or any(is_message_list(value) or as_message(value) for value in values)
    if not more and messages:
        return count_noun(count_written(values), "message") + times
    if not more and any(isinstance(value, list) for value in values):
        return count_noun(count_written(values), "element") + times
    if any(isinstance(value, Tagged) and value.short_name == "Overwrite" for value in values):
        return "a value to overwrite it" + times
    return "a value" + times if not times else count_noun(len(values) + more, "value")


def _became(change: Change) -> str:
    """ "; the channel holds 11 (appended)"."""
    if change.effect == "merged":
        return ", whose keys were put into what was there"
    held = change.after.value
    if not isinstance(held, list):
        return ", of which its reducer made another value" if change.effect == "other" else ""
    how = "all of it appended" if change.effect == "appended" else _kinds(change)
    return f"; the channel holds {len(held):,}{f' ({how})' if change.effect else ''}"


def _kinds(change: Change) -> str:
    """ "1 added, 2 removed": what came of it, by the entries of the change, where it has them all."""
    if change.left_out:
        return f"{len(change.entries) + change.left_out:,} changes"
    counts = Counter(getattr(entry, "kind", "") for entry in change.entries)
    words = {"added": "added", "removed": "removed", "changed": "edited" if change.form == "messages" else "changed"}
    return ", ".join(f"{counts[kind]:,} {word}" for kind, word in words.items() if counts[kind]) or "none of it added"
