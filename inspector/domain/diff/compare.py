"""When two values are the same value, strictly: `1`, `True`, `1.0` and `"1"` are four different ones, NaN
equals NaN.

Mappings and sets have no order; lists and `Pairs` have. Comparing remembers what it found, so that asking
again one level deeper costs nothing: a whole diff stays linear in the size of both trees, however deep the
difference lies.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from inspector.domain.deferred import Deferred, opened
from inspector.domain.value import Binary, CutText, Omitted, Pairs, Tagged

#: What comparing says. CUT: equal as far as it was read, but not all of it was read.
DIFFERENT, CUT, SAME = 0, 1, 2

#: Elements compared against each other when their fingerprints collide; more than this only happens by
#: design.
_MAX_BUCKET = 8

_PLAIN = frozenset({str, int, bool, type(None)})
#: Those that Python compares as we do when their types are the same, but for the two zeros of floats.
_COMPARED = _PLAIN | {float}
_BLOCK = 256
_SETS = frozenset({"builtins.set", "builtins.frozenset", "set", "frozenset"})
_MISSING = object()


def is_set(value: object) -> bool:
    """A set or frozenset, whose `items` come in an order that means nothing and changes from process to
    process.
    """
    return isinstance(value, Tagged) and value.type_name in _SETS and type(value.fields.get("items")) is list


def same_beginning(before: Sequence[Any], after: Sequence[Any]) -> int:
    """How many elements at the beginning of both are plainly the same, in blocks: a look at a block costs a tenth of
    one at each of its elements. There may be more."""
    start, shortest = 0, min(len(before), len(after))
    while start + _BLOCK <= shortest and _same_block(before[start : start + _BLOCK], after[start : start + _BLOCK]):
        start += _BLOCK
    return start


def same_end(before: Sequence[Any], after: Sequence[Any], most: int) -> int:
    """The same at the end of both, of at most so many."""
    tail, old, new = 0, len(before), len(after)
    while tail + _BLOCK <= most and _same_block(
        before[old - tail - _BLOCK : old - tail], after[new - tail - _BLOCK : new - tail]
    ):
        tail += _BLOCK
    return tail


def _same_block(old: Sequence[Any], new: Sequence[Any]) -> bool:
    kinds = [*map(type, old)]
    if not _COMPARED.issuperset(kinds) or kinds != [*map(type, new)] or old != new:
        return False
    return float not in kinds or 0.0 not in old or [*map(repr, old)] == [*map(repr, new)]


class Comparer:
    """Compares nodes of two trees for one diff. Both trees must outlive it: it remembers nodes by identity.

    `left` is how many more nodes may be looked at; a caller that finds it negative stops refining.
    """

    def __init__(self, max_nodes: int) -> None:
        self.left = max_nodes
        self._different: set[tuple[int, int]] = set()
        self._prints: dict[int, int] = {}

    def compare(self, before: Any, after: Any) -> int:
        kind = type(before)
        if kind is Deferred or type(after) is Deferred:
            return SAME if before is after else self.compare(opened(before), opened(after))
        if kind is not type(after):
            return DIFFERENT
        if kind in _PLAIN:
            return SAME if before == after else DIFFERENT
        if kind is float:
            return SAME if _same_float(before, after) else DIFFERENT
        known = self._different
        if known and (id(before), id(after)) in known:
            return DIFFERENT
        if kind is dict:
            result = self._mappings(before, after)
        elif kind is list or kind is tuple:
            result = self._sequences(before, after)
        elif kind is Tagged:
            result = self._tagged(before, after)
        else:
            result = self._rest(before, after)
        if result == DIFFERENT:
            known.add((id(before), id(after)))
        return result

    def classify(self, before: Sequence[Any], after: Sequence[Any]) -> tuple[list[int], list[int], frozenset[int]]:
        """A number for each element, equal exactly where the elements are the same; and the numbers of cut
        ones.
        """
        buckets: dict[int, list[tuple[Any, int]]] = {}
        cut: set[int] = set()
        numbers: list[int] = []
        parts: dict[int, int] = {}
        for item in (*before, *after):
            if type(item) is Deferred:  # in the same bytes on both sides, so that nothing has to be decoded for it
                numbers.append(parts.setdefault(id(item), len(numbers)))
                continue
            bucket = buckets.setdefault(self.fingerprint(item), [])
            for known, number in bucket:
                verdict = self.compare(known, item)
                if verdict != DIFFERENT:
                    if verdict == CUT:
                        cut.add(number)
                    numbers.append(number)
                    break
            else:
                if len(bucket) < _MAX_BUCKET:
                    bucket.append((item, len(numbers)))
                numbers.append(len(numbers))
        return numbers[: len(before)], numbers[len(before) :], frozenset(cut)

    def fingerprint(self, value: Any) -> int:
        """Equal for values that are the same; nearly always different for others. Not stable between
        processes.
        """
        value = opened(value)
        kind = type(value)
        if kind in _PLAIN:
            return hash((kind, value))
        if kind is float:
            return hash((float, "nan" if math.isnan(value) else value))
        known = self._prints.get(id(value))
        if known is None:
            known = self._prints[id(value)] = self._fingerprint_parts(value)
        return known

    def _fingerprint_parts(self, value: Any) -> int:
        if is_set(value):
            self.left -= len(value.fields["items"])
            return hash((value.type_name, tuple(sorted(map(self.fingerprint, value.fields["items"])))))
        match value:
            case list() | tuple():
                self.left -= len(value)
                return hash((type(value), tuple(map(self.fingerprint, value))))
            case dict():
                return self._fingerprint_fields("", value)
            case Tagged():
                return self._fingerprint_fields(value.type_name, value.fields)
            case Pairs():
                return self.fingerprint(value.items)
            case Binary() | CutText():
                return hash((type(value), value.head, value.size))
            case Omitted():
                return hash((Omitted, value.reason, value.size, value.mark))
            case _:
                return hash(type(value))

    def _fingerprint_fields(self, name: str, fields: Mapping[str, Any]) -> int:
        self.left -= len(fields)
        return hash((name, frozenset((key, self.fingerprint(item)) for key, item in fields.items())))

    def _mappings(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> int:
        if len(before) != len(after):
            return DIFFERENT
        self.left -= len(before)
        worst = SAME
        for key, old in before.items():
            new = after.get(key, _MISSING)
            kind = type(old)
            if kind in _PLAIN:  # most of what there is: not worth a call
                if type(new) is not kind or old != new:
                    return DIFFERENT
                continue
            verdict = self.compare(old, new)
            if verdict != SAME:
                if verdict == DIFFERENT:
                    return DIFFERENT
                worst = CUT
        return worst

    def _sequences(self, before: Sequence[Any], after: Sequence[Any]) -> int:
        if len(before) != len(after):
            return DIFFERENT
        start = same_beginning(before, after)
        self.left -= len(before) - start
        worst = SAME
        for old, new in zip(islice(before, start, None), islice(after, start, None), strict=True):
            kind = type(old)
            if kind in _PLAIN:
                if type(new) is not kind or old != new:
                    return DIFFERENT
                continue
            verdict = self.compare(old, new)
            if verdict == DIFFERENT:
                return DIFFERENT
            worst = min(worst, verdict)
        return worst

    def _tagged(self, before: Tagged, after: Tagged) -> int:
        if before.type_name != after.type_name:
            return DIFFERENT
        verdict = self._mappings(before.fields, after.fields)
        if verdict == DIFFERENT and is_set(before) and is_set(after):
            return self._sets(before, after)
        return verdict

    def _rest(self, before: Any, after: Any) -> int:
        match before:
            case Pairs():
                return self.compare(before.items, after.items)
            case Binary():
                if before != after:
                    return DIFFERENT
                return SAME if len(before.head) >= before.size else CUT
            case Omitted(whole=True):
                return SAME if before == after else DIFFERENT
            case CutText() | Omitted():
                return CUT if before == after else DIFFERENT
            case _:
                return SAME if before is after or before == after else DIFFERENT

    def _sets(self, before: Tagged, after: Tagged) -> int:
        old_items: Any = before.fields["items"]
        new_items: Any = after.fields["items"]
        if len(old_items) != len(new_items):
            return DIFFERENT
        rest = [{key: item for key, item in side.fields.items() if key != "items"} for side in (before, after)]
        # Built here, so gone after this line: it must not be remembered by identity.
        verdict = self._mappings(*rest)
        old, new, cut = self.classify(old_items, new_items)
        if verdict == DIFFERENT or sorted(old) != sorted(new):
            return DIFFERENT
        return CUT if cut else verdict


def _same_float(before: float, after: float) -> bool:
    if before != before or after != after:
        return before != before and after != after
    return before == after and (before != 0 or math.copysign(1, before) == math.copysign(1, after))
