"""Bytes and pictures: what they are by how they begin, and a picture only where somebody asks to see it."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.html import escape

from inspector.domain.media import MOST_IMAGE_BYTES, fingerprint, image_bytes, image_type, kind_of
from inspector.domain.text import text_size
from inspector.domain.value import Binary, CutText, Tagged, Value
from inspector.tags.marks import shown
from inspector.tags.room import Room

_HEX = 24
#: Levels of a content block that are looked into for the data of its picture.
_DEPTH = 4


def render_binary(value: Binary, room: Room) -> str:
    """Kind, size and first bytes, and for a picture the way to see it."""
    head = value.head[:_HEX].hex(" ")
    dots = " …" if value.size > _HEX else ""
    name = "" if value.type_name == "bytes" else f"{shown(value.type_name)}, "
    kind = kind_of(value.head)[0]
    words = f"{kind}, {text_size(value.size)}" if kind else f"{text_size(value.size)} of bytes"
    return f'<span class="om">{name}{words}</span> <code class="hex">{head}{dots}</code>{preview(value, room)}'


def preview(value: Value, room: Room) -> str:
    """A picture's preview, closed; nothing of it is fetched before it is opened. "" for what is no picture, is too
    large for one, or lies where no address leads."""
    media_type = image_type(value)
    if not media_type or room.spot is None or not room.spot.channel:
        return ""
    size = image_bytes(value)
    kind = media_type.partition("/")[2].upper()
    if size > MOST_IMAGE_BYTES:
        return f'<p class="muted small">{kind} picture of {text_size(size)}: larger than what is shown here.</p>'
    url = escape(room.spot.image_url(fingerprint(value)))
    return (
        f'<p class="preview" data-key="{escape(fingerprint(value)[:40])}" data-lazy>'
        f'<a href="{url}" data-preview target="_blank" rel="noopener">Show the picture</a>'
        f' <span class="muted">{kind}, {text_size(size)}</span></p>'
    )


def find_image(block: Value, depth: int = 0) -> Value:
    """The value within a content block that holds a picture, None where there is none."""
    if isinstance(block, str | CutText | Binary):
        return block if image_type(block) else None
    fields = block.fields if isinstance(block, Tagged) else block
    if depth < _DEPTH and isinstance(fields, Mapping):
        for item in fields.values():
            if (found := find_image(item, depth + 1)) is not None:
                return found
    return None
