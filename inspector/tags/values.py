"""Any decoded value as HTML: scalars and small containers in a line, larger ones to fold, all within a `Room`.

Total: no tree raises, whatever it holds, and every stored character passes `marks.shown`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from django.template import Library
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from inspector.domain.change_tree import ARRAY, SETS
from inspector.domain.deferred import opened
from inspector.domain.messages import as_message, is_message_list, role_of
from inspector.domain.tables import read_table
from inspector.domain.text import text_size
from inspector.domain.value import ABSENT, Absent, Binary, CutText, Omitted, Pairs, Tagged, Value
from inspector.tags import chat
from inspector.tags.compact import compact, omitted_words, scalar, type_words
from inspector.tags.hidden import hidden_words
from inspector.tags.images import preview, render_binary
from inspector.tags.marks import shown, title
from inspector.tags.room import CARD_NODES, Room
from inspector.tags.tables import render_table

register = Library()

#: A container that fits so many characters is shown in a line.
_INLINE = 88
#: A text longer than this is folded inside a tree.
_LONG_TEXT = 280
#: Parts nested deeper than this show in a line only, as far as that goes.
_DEPTH = 14
#: Containers with more parts than this are folded below the first level.
_OPEN = 16
#: Who may speak in the short form of a message.
_ROLES = frozenset({"user", "human", "ai", "assistant", "system", "developer", "tool"})


class HasValue(Protocol):
    @property
    def value(self) -> Value | Absent: ...


@register.simple_tag
def show_value(tree: HasValue | Value | Absent, room: Room) -> SafeString:
    """A context's `Tree`, or a plain value as metadata has them."""
    value = tree.value if type(tree).__name__ == "Tree" else tree  # type: ignore[union-attr]
    return render_value(value, room)  # type: ignore[arg-type]


@register.simple_tag
def show_input(tree: HasValue, room: Room) -> SafeString:
    """What a graph was given: each channel's part of it as a value of its own, so that messages are cards."""
    value = tree.value
    if not isinstance(value, dict) or not value or role_of(value):
        return render_value(value, room)
    html = []
    for key, item in value.items():
        given = _conversation(item) if key == "messages" else item
        html.append(f"<h4 class=mono><bdi>{shown(str(key)[:80])}</bdi></h4>{render_value(given, room)}")
    return _safe("".join(html))


def _conversation(value: Value) -> Value:
    """Messages as they may be given: `("user", "Hi")` and plain texts among them."""
    given = value if isinstance(value, list) and not _is_pair(value) else [value]
    messages: list[Value] = []
    for item in given:
        if isinstance(item, str):
            messages.append({"role": "user", "content": item})
        elif isinstance(item, list) and _is_pair(item):
            messages.append({"role": item[0], "content": item[1]})
        else:
            messages.append(item)
    return messages if is_message_list(messages) else value


def _is_pair(value: list[Value]) -> bool:
    return len(value) == 2 and isinstance(value[0], str) and value[0] in _ROLES and isinstance(value[1], str | list)


@register.filter
def type_of(tree: HasValue) -> str:
    """The kind of a channel's value in words: "12 messages", "4 keys"."""
    value = tree.value
    if isinstance(value, Absent):
        return "empty"
    if is_message_list(value):
        assert isinstance(value, list)  # noqa: S101  said by the line above
        return f"{len(value):,} message{'s' if len(value) != 1 else ''}"
    return type_words(value)


def render_value(value: Value | Absent, room: Room) -> SafeString:
    """A whole value as a block."""
    value = opened(value)
    if value is ABSENT or isinstance(value, Absent):
        return _safe('<p class="muted">(nothing)</p>')
    if is_message_list(value):
        return chat.render_conversation(value, room, render_value)  # type: ignore[arg-type]
    if isinstance(value, str | CutText) and (picture := preview(value, room)):
        return _safe(f'<div class="media">a picture as text{picture}</div>')
    if isinstance(value, str):
        return render_text(value, room)
    if isinstance(value, CutText):
        return render_text(value.head, room, whole=value.size)
    return _safe(f'<div class="v">{"".join(_node(value, room, 0))}</div>')


def render_text(text: str, room: Room, *, whole: int | None = None) -> SafeString:
    """A text as it stands, with its beginning in sight and the rest to unfold."""
    return chat.render_text(text, room, whole=whole)


def _node(value: Value, room: Room, depth: int) -> Iterator[str]:
    if not room.take_node():
        yield '<span class="more">… more, see JSON</span>'
        return
    value = opened(value)
    match value:
        case None | bool() | int() | float():
            yield f'<span class="n">{scalar(value)}</span>'
        case str() | CutText():
            yield from _text(value, room)
        case Binary():
            yield render_binary(value, room)
        case Omitted():
            yield render_omitted(value)
        case Tagged() if role_of(value) and depth < _DEPTH:
            message = as_message(value)
            assert message is not None  # noqa: S101  it has a role
            room.take_node(CARD_NODES - 1)
            yield chat.render_message(message, room, render_value)
        case _:
            yield from _container(value, room, depth)


