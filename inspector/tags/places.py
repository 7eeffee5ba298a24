"""One place that changed: its path, what was there and what is there, by word where it is a long text."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import TypeAlias

from inspector.domain.change_tree import ARRAY, Key, Step
from inspector.domain.media import image_type
from inspector.domain.messages import as_message
from inspector.domain.text import diff_words
from inspector.domain.value import Absent, Binary, CutText, Tagged, Value
from inspector.tags.chat import render_words
from inspector.tags.compact import compact
from inspector.tags.marks import shown
from inspector.tags.room import Room
from inspector.tags.values import render_value

#: A path, the kind of the entry, and both sides.
Place: TypeAlias = "tuple[str, str, Value | Absent, Value | Absent]"

#: A value that fits so many characters is a line of the diff; a larger one is shown as a tree.
_LINE = 400
#: Room of one side of one place, so that a large value that came leaves some to the changes after it.
_PART_NODES, _PART_CHARACTERS = 120, 12_000
#: Two texts are compared by word when one is longer than this; shorter ones are quicker to read whole.
_WORDS = 32
_PLAIN_KEY = re.compile(r"[\w\-]+")
#: Beyond so many digits a difference is none that anybody reads.
_DIGITS = 30


def readable_path(pointer: str) -> str:
    """A JSON pointer as people write places: `/cart/0/sku` is `cart[0].sku`. The whole value has no path: ""."""
    tokens = [_key(token) for token in pointer.split("/")[1:]]
    return readable_steps([int(token) if _is_index(token) else token for token in tokens])


def readable_steps(steps: Sequence[Step]) -> str:
    """`cart[3].price`."""
    path = ""
    for step in steps:
        if isinstance(step, Key):
            path += f"[{compact(step.value, 80)[0]}]"
        elif isinstance(step, int):
            path += f"[{step}]"
        elif _PLAIN_KEY.fullmatch(step):
            path += f".{step}" if path else step
        else:
            path += f"[{json.dumps(step[:200], ensure_ascii=False)}]"
    return path


def render_head(path: str, words: str = "") -> str:
    """The line above what changed: where it is. "" for the whole value."""
    said = f' <span class="muted">{shown(words)}</span>' if words else ""
    return f'<div class="p"><bdi>{shown(path[:300])}</bdi>{said}</div>' if path or words else ""


def render_place(path: str, kind: str, before: Value | Absent, after: Value | Absent, room: Room) -> str:
    """A place by itself, as of a field of a message."""
    return f'<div class="e">{render_head(readable_path(path))}{render_sides("", kind, before, after, room)}</div>'


def render_places(places: Sequence[Place], room: Room) -> str:
    """Places by themselves; those that follow each other in one container stand under one head, `notes[254…333]`."""
    html = []
    for (inside, _), found in groupby(places, lambda place: _container_of(place[0])):
        run = list(found)
        if len(run) == 1:
            html.append(render_place(*run[0], room))
            continue
        names = [path.rpartition("/")[2] for path, *_ in run]
        head = readable_path(inside)
        if _is_index(names[0]):
            head += f"[{names[0]}…{names[-1]}]"
        lines = (
            render_sides(f'<b class="i"><bdi>{shown(_key(name)[:200])}</bdi></b> ', *place[1:], room)
            for name, place in zip(names, run, strict=True)
        )
        html.append(f'<div class="e">{render_head(head)}{"".join(lines)}</div>')
    return "".join(html)


def _container_of(path: str) -> tuple[str, bool]:
    """The path of what holds a place, and whether it holds it by its position. The whole value holds itself."""
    inside, _, name = path.rpartition("/")
    return inside, _is_index(name)


def _key(token: str) -> str:
    """A key from its form in a JSON pointer."""
    return token.replace("~1", "/").replace("~0", "~")


def _is_index(token: str) -> bool:
    return token.isascii() and token.isdigit()


def render_sides(label: str, kind: str, before: Value | Absent, after: Value | Absent, room: Room) -> str:
    """One line for each side there is. `label` (HTML) is the part's name, which each line begins with."""
    both = kind == "changed"
    if (
        both
        and isinstance(before, str)
        and isinstance(after, str)
        and max(len(before), len(after)) > _WORDS
        and not _is_image(before, after)
    ):
        name = f'<div class="c">{label}</div>' if label else ""
        return f"{name}{render_words(diff_words(before, after), room)}"
    sides = (("d", before, ""), ("a", after, difference(before, after) if both else ""))
    return "".join(
        _line(side, label, value, more, room) for side, value, more in sides if not isinstance(value, Absent)
    )


def _is_image(before: Value, after: Value) -> bool:
    """A picture as text has no words."""
    return bool(image_type(before) or image_type(after))


def difference(before: Value | Absent, after: Value | Absent) -> str:
    """ "+0.66", "+3 days", "−12 B": by how much a number, a time or a size is another; "" where that says nothing."""
    if isinstance(before, Binary | CutText) and isinstance(after, Binary | CutText) and type(before) is type(after):
        unit = "bytes" if isinstance(before, Binary) else "characters"
        return f"{_signed(after.size - before.size)} {unit}" if after.size != before.size else "same size"
    old, new = _number(before), _number(after)
    if old is not None and new is not None:
        return _signed(new - old) if new != old else ""
    then, now = _time(before), _time(after)
    if then is not None and now is not None and (then.tzinfo is None) == (now.tzinfo is None):
        return f"{'−' if now < then else '+'}{abs(now - then)}" if now != then else ""
    return ""


def _signed(number: int | Decimal) -> str:
    digits = f"{abs(number):,f}" if isinstance(number, Decimal) else f"{abs(number):,}"
    return ("−" if number < 0 else "+") + (digits.rstrip("0").rstrip(".") if "." in digits else digits)


def _number(value: Value | Absent) -> Decimal | None:
    """What JSON writes as a number, and a `Decimal`; None for the rest, for `nan` and for hundreds of digits."""
    if (
        isinstance(value, Tagged)
        and value.type_name == "decimal.Decimal"
        and isinstance(value.fields.get("value"), str)
    ):
        value = value.fields["value"]
        text = value if isinstance(value, str) else ""
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if isinstance(value, int) and abs(value) >= 10**_DIGITS:
            return None
        text = repr(value)
    else:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < _DIGITS else None


def _time(value: Value | Absent) -> dt.datetime | None:
    if not isinstance(value, Tagged) or value.type_name not in ("datetime.datetime", "datetime.date"):
        return None
    text = value.fields.get("value")
    try:
        return dt.datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _is_array(value: Value) -> bool:
    return isinstance(value, Tagged) and value.type_name == ARRAY


def _line(side: str, label: str, value: Value, more: str, room: Room) -> str:
    words = "was" if side == "d" else "is"
    line, whole = compact(value, _LINE)
    own_view = as_message(value) or isinstance(value, Binary) or image_type(value) or _is_array(value)
    if whole and not own_view:
        shown_characters = room.take_text(len(line))
        inside = f"<bdi>{shown(line[:shown_characters])}</bdi>"
    else:
        inside = str(render_value(value, room.within(_PART_NODES, _PART_CHARACTERS)))
    said = f' <span class="by">{more}</span>' if more else ""
    return f'<div class="{side}"><span class="vh">{words} </span>{label}{inside}{said}</div>'
