"""What changed in a tree, in the midst of what did not: a block for each container, signs before what came and went,
the rest muted, and long stretches of it folded."""

from __future__ import annotations

from collections.abc import Sequence

from inspector.domain.change_tree import Hunk, Key, Part
from inspector.domain.text import count_noun
from inspector.domain.value import Absent
from inspector.tags.compact import compact, type_words
from inspector.tags.marks import shown
from inspector.tags.places import readable_steps, render_head, render_sides
from inspector.tags.room import Room

#: Parts that stayed, shown on either side of one that did not.
_AROUND = 2
#: Of a folded stretch, parts that unfold; and characters of a part that stayed.
_UNFOLDS = 24
_SAME = 110
_BRACKETS = {"list": ("[", "]"), "object": ("{", "}"), "set": ("{", "}")}


def render_hunk(hunk: Hunk, room: Room, most: int) -> tuple[str, int]:
    """The block and how many changed parts it shows, at most `most` and as many as there is room for."""
    if hunk.kind == "value":
        if not room.take_node():
            return "", 0
        part = hunk.parts[0]
        return f'<div class="e">{render_sides("", part.state, part.before, part.after, room)}</div>', 1
    lines, count, stayed = [], 0, list[Part]()
    for part in hunk.parts:
        if part.state in ("same", "inside"):
            stayed.append(part)
            continue
        if count >= most or not room.take_node():
            lines.append('<div class="k more">… more, see JSON</div>')
            stayed = []
            break
        lines.append(_stretch(stayed, room, hunk.kind, first=not count, last=False))
        stayed = []
        lines.append(render_sides(_label(part), part.state, part.before, part.after, room))
        count += 1
    lines.append(_stretch(stayed, room, hunk.kind, first=not count, last=True))
    begin, end = _BRACKETS[hunk.kind]
    size = sum(part.state != "removed" for part in hunk.parts)
    head = render_head(readable_steps(hunk.steps), f"a set of {size:,}" if hunk.kind == "set" else "")
    name = f"{shown(hunk.name)} " if hunk.name and hunk.kind != "set" else ""
    opens, closes = f'<div class="o">{name}{begin}</div>', f'<div class="o">{end}</div>'
    return f'<div class="e">{head}{opens}{"".join(lines)}{closes}</div>', count


def _stretch(parts: Sequence[Part], room: Room, kind: str, *, first: bool, last: bool) -> str:
    """Parts that stayed: all of a few; of many those beside a change, the rest to unfold."""
    head = 0 if first else _AROUND
    tail = 0 if last else _AROUND
    if len(parts) <= head + tail + 2:
        return "".join(_same(part) for part in parts)
    folded = parts[head : len(parts) - tail]
    noun = {"list": "element", "set": "element"}.get(kind, "key")
    left = len(folded) - _UNFOLDS
    rest = f'<div class="k more">… {left:,} more, see the state</div>' if left > 0 else ""
    inside = "".join(_same(part) for part in folded[:_UNFOLDS] if room.take_node())
    words = f"{count_noun(len(folded), noun)} unchanged"
    fold = f'<details class="same"><summary>{words}</summary>{inside}{rest}</details>'
    return "".join(_same(part) for part in parts[:head]) + fold + "".join(map(_same, parts[len(parts) - tail :]))


def _same(part: Part) -> str:
    assert not isinstance(part.after, Absent)  # noqa: S101  what stayed is there
    if part.state == "inside":
        return f'<div class="k">{_label(part)}{shown(type_words(part.after))}, changed: see below</div>'
    return f'<div class="k">{_label(part)}<bdi>{shown(compact(part.after, _SAME)[0])}</bdi></div>'


def _label(part: Part) -> str:
    match part.label:
        case None:
            return ""
        case int() as place:
            return f'<b class="i">{place}</b> '
        case Key(value):
            return f"<b><bdi>{shown(compact(value, 80)[0])}</bdi></b> "
        case str() as key:
            return f"<b><bdi>{shown(key[:200])}</bdi></b> "
