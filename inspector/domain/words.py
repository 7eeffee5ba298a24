"""How one text became another, word by word, within a bound however long they are. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from inspector.domain.align import common_subsequence

#: Texts with more words than this are compared by line first, and those with so many characters, which have more.
_LONG = 2_000
_LONG_CHARACTERS = 60_000
#: A stretch of lines with more words than this on both sides together is shown as replaced, not compared by
#: word.
_TOO_LONG = 20_000
#: Words compared in all stretches of one text together. Later stretches are shown as replaced, line by line.
_COMPARED_WORDS = 10_000
#: A long text is compared in windows of so many characters and lines, small ones first, and at most so many of them.
#: What is behind the last one, or behind the largest without a common line, is shown as replaced.
_FIRST_WINDOW, _WINDOW, _WINDOW_LINES, _WINDOWS = 8_000, 200_000, 4_000, 300
#: Equal pairs of lines or words looked at in one alignment: beyond that it may not be the shortest.
_MATCHES = 50_000
#: With more common and other lines and words than this, a window is the last one.
_PIECES = 15_000
#: Characters of a word, generously: a stretch of more than so many times the words is not split into words.
_LETTERS = 12

# Scripts written without spaces: each character is a word of its own.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Marks that belong to the letter before them, which `\w` does not know.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0900-\u0dff"
    "\u20d0-\u20ff\ufe0e\ufe0f"
)
_EMOJI = "\U0001f000-\U0001faff\u203c\u2049\u2122\u2139\u2194-\u21aa\u231a-\u23ff\u2600-\u27bf\u2b05-\u2b55\u3030\u303d"
# Variation selectors, skin tones, keycap and the tags of regional flags.
_EMOJI_TAIL = "\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"
_TOKEN = re.compile(
    rf"""
      \r\n | \n | [^\S\n]+
    | [\U0001f1e6-\U0001f1ff]{{2}}
    | [{_EMOJI}][{_EMOJI_TAIL}]*(?:\u200d[{_EMOJI}][{_EMOJI_TAIL}]*)*
    | [^\W{_UNSPACED}][{_MARKS}]*(?:['\u2019]?[^\W{_UNSPACED}][{_MARKS}]*)*
    | .[{_MARKS}{_EMOJI_TAIL}]*
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text: in both texts, only in the older (`removed`) or only in the newer one (`added`)."""

    kind: Literal["same", "removed", "added"]
    text: str


def diff_words(before: str, after: str) -> tuple[Segment, ...]:
    """How one text became another, word by word.

    Nothing is lost: the same and removed segments joined are `before`, the same and added ones `after`. No
    two neighbours are of one kind, and where both are, removed comes before added. Two texts with next to
    nothing in common are one removed and one added segment, since scattered commas would say less.
    """
    start, end = _common_ends(before, after)
    head, tail = Segment("same", before[:start]), Segment("same", before[len(before) - end :])
    before, after = before[start : len(before) - end], after[start : len(after) - end]
    return _joined([head, *_between(before, after), tail])


def _between(before: str, after: str) -> list[Segment]:
    if len(before) + len(after) > _LONG_CHARACTERS:
        return _by_window(before, after)
    old, new = _tokens(before), _tokens(after)
    if len(old) + len(new) <= _LONG:
        return _compare(old, new)
    lines = before.splitlines(keepends=True), after.splitlines(keepends=True)
    pieces, _ = _by_line(_gaps(*lines, common_subsequence(*lines)), _COMPARED_WORDS)
    return pieces


def _by_window(before: str, after: str) -> list[Segment]:
    """What two long texts have in common is stepped over as it stands, and a window behind it compared by line."""
    pieces: list[Segment] = []
    i = j = 0
    words = _COMPARED_WORDS
    size = _FIRST_WINDOW
    for _ in range(_WINDOWS):
        same = _common_run(before, i, after, j)
        pieces.append(Segment("same", before[i : i + same]))
        i, j = i + same, j + same
        old, new = _lines(before, i, size), _lines(after, j, size)
        common = common_subsequence(old, new, _MATCHES)
        if not common:
            if i + sum(map(len, old)) == len(before) and j + sum(map(len, new)) == len(after):  # nothing follows
                return pieces + _by_line(iter([(old, new)]), words)[0]
            if size >= _WINDOW:
                break
            size *= 5
            continue
        size = _FIRST_WINDOW
        old, new = old[: common[-1][0] + 1], new[: common[-1][1] + 1]
        found, words = _by_line(_gaps(old, new, common), words)
        pieces += found
        i, j = i + sum(map(len, old)), j + sum(map(len, new))
        if len(pieces) > _PIECES:
            break
    return pieces + _replaced(before[i:], after[j:])


def _lines(text: str, at: int, size: int) -> list[str]:
    """The lines of a window, without one that it cuts."""
    lines = text[at : at + size].splitlines(keepends=True)
    return lines[:_WINDOW_LINES] if at + size >= len(text) else lines[:-1][:_WINDOW_LINES]


def _common_run(before: str, i: int, after: str, j: int) -> int:
    """How many characters from two places on are the same, up to the end of a line."""
    same, step = 0, 4_096
    while step and before[i + same : i + same + step] == after[j + same : j + same + step]:
        if i + same >= len(before):
            break
        same += min(step, len(before) - i - same)
        step *= 2
    while step > 1:
        step //= 2
        if before[i + same : i + same + step] == after[j + same : j + same + step]:
            same += min(step, len(before) - i - same)
    return before.rfind("\n", i, i + same) + 1 - i if same and "\n" in before[i : i + same] else 0


def _by_line(gaps: Iterator[Segment | tuple[Sequence[str], Sequence[str]]], words: int) -> tuple[list[Segment], int]:
    """What lies between common lines by word, as long as there are `words` left; and how many are left then."""
    pieces: list[Segment] = []
    for segment in gaps:
        if isinstance(segment, Segment):
            pieces.append(segment)
            continue
        sides = ["".join(lines) for lines in segment]
        if words > 0 and len(sides[0]) + len(sides[1]) <= _TOO_LONG * _LETTERS:
            tokens = [_tokens(side) for side in sides]
            count = len(tokens[0]) + len(tokens[1])
            if count <= _TOO_LONG:
                words -= count
                pieces += _compare(*tokens)
                continue
        pieces += _replaced(*sides)
    return pieces, words


def _common_ends(before: str, after: str) -> tuple[int, int]:
    """How many characters long texts have in common at the beginning and at the end, whole lines or words of them.
    Found in their bytes, so that only what lies between is ever split into words. Short texts have none."""
    if len(before) + len(after) <= _LONG_CHARACTERS:
        return 0, 0
    shortest = min(len(before), len(after))
    start = _longest(lambda n: before.startswith(after[:n]), shortest)
    start = _boundary(before, start)
    end = _longest(lambda n: before.endswith(after[len(after) - n :]), shortest - start)
    while end and not before[len(before) - end].isspace():
        end -= 1
    return start, end


def _longest(fits: Callable[[int], bool], most: int) -> int:
    """The greatest length that fits, where all lesser ones do too."""
    least = 0
    while least < most:
        middle = (least + most + 1) // 2
        least, most = (middle, most) if fits(middle) else (least, middle - 1)
    return least


def _boundary(text: str, at: int) -> int:
    """The end of the last word that ends before a place."""
    found = max(text.rfind("\n", 0, at), text.rfind(" ", 0, at))
    return found + 1


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text)


def _gaps(
    old: Sequence[str], new: Sequence[str], common: Sequence[tuple[int, int]]
) -> Iterator[Segment | tuple[Sequence[str], Sequence[str]]]:
    """Common elements as segments, and between them the two sides of what is not common."""
    i = j = 0
    for a, b in [*common, (len(old), len(new))]:
        if a > i or b > j:
            yield old[i:a], new[j:b]
        if a < len(old):
            yield Segment("same", old[a])
        i, j = a + 1, b + 1


def _compare(old: Sequence[str], new: Sequence[str]) -> list[Segment]:
    pieces: list[Segment] = []
    same = 0
    for segment in _gaps(old, new, common_subsequence(old, new)):
        if isinstance(segment, Segment):
            pieces.append(segment)
            same += _letters([segment.text])
        else:
            pieces += _replaced("".join(segment[0]), "".join(segment[1]))
    if old and new and same * 4 < min(_letters(old), _letters(new)):
        return _replaced("".join(old), "".join(new))
    return pieces


def _letters(words: Sequence[str]) -> int:
    """The length of what carries meaning: two texts that share their commas share nothing."""
    return sum(len(word) for word in words if word[0].isalnum())


def _replaced(removed: str, added: str) -> list[Segment]:
    pieces = [Segment("removed", removed), Segment("added", added)]
    return [piece for piece in pieces if piece.text]


def _joined(pieces: Sequence[Segment]) -> tuple[Segment, ...]:
    """Neighbours of one kind as one; white space between two changes goes with them, as people read it."""
    removed: list[str] = []
    added: list[str] = []
    same: list[str] = []
    result = list[Segment]()
    for at, piece in enumerate(pieces):
        blank = piece.kind == "same" and not piece.text.strip() and "\n" not in piece.text
        between = removed and added and at + 1 < len(pieces) and pieces[at + 1].kind != "same"
        if piece.kind == "same" and not (blank and between):
            result += _replaced("".join(removed), "".join(added))
            removed, added = [], []
            same.append(piece.text)
            continue
        result += _same(same)
        same = []
        if piece.kind != "added":
            removed.append(piece.text)
        if piece.kind != "removed":
            added.append(piece.text)
    return (*result, *_replaced("".join(removed), "".join(added)), *_same(same))


def _same(texts: Sequence[str]) -> list[Segment]:
    text = "".join(texts)
    return [Segment("same", text)] if text else []
