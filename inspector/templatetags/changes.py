"""What changed, for the eye: messages as cards, trees as paths with a line before and a line after, texts by word."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Protocol

from django.template import Library
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from inspector.domain.diff import diff_values
from inspector.domain.messages import Message, as_message
from inspector.domain.text import diff_words
from inspector.domain.value import Absent, Value
from inspector.templatetags.chat import render_message, render_words
from inspector.templatetags.compact import compact
from inspector.templatetags.marks import plain, shown
from inspector.templatetags.room import Room
from inspector.templatetags.values import HasValue, render_value

register = Library()

#: A value that fits so many characters is a line of the diff; a larger one is shown as a tree.
_LINE = 400
#: Two texts are compared by word when one is longer than this; shorter ones are quicker to read whole.
_WORDS = 32
#: Entries shown for one channel, and for the fields of one message; the rest is counted.
SHOWN_ENTRIES = 80
_SHOWN_FIELDS = 20
_PLAIN_KEY = re.compile(r"[\w\-]+")


class Entry(Protocol):
    """A changed message (it has a `message_id`) or a changed place (it has a `path`)."""

    @property
    def kind(self) -> str: ...
    @property
    def before(self) -> HasValue: ...
    @property
    def after(self) -> HasValue: ...


class Change(Protocol):
    @property
    def form(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def entries(self) -> tuple[Entry, ...]: ...
    @property
    def left_out(self) -> int: ...


@register.simple_tag
def show_changes(change: Change, room: Room) -> SafeString:
    """All entries of a changed channel that there is room for, and how many there is none for."""
    html = []
    for entry in change.entries[:SHOWN_ENTRIES]:
        if not room.take_node():
            break
        html.append(render_entry(entry, room))
    left = len(change.entries) - len(html) + change.left_out
    body = "".join(html)
    if change.form != "messages" and body:
        body = f'<div class="diff">{body}</div>'
    if left:
        body += f'<p class="more">… {left:,} more change{"s" if left != 1 else ""}, see JSON</p>'
    return _safe(body)


@register.filter
def tallies(change: Change) -> SafeString:
    """ "+1 −2 ~1": entries by kind, each with its word for who cannot see the sign. Nothing for a channel that is new
    or gone as a whole, which its header says."""
    if change.kind != "changed" and change.form != "messages":
        return mark_safe("")
    counts = Counter(entry.kind for entry in change.entries)
    kinds = (("added", "+", "good"), ("removed", "−", "bad"), ("changed", "~", "warn"))
    found = ((tone, sign, counts[kind], kind) for kind, sign, tone in kinds if counts[kind])
    return format_html_join(" ", '<span class="{}">{}{}<span class="vh"> {}</span></span>', found)


@register.filter
def short_version(version: str | None) -> str:
    """A channel version without the random fraction that tells two writes of one step apart."""
    if version is None:
        return "none"
    number = version.partition(".")[0].lstrip("0")
    return plain(number[:24]) or "0"


def render_entry(entry: Entry, room: Room) -> str:
    before, after = entry.before.value, entry.after.value
    old, new = as_message(before), as_message(after)
    if hasattr(entry, "message_id") and (old or new):
        return _message(entry, old, new, room)
    return _place(getattr(entry, "path", ""), entry.kind, before, after, room)


@register.filter
def readable_path(pointer: str) -> str:
    """A JSON pointer as people write places: `/cart/0/sku` is `cart[0].sku`. The whole value has no path: ""."""
    path = ""
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if key.isascii() and key.isdigit():
            path += f"[{key}]"
        elif _PLAIN_KEY.fullmatch(key):
            path += f".{key}" if path else key
        else:
            path += f"[{json.dumps(key[:200], ensure_ascii=False)}]"
    return path


def _message(entry: Entry, old: Message | None, new: Message | None, room: Room) -> str:
    marks = f'<span class="badge">{entry.kind}</span>'
    if getattr(entry, "moved", False):
        place = (getattr(entry, "position_before", None), getattr(entry, "position_after", None))
        where = f" {place[0] + 1} → {place[1] + 1}" if None not in place else ""  # type: ignore[operator]
        same = entry.kind == "changed" and old is not None and new is not None and old.raw == new.raw
        marks = f'{"" if same else marks}<span class="badge">moved{where}</span>'
    if old is None or new is None:
        message = new or old
        assert message is not None  # noqa: S101  one side is a message
        return render_message(message, room, render_value, kind=entry.kind, marks=marks)
    body = _edited(old, new, room)
    return render_message(new, room, render_value, kind="moved" if body is None else "changed", marks=marks, body=body)


def _edited(old: Message, new: Message, room: Room) -> str | None:
    """The text by word, then every other field that changed. None when nothing did: the message only moved."""
    fields = diff_values(old.raw, new.raw, max_entries=200)
    if not fields:
        return None
    by_word = old.text != new.text
    body = str(render_words(diff_words(old.text, new.text), room)) if by_word or new.text else ""
    whole_text = all(isinstance(_content(message), str) for message in (old, new))
    others = [field for field in fields if not (whole_text and field.path == "/content")]
    lines = [_place(field.path, field.kind, field.before, field.after, room) for field in others[:_SHOWN_FIELDS]]
    if lines:
        body += f'<div class="diff">{"".join(lines)}</div>'
    left = len(others) - len(lines)
    return body + (f'<p class="more">… {left:,} more fields, see JSON</p>' if left else "")


def _content(message: Message) -> Value:
    fields = message.raw if isinstance(message.raw, dict) else message.raw.fields
    return fields.get("content")


def _place(path: str, kind: str, before: Value | Absent, after: Value | Absent, room: Room) -> str:
    place = readable_path(path)
    head = f'<div class="p"><bdi>{shown(place[:300])}</bdi></div>' if place else ""
    if (
        kind == "changed"
        and isinstance(before, str)
        and isinstance(after, str)
        and max(len(before), len(after)) > _WORDS
    ):
        return f'<div class="e">{head}{render_words(diff_words(before, after), room)}</div>'
    lines = "".join(
        _line(side, value, room) for side, value in (("d", before), ("a", after)) if not isinstance(value, Absent)
    )
    return f'<div class="e">{head}{lines}</div>'


def _line(side: str, value: Value, room: Room) -> str:
    words = "was" if side == "d" else "is"
    line, whole = compact(value, _LINE)
    if whole and not as_message(value):
        shown_characters = room.take_text(len(line))
        inside = f"<bdi>{shown(line[:shown_characters])}</bdi>"
    else:
        inside = str(render_value(value, room))
    return f'<div class="{side}"><span class="vh">{words} </span>{inside}</div>'


def _safe(html: str) -> SafeString:
    return mark_safe(html)  # noqa: S308  put together from escaped parts
