"""Ids that are one and the same to a person and two to a store: what makes the difference."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

#: What stands between a prefix and an id.
_JOINTS = "-_.:/|#"
#: Characters of an id that are compared.
_LONGEST = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """`prefix` is the one that only one of the two has, "" for what lies in the writing of one name."""

    words: str
    prefix: str = ""


def difference(one: str, two: str) -> Difference | None:
    """What tells two ids of one name apart. None for the same id, and for two names."""
    if one == two or max(len(one), len(two)) > _LONGEST:
        return None
    for words, make in _WRITINGS:
        if make(one) == make(two):
            return Difference(words)
    short, long = sorted((plain(one), plain(two)), key=len)
    if short and long.endswith(short) and long[-len(short) - 1] in _JOINTS:
        return Difference(f"the prefix {long[: -len(short)]!r}", long[: -len(short)])
    return None


def plain(thread_id: str) -> str:
    """What is left of an id without spaces at its ends, with one form of every letter, and no capitals."""
    return _folded(_composed(thread_id))


def _stripped(thread_id: str) -> str:
    return thread_id.strip()


def _composed(thread_id: str) -> str:
    return unicodedata.normalize("NFKC", thread_id).strip()


def _folded(thread_id: str) -> str:
    return unicodedata.normalize("NFKC", thread_id.casefold()).strip()


_WRITINGS = (
    ("spaces at an end", _stripped),
    ("upper and lower case", lambda text: _stripped(text).casefold()),
    ("another form of a letter", _composed),
    ("case, spaces and forms of letters", plain),
)


def candidates(thread_id: str, prefixes: Iterable[str]) -> list[str]:
    """Ids that may be its twin, to be looked up as they are. `prefixes` are those that ids here bear."""
    written = [thread_id, thread_id.strip(), _composed(thread_id), plain(thread_id), thread_id.upper()]
    for text in (thread_id.strip(), plain(thread_id)):
        written += [text[place + 1 :] for place, letter in enumerate(text) if letter in _JOINTS][:3]
        written += [f"{prefix}{text}" for prefix in prefixes]
    return [text for text in dict.fromkeys(written) if text != thread_id]


class NearIds:
    """Ids to find twins among, at once by what they have in common."""

    def __init__(self, thread_ids: Iterable[str]) -> None:
        self._by_plain: dict[str, list[str]] = defaultdict(list)
        self._by_tail: dict[str, list[str]] = defaultdict(list)
        for thread_id in thread_ids:
            if len(thread_id) > _LONGEST:
                continue
            text = plain(thread_id)
            self._by_plain[text].append(thread_id)
            for tail in _tails(text):
                self._by_tail[tail].append(thread_id)

    def find(self, thread_id: str) -> Sequence[str]:
        """Others that `difference` tells to be of the same name."""
        if len(thread_id) > _LONGEST:
            return ()
        text = plain(thread_id)
        found = [*self._by_plain.get(text, ()), *self._by_tail.get(text, ())]
        for tail in _tails(text):
            found += self._by_plain.get(tail, ())
        return [other for other in dict.fromkeys(found) if difference(thread_id, other) is not None]


def _tails(text: str) -> list[str]:
    """What is left behind each joint, the first few."""
    places = [place for place, letter in enumerate(text) if letter in _JOINTS and 0 < place < len(text) - 1]
    return [text[place + 1 :] for place in places[:3]]


def common_prefixes(thread_ids: Iterable[str], most: int) -> list[str]:
    """Prefixes that several of these ids bear, the most frequent first."""
    counts: Mapping[str, int] = _count(thread_ids)
    often = [prefix for prefix, count in counts.items() if count > 2]
    return sorted(often, key=lambda prefix: (-counts[prefix], prefix))[:most]


def _count(thread_ids: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = defaultdict(int)
    for thread_id in thread_ids:
        place = next((place for place, letter in enumerate(thread_id) if letter in _JOINTS), -1)
        if 0 < place < 100:
            counts[thread_id[: place + 1]] += 1
    return counts
