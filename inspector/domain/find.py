"""Finding a text in value trees: where it stands, and which of it was not there before.

Two texts are the same to a search where they look the same: both are compared in Unicode's composed form (NFC), and
without case unless case counts. Whether a match is new is told by what stands around it, not by its place: a message
keeps its words when the list before it grows or is trimmed.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from itertools import groupby
from typing import Any, NamedTuple, TypeAlias

from inspector.domain.value import Binary, CutText, Omitted, Pairs, Tagged, Value, digits_of

#: Characters kept on either side of a match.
BEFORE, AFTER = 60, 100
#: Of those, what tells a match from others like it.
_NEAR = 40
#: Matches of one text that are told apart. Of a text with more, the whole text is.
_PER_TEXT = 200
#: Texts of one value that are told.
MOST = 200_000

#: The path of the parent and a last token; None at the top.
Path: TypeAlias = Any
_NAME = re.compile(r"[^\W\d]\w*")
#: Parts of a `Tagged` that the decoder names, and nobody stored.
_GIVEN = frozenset({"value", "args", "items"})
#: What follows on a letter and is one sign with it: marks, and the later parts of a Hangul syllable.
_JOINED = re.compile("[\u1160-\u11ff]")


@dataclass(frozen=True)
class Needle:
    """What is looked for. `text` is as it was typed."""

    text: str
    case: bool = False

    @cached_property
    def folded(self) -> str:
        return fold(self.text, case=self.case)

    def is_in(self, text: str) -> bool:
        return self.folded in fold(text, case=self.case)

    def places(self, text: str) -> list[tuple[int, int]]:
        """Where it stands in `text`, beginnings and ends; matches do not overlap."""
        folded = fold(text, case=self.case)
        if self.folded not in folded:
            return []
        found = [match.span() for match in re.finditer(re.escape(self.folded), folded)]
        if _is_aligned(text, folded, case=self.case):
            return found
        starts, ends = _signs(text, case=self.case)
        return [(_at(starts, start), _at(ends, end - 1)) for start, end in found]


def fold(text: str, *, case: bool) -> str:
    composed = text if text.isascii() else unicodedata.normalize("NFC", text)
    if case:
        return composed
    folded = composed.casefold()
    return folded if folded.isascii() else unicodedata.normalize("NFC", folded)


def _is_aligned(text: str, folded: str, *, case: bool) -> bool:
    """Whether each character of a text became one. Folding never makes fewer of them, composing does."""
    if len(text) != len(folded) or text.isascii() or folded == text:
        return len(text) == len(folded)
    return unicodedata.is_normalized("NFC", text) and folded == (text if case else text.casefold())


Marks: TypeAlias = tuple[list[int], list[int]]


def _signs(text: str, *, case: bool) -> tuple[Marks, Marks]:
    """For each sign of `text` (a letter with its marks) where it begins when folded, with where it begins and where it
    ends in `text` itself."""
    folded_at, starts, ends = [], [], []
    place = length = 0
    while place < len(text):
        end = place + 1
        while end < len(text) and (unicodedata.combining(text[end]) or _JOINED.match(text[end])):
            end += 1
        folded_at.append(length)
        starts.append(place)
        ends.append(end)
        length += len(fold(text[place:end], case=case))
        place = end
    return (folded_at, starts), (folded_at, ends)


def _at(marks: Marks, place: int) -> int:
    return marks[1][max(0, bisect_right(marks[0], place) - 1)]


class Found(NamedTuple):
    """One match. `is_key` where it is a key that holds it. `times` is above 1 only of a text with too many to tell
    apart, `text_mark` then tells that text from any other. `place` is the path without numbers: elements of a list
    move."""

    path: Path
    place: Path
    is_key: bool
    before: str
    match: str
    after: str
    times: int = 1
    text_mark: bytes = b""

    @property
    def around(self) -> tuple[str, str, str, bytes]:
        return self.before[-_NEAR:], self.match, self.after[:_NEAR], self.text_mark


#: A text of a value: its path, that without numbers, the text, and whether it is a key.
Text: TypeAlias = tuple[Path, Path, str, bool]


@dataclass(frozen=True, slots=True)
class Searched:
    """The texts of a value that hold the needle, in the value's order. `unread` says why parts of the value could not
    be looked into, each reason once."""

    needle: Needle
    texts: Sequence[Text] = ()
    unread: tuple[str, ...] = ()

    @property
    def found(self) -> Iterator[Found]:
        """All matches."""
        return (one for text in self.texts for one in _matches(self.needle, text))


def search(value: Value, needle: Needle, name: str) -> Searched:
    """What in a value, whose path begins with `name`, holds the needle."""
    texts: list[Text] = []
    unread: dict[str, None] = {}
    for item in _texts(value, name, unread):
        if needle.is_in(item[2]):
            if len(texts) == MOST:
                unread[f"More than {MOST:,} texts of one value hold it; the first ones are told."] = None
                break
            texts.append(item)
    return Searched(needle, texts, tuple(unread))


def _matches(needle: Needle, item: Text) -> Iterator[Found]:
    path, place, text, is_key = item
    places = needle.places(text)
    if len(places) > _PER_TEXT:
        start, end = places[0]
        mark = blake2b(text.encode("utf-8", "replace"), digest_size=12).digest()
        yield Found(path, place, is_key, *_around(text, start, end), times=len(places), text_mark=mark)
        return
    for start, end in places:
        yield Found(path, place, is_key, *_around(text, start, end))


def _around(text: str, start: int, end: int) -> tuple[str, str, str]:
    return text[max(0, start - BEFORE) : start], text[start:end], text[end : end + AFTER]


def _texts(value: Value, name: str, unread: dict[str, None]) -> Iterator[Text]:
    """Every text of a tree, keys before what they hold."""
    waiting: list[tuple[Path, Path, Value, bool]] = [((None, name), (None, name), value, False)]
    while waiting:
        path, place, item, is_key = waiting.pop()
        match item:
            case str():
                yield path, place, item, is_key
            case None | Binary():
                pass
            case bool():
                yield path, place, "true" if item else "false", is_key
            case int():
                yield path, place, digits_of(item), is_key
            case float():
                yield path, place, str(item), is_key
            case CutText():
                unread["A text is too long to be read whole."] = None
                yield path, place, item.head, is_key
            case Omitted():
                unread[item.detail or f"Not read: {item.reason}."] = None
            case _:
                waiting += reversed(list(_parts(item, path, place, is_key=is_key)))


def _parts(item: Any, path: Path, place: Path, *, is_key: bool) -> Iterator[tuple[Path, Path, Value, bool]]:
    if isinstance(item, list | Pairs):
        place = (place, None)
        if isinstance(item, list):
            for number, part in enumerate(item):
                yield (path, number), place, part, is_key
            return
        for number, (key, part) in enumerate(item.items):
            yield (path, number), place, key, True
            yield (path, number), place, part, is_key
        return
    given: Iterable[str] = _GIVEN if isinstance(item, Tagged) else ()
    for key, part in (item.fields if isinstance(item, Tagged) else item).items():
        if key not in given:
            yield (path, key), (place, key), key, True
        yield (path, key), (place, key), part, is_key


def path_text(path: Path) -> str:
    """`messages[3].content`; a key that is no name is quoted."""
    first, *rest = _tokens(path)
    return str(first) + "".join(
        f"[{token}]" if isinstance(token, int) else f".{token}" if _NAME.fullmatch(token) else f"[{token!r}]"
        for token in rest
    )


def _tokens(path: Path) -> list[Any]:
    tokens: list[Any] = []
    while path is not None:
        path, token = path
        tokens.append(token)
    return tokens[::-1]


class Known:
    """The matches that a value holds, to tell whether another one has the same. A text that only grew behind a match
    holds the same match."""

    def __init__(self, found: Iterable[Found]) -> None:
        self._left = Counter((item.place, item.is_key, item.around) for item in found)

    def holds(self, item: Found) -> bool:
        mark = (item.place, item.is_key, item.around)
        return self._left[mark] > 0 or self._shorter(mark) is not None

    def take(self, item: Found) -> bool:
        """Whether there is one like it that was not taken yet."""
        return self._take((item.place, item.is_key, item.around))

    def take_shorter(self, item: Found) -> bool:
        """Whether there is one whose text ended sooner."""
        return self._take(self._shorter((item.place, item.is_key, item.around)))

    def _take(self, mark: Any) -> bool:
        if self._left[mark] <= 0:
            return False
        self._left[mark] -= 1
        return True

    def _shorter(self, mark: Any) -> Any:
        place, is_key, (start, word, end, _) = mark
        shorter = ((place, is_key, (start, word, end[:size], b"")) for size in range(min(len(end) + 1, _NEAR)))
        return next((one for one in shorter if self._left[one] > 0), None)


def added(before: Searched | None, after: Searched) -> Iterator[Found]:
    """The matches of `after` that were not there `before`, in their order. Of several alike, the last ones are new."""
    if before is None or not before.texts:
        yield from after.found
        return
    same = Counter(text[1:] for text in before.texts)
    texts: list[Text] = []
    for text in after.texts:  # most stay as they are, and need not be looked into
        if same[text[1:]] > 0:
            same[text[1:]] -= 1
        else:
            texts.append(text)
    known = Known(Searched(after.needle, [(None, *rest) for rest in same.elements()]).found)
    fresh = (item for item in Searched(after.needle, texts).found if not known.take(item))
    for item in fresh:
        if known.holds(item):  # which text grew is known when all that stayed are taken
            yield from (one for one in [item, *fresh] if not known.take_shorter(one))
            return
        yield item


def by_text(found: Iterable[Found]) -> Iterator[tuple[Found, int]]:
    """The first match of each text, and how many that text holds, in order."""
    for _, group in groupby(found, lambda item: (item.path, item.is_key)):
        first, *more = group
        yield first, first.times + sum(item.times for item in more)