def _container(value: Value, room: Room, depth: int) -> Iterator[str]:
    if isinstance(value, Tagged) and value.type_name == ARRAY:
        yield _array(value)
        return
    line, whole = compact(value, _INLINE)
    if whole or depth >= _DEPTH:
        yield f"<code{_type_title(value)}>{shown(line)}</code>"
        return
    if (table := read_table(value)) is not None:
        yield render_table(table, room)
        return
    if isinstance(value, Tagged) and list(value.fields) == ["items"] and isinstance(value.fields["items"], list):
        parts: Iterable[tuple[Value | None, Value]] = ((None, item) for item in value.fields["items"])
        count = len(value.fields["items"])
    elif isinstance(value, Tagged):
        parts, count = value.fields.items(), len(value.fields)
    elif isinstance(value, Pairs):
        parts, count = value.items, len(value.items)
    elif isinstance(value, dict):
        parts, count = value.items(), len(value)
    else:
        assert isinstance(value, list)  # noqa: S101  all that is left
        parts, count = ((None, item) for item in value), len(value)
    opened = " open" if depth == 0 or (depth == 1 and count <= _OPEN) else ""
    yield f'<details class="t"{opened}><summary{_type_title(value)}>{shown(_summary(value, count))}</summary><ul>'
    ordered = not (isinstance(value, Tagged) and value.short_name in SETS)
    yield from _parts(parts, count, room, depth, pairs=isinstance(value, Pairs), ordered=ordered)
    yield "</ul></details>"


def _array(value: Tagged) -> str:
    """A numpy array in a line: its shape, its element type and its first elements in order of memory."""
    shape, dtype, data = (value.fields.get(name) for name in ("shape", "dtype", "data"))
    sides = shape if isinstance(shape, list) and all(isinstance(side, int) for side in shape) else []
    first, _ = compact(value.fields.get("first"), 160)
    words = [" × ".join(f"{side:,}" for side in sides), str(dtype)[:40] if isinstance(dtype, str) else ""]
    words.append(text_size(data.size) if isinstance(data, Binary) else "")
    told = ", ".join(word for word in words if word)
    begins = f" <code>{shown(first)}</code>" if "first" in value.fields else ""
    return f'<span{_type_title(value)}><span class="om">array {shown(told)}</span>{begins}</span>'


def _parts(
    parts: Iterable[tuple[Value | None, Value]], count: int, room: Room, depth: int, *, pairs: bool, ordered: bool
) -> Iterator[str]:
    for place, (key, item) in enumerate(parts):
        if room.nodes <= 0 or (room.page is not None and room.page.nodes <= 0):
            yield f'<li class="more">… {count - place:,} more, see JSON</li>'
            return
        name = str(place) if key is None else compact(key, 80)[0] if pairs else str(key)[:200]
        label = f"<b{'' if key is not None else ' class=i'}><bdi>{shown(name)}</bdi></b> "
        yield f"<li>{label if ordered or key is not None else ''}"
        yield from _node(item, room, depth + 1)
        yield "</li>"


def _summary(value: Value, count: int) -> str:
    words = type_words(value)
    return f"{words}, {count:,} part{'s' if count != 1 else ''}" if isinstance(value, Tagged) else words


def _type_title(value: Value) -> str:
    return format_html(' title="{}"', title(value.type_name)) if isinstance(value, Tagged) else ""


def _text(value: str | CutText, room: Room) -> Iterator[str]:
    text, whole = (value.head, value.size) if isinstance(value, CutText) else (value, len(value))
    if picture := preview(value, room):
        yield f'<span class="om">a picture as text, {whole:,} characters</span>{picture}'
        return
    if len(text) <= _LONG_TEXT and whole <= len(text):
        granted = room.take_text(len(text))
        rest = "…" if granted < len(text) else ""
        yield f'<span class="s"><bdi>{shown(text[:granted])}{rest}</bdi></span>'
        return
    granted = room.take_text(min(len(text), 10_000))
    head = " ".join(text[:120].split())
    left = whole - granted
    rest = f'<span class="more"> … {left:,} more characters, see JSON</span>' if left > 0 else ""
    yield (
        f'<details class="long"><summary><span class="s"><bdi>{shown(head)}…</bdi></span>'
        f" <small>{whole:,} characters</small></summary>"
        f'<div class="text"><bdi>{shown(text[:granted])}</bdi>{rest}</div></details>'
    )


def render_omitted(value: Omitted) -> str:
    if value.reason == "hidden":
        return hidden_words(value.detail)
    words = f'<span class="om">not shown: {shown(omitted_words(value))}</span>'
    if value.detail:
        words += f' <small class="muted">{shown(value.detail[:300])}</small>'
    if value.names:
        names = ", ".join(value.names[:40])
        words += f' <small class="muted">it names {shown(names[:1000])}</small>'
    return words


def _safe(html: str) -> SafeString:
    return mark_safe(html)  # noqa: S308  put together from escaped parts
