"""Text and bytes as the tree shows them: valid Unicode, cut where longer than the budget."""

from __future__ import annotations

from inspector.decode.budget import Meter
from inspector.domain.value import Binary, CutText

#: Bytes that continue a UTF-8 character. What is left after deleting them is one byte for each character.
_CONTINUATION = bytes(range(0x80, 0xC0))

NOT_UTF8 = "Some text is not valid Unicode; the broken parts show as \ufffd."


def utf8(raw: bytes, meter: Meter) -> str | CutText:
    """UTF-8 bytes as text. Broken bytes become U+FFFD and a warning; a cut text counts characters."""
    limit = meter.text_limit
    if len(raw) <= limit:
        return _decode(raw, meter)
    size = len(raw.translate(None, _CONTINUATION))
    if size <= limit:
        whole = _decode(raw, meter)
        if len(whole) <= limit:
            return whole
        size = len(whole)  # each broken byte became a character of its own
    meter.warn(_cut_warning(limit))
    # No character takes more than four bytes, so this many hold at least `limit` of them.
    return CutText(_decode(raw[: 4 * limit], meter, tail=False)[:limit], size)


def unicode_text(text: str, meter: Meter) -> str | CutText:
    """Text that another parser made. Lone surrogates, which no page can send, become U+FFFD and a warning."""
    limit = meter.text_limit
    if len(text) > limit:
        meter.warn(_cut_warning(limit))
        return CutText(_without_surrogates(text[:limit], meter), len(text))
    return text if text.isascii() else _without_surrogates(text, meter)


def binary(raw: bytes, meter: Meter, type_name: str = "bytes") -> Binary:
    """Bytes as their beginning and their size."""
    return Binary(raw[: meter.budget.max_binary], len(raw), type_name)


def _cut_warning(limit: int) -> str:
    return f"A text is longer than {limit:,} characters; only its beginning is shown."


def _decode(raw: bytes, meter: Meter, *, tail: bool = True) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        if tail or error.start < len(raw) - 3:
            meter.warn(NOT_UTF8)
        return raw.decode(errors="replace")


def _without_surrogates(text: str, meter: Meter) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        meter.warn(NOT_UTF8)
        return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    return text
