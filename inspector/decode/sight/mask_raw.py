"""Whether a stored value can hold something to mask, told by its bytes.

The serializers store a text as its UTF-8 bytes in one piece, JSON with escapes. What this cannot rule out is walked;
it never rules out what is there, but for numbers up to 127 under a key, which take one byte and say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from inspector.decode.sight.mask_builtin import ANYWHERE, AT_THE_END
from inspector.decode.sight.mask_lines import Rules
from inspector.decode.sight.regex import Pattern

_UTF8 = r"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf][\x80-\xbf]|[\xf0-\xf4][\x80-\xbf][\x80-\xbf][\x80-\xbf]"
#: A text in msgpack begins with one of these, by its length: up to 31 bytes, 255 and 65,535. One of more than 31 bytes
#: that is a key has no space.
_LENGTH = r"(?:\xd9[\x20-\xff]|\xda[\x01-\xff][\x00-\xff])"
_KEY = rf"(?:[\xa1-\xbf](?:[\x20-\x7e]|{_UTF8})*?|{_LENGTH}(?:[\x21-\x7e]|{_UTF8})*?)"
#: Behind a key comes its value, which begins with a byte that is no sign of ASCII.
_END = r"[\x20-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]*[^\x20-\x7e]"
_SECRET_KEY = rf"(?i){_KEY}(?:{ANYWHERE}|(?:{AT_THE_END}){_END})"
_SECRET_KEY_JSON = rf'(?i)"[^"\\]*?(?:{ANYWHERE}|(?:{AT_THE_END})[^A-Za-z0-9"\\]*")'
#: Whole numbers of more than two bytes; and those of 13 digits and more.
_NUMBERS = {1: r"[\xce\xcf\xd2\xd3]", 13: r"\xcf(?:\x00[\x00-\xff]|[\x01-\x8a])"}
#: What is shown as a text, and stored in parts.
_COMPUTED = re.compile(rb"datetime|pathlib|uuid|UUID")
_ESCAPED = (b"\\u", b"\\/")
#: Values of fewer bytes are looked through as fast as they are told apart; of larger ones so many are remembered.
_LARGE, _REMEMBERED = 20_000, 4_096
#: Bytes that a secret and what tells it may take.
_REACH = 8_192
_PIECE = 65_536
#: A container's first bytes, which hold the number of its elements, differ where one was added.
_HEAD = 16


class RawHints:
    def __init__(self, rules: Rules) -> None:
        hints = [rule.hint for rule in rules.texts]
        self._always = not all(hints) or not all(rule.literal for rule in rules.keys)
        self._texts = _joined(hints)
        #: Digits that a whole number has at least, to be looked at as a text; 0 where none is.
        self.digits = min((rule.digits for rule in rules.texts if rule.digits), default=0)
        self._computed = any(rule.computed for rule in rules.texts)
        literals = [rf"(?i:{_quoted(rule.literal)})" for rule in rules.keys if rule.literal]
        self._texts_and_keys = _joined([*hints, *literals]) if literals else self._texts
        self._told: dict[tuple[str, int, int], bool] = {}
        own = [_SECRET_KEY] if rules.secret_keys else []
        self._bytes = _bytes_of([*own, *([_NUMBERS[13 if self.digits >= 13 else 1]] if self.digits else [])])
        self._json = Pattern(_SECRET_KEY_JSON) if rules.secret_keys else None

    def may_hold(self, tag: str, data: bytes) -> bool:
        """What was told of a large value is remembered: a page reads the same states again and again."""
        if len(data) < 2 and tag == "msgpack":  # nothing, yes, no, a number below 128, a text with no sign in it
            return False
        if len(data) < _LARGE:
            return self._look(tag, data)
        name = (tag, len(data), hash(data))  # keyed, so that nobody can make two of one hash
        known = self._told.get(name)
        if known is None:
            known = self._look(tag, data)
            if len(self._told) >= _REMEMBERED:
                self._told.clear()
            self._told[name] = known
        return known

    def may_hold_either(self, old: tuple[str, bytes], new: tuple[str, bytes]) -> bool:
        """The same of two values that have most of their bytes in common. A secret in one that has none in these bytes
        lies where they differ, or across its ends."""
        if self.may_hold(*new):
            return True
        (tag, data), (new_tag, new_data) = old, new
        if self._always or self._computed or tag != new_tag:  # a pattern of one's own may reach as far as it likes
            return self.may_hold(tag, data)
        start, end = _apart(data, new_data)
        return self.may_hold(tag, data[: _HEAD + _REACH]) or self.may_hold(
            tag, data[max(0, start - _REACH) : end + _REACH]
        )

    def _look(self, tag: str, data: bytes) -> bool:
        if self._always or tag not in ("msgpack", "json", "bytes", "bytearray"):
            return tag not in ("null", "empty")
        if self._texts_and_keys is not None and self._texts_and_keys.is_in(data):
            return True
        if tag == "json":
            return (
                any(sign in data for sign in _ESCAPED)
                or (self._computed and b"\\" in data)
                or (self._json is not None and self._json.is_in(data))
            )
        if self._computed and _COMPUTED.search(data):
            return True
        return self._bytes is not None and self._bytes.is_in(data)

    def may_be_in(self, text: str) -> bool:
        """The same of a text that was decoded."""
        return self._always or (self._texts is not None and self._texts.is_in(text))

    def are_in(self, texts: Sequence[str]) -> bool:
        """The same of many at once."""
        return self.may_be_in("\n".join(texts))


def _joined(hints: Sequence[str]) -> Pattern | None:
    kept = dict.fromkeys(filter(None, hints))
    return Pattern("|".join(f"(?:{hint})" for hint in kept)) if kept else None


def _bytes_of(sources: Sequence[str]) -> Pattern | None:
    return Pattern("|".join(f"(?:{source})" for source in sources).encode("ascii")) if sources else None


def _quoted(literal: str) -> str:
    return re.sub(r"([^\w])", r"\\\1", literal, flags=re.ASCII) if literal.isascii() else literal


def _apart(old: bytes, new: bytes) -> tuple[int, int]:
    """Where in `old` there may be something that `new` has not, counted in pieces: not before the first place, behind
    which the number of elements is told, nor behind the second."""
    start, end, shift = _HEAD, len(old), len(new) - len(old)
    while start < end and old[start : start + _PIECE] == new[start : start + _PIECE]:
        start += _PIECE
    while (
        end > start and end - _PIECE + shift >= 0 and old[end - _PIECE : end] == new[end - _PIECE + shift : end + shift]
    ):
        end -= _PIECE
    return start, max(start, end)
