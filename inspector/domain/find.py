"""Finding a text in value trees: where it stands, and which of it was not there before.

Two texts are the same to a search where they look the same: both are compared in Unicode's composed form (NFC), and
without case unless case counts. Whether a match is new is told by what stands around it, not by its place: a message
keeps its words when the list before it grows or is trimmed.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any, TypeAlias

from inspector.domain.value import Binary, CutText, Omitted, Pairs, Tagged, Value, digits_of

#: Characters kept on either side of a match.
BEFORE, AFTER = 60, 100
#: Of those, what tells a match from others like it.
_NEAR = 40
#: Matches of one text that are told apart. Of a text with more, the whole text is.
_PER_TEXT = 200
#: Matches of one value that are kept.
MOST = 20_000

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


@dataclass(frozen=True, slots=True)
class Found:
    """One match. `is_key` where it is a key that holds it. `times` is above 1 only of a text with too many to tell
    apart, `text_mark` then tells that text from any other."""

    path: Path
    is_key: bool
    before: str
    match: str
    after: str
    times: int = 1
    text_mark: bytes = b""

    @property
    def around(self) -> tuple[str, str, str, bytes]:
        return self.before[-_NEAR:], self.match, self.after[:_NEAR], self.text_mark


@dataclass(frozen=True, slots=True)
class Searched:
    """`unread` says why parts of the value could not be looked into, each reason once."""

    found: tuple[Found, ...]
    unread: tuple[str, ...] = ()


def search(value: Value, needle: Needle, name: str) -> Searched:
    """All matches in a value whose path begins with `name`, in the value's order."""
    found: list[Found] = []
    unread: dict[str, None] = {}
    for path, text, is_key in _texts(value, (None, name), unread):
        found += _matches(needle, path, text, is_key=is_key)
        if len(found) > MOST:
            unread[f"It is found more than {MOST:,} times in one value; the first ones are told."] = None
            break
    return Searched(tuple(found[:MOST]), tuple(unread))


def _matches(needle: Needle, path: Path, text: str, *, is_key: bool) -> Iterator[Found]:
    places = needle.places(text)
    if len(places) > _PER_TEXT:
        start, end = places[0]
        mark = blake2b(text.encode("utf-8", "replace"), digest_size=12).digest()
        yield Found(path, is_key, *_around(text, start, end), times=len(places), text_mark=mark)
        return
    for start, end in places:
        yield Found(path, is_key, *_around(text, start, end))


def _around(text: str, start: int, end: int) -> tuple[str, str, str]:
    return text[max(0, start - BEFORE) : start], text[start:end], text[end : end + AFTER]


def _texts(value: Value, path: Path, unread: dict[str, None]) -> Iterator[tuple[Path, str, bool]]:
    """Every text of a tree with its path, keys before what they hold."""
    waiting: list[tuple[Path, Value, bool]] = [(path, value, False)]
    while waiting:
        path, item, is_key = waiting.pop()
        match item:
            case str():
                yield path, item, is_key
            case None | Binary():
                pass
            case bool():
                yield path, "true" if item else "false", is_key
            case int():
                yield path, digits_of(item), is_key
            case float():
                yield path, str(item), is_key
            case CutText():
                unread["A text is too long to be read whole."] = None
                yield path, item.head, is_key
            case Omitted():
                unread[item.detail or f"Not read: {item.reason}."] = None
            case _:
                waiting += reversed(list(_parts(item, path, is_key=is_key)))


def _parts(item: Any, path: Path, *, is_key: bool) -> Iterator[tuple[Path, Value, bool]]:
    if isinstance(item, list):
        for number, part in enumerate(item):
            yield (path, number), part, is_key
    elif isinstance(item, Pairs):
        for number, (key, part) in enumerate(item.items):
            yield (path, number), key, True
            yield (path, number), part, is_key
    else:
        given: Iterable[str] = _GIVEN if isinstance(item, Tagged) else ()
        for key, part in (item.fields if isinstance(item, Tagged) else item).items():
            if key not in given:
                yield (path, key), key, True
            yield (path, key), part, is_key


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


def _kind_of_place(path: Path) -> tuple[Any, ...]:
    """The path without numbers: elements of a list move."""
    return tuple("[]" if isinstance(token, int) else token for token in _tokens(path))


def added(before: Sequence[Found], after: Sequence[Found]) -> list[Found]:
    """The matches of `after` that were not there `before`, in their order. Of several alike, the last ones are new. A
    text that only grew behind a match holds the same match."""
    if not before:
        return list(after)
    known = Counter((_kind_of_place(item.path), item.is_key, item.around) for item in before)
    rest = []
    for item in after:
        mark = (_kind_of_place(item.path), item.is_key, item.around)
        if known[mark] > 0:
            known[mark] -= 1
        else:
            rest.append((mark, item))
    grown: defaultdict[Any, list[str]] = defaultdict(list)
    for (place, is_key, (start, word, end, whole)), count in known.items():
        if len(end) < _NEAR and count > 0 and not whole:
            grown[place, is_key, start, word] += [end] * count
    fresh = []
    for (place, is_key, (start, word, end, _)), item in rest:
        shorter = grown[place, is_key, start, word]
        same = next((old for old in shorter if end.startswith(old)), None)
        if same is None:
            fresh.append(item)
        else:
            shorter.remove(same)
    return fresh


def by_text(found: Iterable[Found]) -> list[tuple[Found, int]]:
    """The first match of each text, and how many that text holds, in order."""
    groups: dict[tuple[Any, ...], list[Found]] = {}
    for item in found:
        groups.setdefault((*_tokens(item.path), item.is_key), []).append(item)
    return [(items[0], sum(item.times for item in items)) for items in groups.values()]
