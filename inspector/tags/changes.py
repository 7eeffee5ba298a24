"""What changed, for the eye: messages as cards, trees as paths with a line before and a line after, texts by word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from django.template import Library
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from inspector.domain.change_tree import Hunk, PlaceChange, read_hunks
from inspector.domain.messages import as_message
from inspector.domain.tables import compare_tables, read_table
from inspector.domain.value import ABSENT, Absent, Value
from inspector.tags.chat_changes import render_changed_message, render_conversation_change
from inspector.tags.marks import plain
from inspector.tags.places import Place, readable_path, render_place, render_places
from inspector.tags.room import CARD_NODES, Room
from inspector.tags.tables import render_table_change
from inspector.tags.treediff import render_hunk
from inspector.tags.values import HasValue

register = Library()

#: Entries shown for one channel; the rest is counted.
SHOWN_ENTRIES = 80

register.filter("readable_path", readable_path)


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
    """All entries of a changed channel that there is room for, and how many there is none for. Where the change has
    the whole values (`before`, `after`), what stayed stands around what changed."""
    if change.form == "messages":
        body, drawn = _conversation(change, room)
    else:
        body, drawn = _tree(change, room)
        body = f'<div class="diff">{body}</div>' if body else ""
    left = len(change.entries) - drawn + change.left_out
    if left > 0:
        body += f'<p class="more">… {left:,} more change{"s" if left != 1 else ""}, see JSON</p>'
    return _safe(body)


def _conversation(change: Change, room: Room) -> tuple[str, int]:
    before, after = _sides(change)
    entries = change.entries[:SHOWN_ENTRIES]
    if isinstance(before, list | Absent) and isinstance(after, list | Absent) and before is not after:
        old, new = ([] if isinstance(side, Absent) else side for side in (before, after))
        whole = len(entries) == len(change.entries) and not change.left_out
        return render_conversation_change(old, new, entries, room, whole=whole)  # type: ignore[arg-type]
    cards = [render_changed_message(entry, room) for entry in entries if room.take_node(CARD_NODES)]  # type: ignore[arg-type]
    return "".join(cards), len(cards)


def _tree(change: Change, room: Room) -> tuple[str, int]:
    before, after = _sides(change)
    if table := _table(before, after, room):
        return table, len(change.entries) + change.left_out  # rows for which there is no room are counted in it
    if not change.left_out and before is not after:
        try:
            hunks = read_hunks(before, after, _by_place(change))
        except ValueError:
            hunks = []  # of a change that was put together from other values
        if hunks:
            return _hunks(hunks, room)
    kept = [entry for entry in change.entries[:SHOWN_ENTRIES] if room.take_node()]
    return render_places([_place(entry) for entry in kept], room), len(kept)


def _table(before: Value | Absent, after: Value | Absent, room: Room) -> str:
    """Two tables with the same columns, row by row; "" for anything else."""
    old, new = read_table(before), read_table(after)
    rows = compare_tables(old, new) if old is not None and new is not None else None
    if rows is None or new is None:
        return ""
    return f'<div class="grid">{render_table_change(new.columns, rows, room, SHOWN_ENTRIES)[0]}</div>'


def _by_place(change: Change) -> list[PlaceChange]:
    return [entry for entry in change.entries if hasattr(entry, "path")]  # type: ignore[misc]  # then it is one


def _hunks(hunks: Sequence[Hunk], room: Room) -> tuple[str, int]:
    html, drawn = [], 0
    for hunk in hunks:
        block, count = render_hunk(hunk, room, SHOWN_ENTRIES - drawn) if drawn < SHOWN_ENTRIES else ("", 0)
        html.append(block)
        drawn += count
    return "".join(html), drawn


def _sides(change: Change) -> tuple[Value | Absent, Value | Absent]:
    """The whole values, both ABSENT where the change does not have them."""
    before, after = getattr(change, "before", None), getattr(change, "after", None)
    return (before.value, after.value) if before is not None and after is not None else (ABSENT, ABSENT)


@register.filter
def tallies(change: Change) -> SafeString:
    """ "+1 −2 ~1": entries by kind, each with its word for who cannot see the sign. Nothing for a channel that is new
    or gone as a whole, which its header says. Of entries that were left out the kind is not known: a tally of the
    others would be untrue, so it says how many there are."""
    if change.kind != "changed" and change.form != "messages":
        return mark_safe("")
    if change.left_out:
        return format_html("{} changes", f"{len(change.entries) + change.left_out:,}")
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
    """One entry by itself, without what stood around it."""
    before, after = entry.before.value, entry.after.value
    if hasattr(entry, "message_id") and (as_message(before) or as_message(after)):
        return render_changed_message(entry, room)  # type: ignore[arg-type]  # it has a message's id
    return render_place(*_place(entry), room)


def _place(entry: Entry) -> Place:
    return getattr(entry, "path", ""), entry.kind, entry.before.value, entry.after.value


def _safe(html: str) -> SafeString:
    return mark_safe(html)  # noqa: S308  put together from escaped parts
