"""The changes between two values, place by place: by key where there are keys, by a minimal alignment in
lists.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from inspector.domain.align import common_subsequence
from inspector.domain.deferred import opened
from inspector.domain.diff.compare import CUT, DIFFERENT, Comparer, is_set, same_beginning, same_end
from inspector.domain.diff.entry import Kind, ValueEntry
from inspector.domain.diff.pairing import pair_up
from inspector.domain.value import ABSENT, Absent, Pairs, Tagged, Value

#: A path as it grows, so that only entries pay for a string: (the path of the parent, last token), None at
#: the root.
_Path: TypeAlias = "tuple[_Path, str | int] | None"


@dataclass(frozen=True, slots=True)
class _Whole:
    """Two values that take each other's place, and where."""

    before: Any
    after: Any
    path_before: _Path
    path_after: _Path


class TreeDiff:
    """One comparison. `run` fills `entries`; `unchanged`, `left_out`, `cut` and `coarse` are as in
    `ChannelChange`.
    """

    def __init__(self, comparer: Comparer, max_entries: int) -> None:
        self.entries: list[ValueEntry] = []
        self.unchanged = 0
        self.cut = False
        self.coarse = False
        self._comparer = comparer
        self._max_entries = max_entries
        self._count = 0

    @property
    def left_out(self) -> int:
        return self._count - len(self.entries)

    def run(self, before: Value | Absent, after: Value | Absent) -> None:
        self._visit(before, after, None, None)

    def _visit(self, before: Any, after: Any, path_before: _Path, path_after: _Path) -> None:
        verdict = self._comparer.compare(before, after)
        if verdict == DIFFERENT:
            self._differ(_Whole(before, after, path_before, path_after))
        else:
            self._keep(verdict == CUT)

    def _keep(self, cut: bool) -> None:
        self.unchanged += 1
        self.cut = self.cut or cut

    def _differ(self, pair: _Whole) -> None:
        """Look inside two values known to be different, as far as they are of one make."""
        if self._comparer.left < 0:
            self.coarse = True
            self._replace(pair)
            return
        match opened(pair.before), opened(pair.after):
            case dict() as old, dict() as new if not old or not new or not old.keys().isdisjoint(new):
                self._fields(old, new, pair)
            case Tagged() as old, Tagged() as new if old.type_name == new.type_name:
                if is_set(old) and is_set(new) and len(old.fields) == len(new.fields) == 1:
                    self._set(old, new, pair)
                else:
                    self._fields(old.fields, new.fields, pair)
            case list() as old, list() as new:
                self._sequence(old, new, pair, pair.path_before, pair.path_after)
            case Pairs() as old, Pairs() as new:
                paths = ((pair.path_before, "items"), (pair.path_after, "items"))
                self._sequence(old.items, new.items, pair, *paths)
            case _:
                self._replace(pair)

    def _fields(self, before: Mapping[str, Any], after: Mapping[str, Any], pair: _Whole) -> None:
        for key, old in before.items():
            path_before = (pair.path_before, key)
            if key in after:
                self._visit(old, after[key], path_before, (pair.path_after, key))
            else:
                self._emit("removed", path_before, old, ABSENT)
        for key, new in after.items():
            if key not in before:
                self._emit("added", (pair.path_after, key), ABSENT, new)

    def _sequence(
        self, before: Sequence[Any], after: Sequence[Any], pair: _Whole, path_before: _Path, path_after: _Path
    ) -> None:
        """Keep the longest common part; within a gap, what fits together changed, the rest came or went."""
        mark = self._mark()
        start, tail = self._trim(before, after)
        ends = (len(before) - tail, len(after) - tail)
        old_numbers, new_numbers, cut = self._numbers(before[start : ends[0]], after[start : ends[1]])
        i, j = start, start
        for old, new in common_subsequence(old_numbers, new_numbers):
            gaps = (range(i, start + old), range(j, start + new))
            self._gap(before, after, gaps, path_before, path_after)
            self._keep(old_numbers[old] in cut)
            i, j = start + old + 1, start + new + 1
        self._gap(before, after, (range(i, ends[0]), range(j, ends[1])), path_before, path_after)
        if self.unchanged == mark[2] and self._count > mark[1] + 1 and before and after:
            self._rewind(mark)
            self._replace(pair)

    def _gap(
        self,
        before: Sequence[Any],
        after: Sequence[Any],
        gaps: tuple[range, range],
        path_before: _Path,
        path_after: _Path,
    ) -> None:
        for i, j in pair_up(self._comparer, before, after, *gaps):
            if i is not None and j is not None:
                self._element(_Whole(before[i], after[j], (path_before, i), (path_after, j)))
            elif i is not None:
                self._emit("removed", (path_before, i), before[i], ABSENT)
            elif j is not None:
                self._emit("added", (path_after, j), ABSENT, after[j])

    def _trim(self, before: Sequence[Any], after: Sequence[Any]) -> tuple[int, int]:
        """How many elements at the beginning, and then at the end, are the same; they count as kept."""
        compare, shortest = self._comparer.compare, min(len(before), len(after))
        start = same_beginning(before, after)
        self.unchanged += start
        while start < shortest and (verdict := compare(before[start], after[start])) != DIFFERENT:
            self._keep(verdict == CUT)
            start += 1
        tail = same_end(before, after, shortest - start)
        self.unchanged += tail
        while tail < shortest - start and (verdict := compare(before[-1 - tail], after[-1 - tail])) != DIFFERENT:
            self._keep(verdict == CUT)
            tail += 1
        return start, tail

    def _numbers(self, before: Sequence[Any], after: Sequence[Any]) -> tuple[list[int], list[int], frozenset[int]]:
        # One side empty, or one against one already found different: nothing can match, spare the
        # fingerprints.
        if not before or not after or (len(before) == len(after) == 1):
            return list(range(len(before))), [-1 - j for j in range(len(after))], frozenset()
        return self._comparer.classify(before, after)

    def _element(self, pair: _Whole) -> None:
        """A pair of elements in one gap: its differing parts, or the whole of it where little is common."""
        mark = self._mark()
        old, new = pair.before, pair.after
        if type(old) is tuple and type(new) is tuple and self._comparer.compare(old[0], new[0]) != DIFFERENT:
            # One item of `Pairs`: of two with one key, the value is what differs.
            self._visit(old[1], new[1], (pair.path_before, 1), (pair.path_after, 1))
            return
        self._visit(old, new, pair.path_before, pair.path_after)
        emitted, kept = self._count - mark[1], self.unchanged - mark[2]
        if emitted > 1 and emitted > 2 * kept:
            self._rewind(mark)
            self._replace(pair)

    def _set(self, before: Tagged, after: Tagged, pair: _Whole) -> None:
        """Elements of a set stay, come or go: they have no order to keep and no place to change at."""
        old_items = cast("list[Value]", before.fields["items"])
        new_items = cast("list[Value]", after.fields["items"])
        old_numbers, new_numbers, cut = self._comparer.classify(old_items, new_items)
        added: dict[int, list[int]] = {}
        for j in reversed(range(len(new_items))):
            added.setdefault(new_numbers[j], []).append(j)
        for i, number in enumerate(old_numbers):
            if added.get(number):
                added[number].pop()
                self._keep(number in cut)
            else:
                self._emit("removed", ((pair.path_before, "items"), i), old_items[i], ABSENT)
        for j in sorted(j for places in added.values() for j in places):
            self._emit("added", ((pair.path_after, "items"), j), ABSENT, new_items[j])

    def _replace(self, pair: _Whole) -> None:
        self._emit("changed", pair.path_after, pair.before, pair.after)

    def _emit(self, kind: Kind, path: _Path, before: Any, after: Any) -> None:
        self._count += 1
        if len(self.entries) < self._max_entries:
            self.entries.append(ValueEntry(kind, _pointer(path), _plain(before), _plain(after)))

    def _mark(self) -> tuple[int, int, int, bool, bool]:
        return len(self.entries), self._count, self.unchanged, self.cut, self.coarse

    def _rewind(self, mark: tuple[int, int, int, bool, bool]) -> None:
        kept, self._count, self.unchanged, self.cut, self.coarse = mark
        del self.entries[kept:]


def _plain(value: Any) -> Value | Absent:
    """An element of `Pairs` as the two-element list that its JSON shows."""
    return list(value) if type(value) is tuple else cast("Value | Absent", value)


def _pointer(path: _Path) -> str:
    tokens: list[str] = []
    while path is not None:
        path, token = path
        text = str(token)
        text = "$" + text if text.startswith("$") else text
        tokens.append("/" + text.replace("~", "~0").replace("/", "~1"))
    return "".join(reversed(tokens))
