"""Whether a text can be in a stored value, told by the value's bytes: what cannot hold it need not be decoded.

The serializers store a text as its UTF-8 bytes in one piece, JSON with escapes. So where the bytes of the text, or of a
part of it, are not there, the text is not either. What this cannot rule out has to be decoded; it never rules out what
is there. Two stored values whose matches stand among the same bytes hold the same matches.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property

from inspector.domain.find import Needle

#: Bytes on either side that tell one match from another.
_NEAR = 96
#: Values with more matches are decoded: to tell so many apart by their bytes would take as long.
_MOST = 5_000

#: Texts that a number, a time or an id may be shown as, although no text is stored.
_COMPUTED = re.compile(r"(?=.*[0-9])[-+0-9.:,/ eEtTzZpPdDhHmMsSuUcC]*|[-+.:,/ ]+|[0-9a-fA-F]*-[0-9a-fA-F-]*")
_WORDS = ("true", "false", "inf", "-inf", "nan", "utc")
#: What JSON may escape, and what joins the parts of a path.
_SPLIT = re.compile(r'["\\/\x00-\x1f\x7f]+')


@dataclass(frozen=True)
class RawTest:
    needle: Needle

    @cached_property
    def _piece(self) -> str:
        """The longest part that stands in stored bytes as it stands here, "" where there is none."""
        folded = self.needle.folded
        if _COMPUTED.fullmatch(folded) or any(folded.lower() in word for word in _WORDS):
            return ""
        kept = "".join(char if _is_stable(char) else "\0" for char in folded)
        return max(_SPLIT.split(kept), key=len)

    def surroundings(self, tag: str, data: bytes) -> Counter[bytes] | None:
        """The bytes around each place where the text may stand; none where it cannot be. None where only decoding
        tells."""
        piece = self._piece
        if not piece or (tag == "json" and b"\\u" in data and (not piece.isascii() or b"\\u00" in data)):
            return None
        if piece.isascii() and any(signs in data for signs in _folding_to(frozenset(piece))):
            return None
        if self.needle.case:
            return _near(data, data, piece.encode())
        if not piece.isascii():
            text = data.decode("utf-8", "replace").casefold()
            return None if piece in text else Counter()
        return _near(data.lower(), data, piece.encode())


def _near(folded: bytes, data: bytes, piece: bytes) -> Counter[bytes] | None:
    found: Counter[bytes] = Counter()
    place = folded.find(piece)
    for _ in range(_MOST):
        if place < 0:
            return found
        found[data[max(0, place - _NEAR) : place + len(piece) + _NEAR]] += 1
        place = folded.find(piece, place + len(piece))
    return None


def _is_stable(char: str) -> bool:
    """Whether it has one form in Unicode, and is no mark on another."""
    return char.isascii() or (
        not unicodedata.combining(char)
        and unicodedata.normalize("NFD", char) == char == unicodedata.normalize("NFC", char)
        and not 0x1100 <= ord(char) <= 0x11FF  # parts of a syllable
        and char not in _other_forms()[1]
    )


@cache
def _other_forms() -> tuple[dict[str, frozenset[str]], frozenset[str]]:
    """Characters that are letters of ASCII in another form, as ß and the sign of Kelvin, with those letters; and the
    other characters that some third one becomes when composed, as the sign of Ohm an Omega."""
    plain: dict[str, frozenset[str]] = {}
    targets = set()
    for code in (*range(0x80, 0xD800), *range(0xE000, 0x10000), *range(0x2F800, 0x2FA20)):
        char = chr(code)
        composed = unicodedata.normalize("NFC", char)
        if letters := frozenset(letter for letter in {*char.casefold(), *composed} if letter.isascii()):
            plain[char] = letters
        if composed != char:
            targets |= {*composed, *composed.casefold()}
    return plain, frozenset(targets)


@cache
def _folding_to(letters: frozenset[str]) -> tuple[bytes, ...]:
    return tuple(char.encode() for char, plain in _other_forms()[0].items() if plain & letters)
