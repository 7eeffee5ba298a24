"""Words and addresses of the orphans page."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.template import Library
from django.utils import timezone

from inspector.tags.links import section_url
from inspector.tags.words import part_of

register = Library()

#: What stands in an address for what has no name.
_UNNAMED = "(unnamed)"
#: How ids of each shape are made, in a few words.
SHAPES = {
    "uuid": "a uuid of no known version",
    "uuid1": "made by the clock (uuid1)",
    "uuid2": "a uuid of version 2",
    "uuid3": "made from a name (uuid3)",
    "uuid4": "random (uuid4)",
    "uuid5": "made from a name (uuid5)",
    "uuid6": "made by the clock (uuid6)",
    "uuid7": "made by the clock (uuid7)",
    "uuid8": "a uuid of version 8",
    "ulid": "made by the clock (ulid)",
    "nanoid": "random (nanoid)",
    "hex": "random (hex digits)",
    "integer": "a number",
    "prefixed": "a prefix and a random part",
    "": "chosen, as far as its form tells",
}
#: Titles of the tables of parts.
HEADINGS = {"host": "By host", "graph": "By graph", "shape": "By the shape of the thread_id"}
COLUMNS = {"host": "Host", "graph": "Graph", "shape": "The id is"}


@register.filter
def shape_words(shape: str) -> str:
    return SHAPES.get(shape, shape)


@register.filter
def part_heading(by: str) -> str:
    return HEADINGS[by]


@register.filter
def part_column(by: str) -> str:
    return COLUMNS[by]


@register.simple_tag
def part_url(by: str, name: str, window: str, muted: int, store: str, stores: tuple[str, ...]) -> str:
    """The orphans of a part as a list of threads, muted ones among them where a total counts some."""
    shown = {"muted": "show"} if muted else {}
    return section_url("threads", store, stores, flag="orphan", **{by: name or _UNNAMED}, since=window, **shown)


@register.filter
def unmuted_of(part: Any, whole: Any) -> float | None:
    """The share that one's orphans are of another's, without muted ones."""
    return part_of(part.orphans - part.muted, whole.orphans - whole.muted)


@register.filter
def hour_minute(at: datetime) -> str:
    return f"{at.astimezone(UTC):%H:%M}"


@register.filter
def short_day(at: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{at:%b} {at.day}"


@register.filter
def short_time(at: datetime) -> str:
    """ "14:00" today in UTC, "Nov 20, 14:00" on any other day."""
    today = at.astimezone(UTC).date() == timezone.now().astimezone(UTC).date()
    return hour_minute(at) if today else f"{short_day(at)}, {hour_minute(at)}"
