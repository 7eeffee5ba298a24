"""Stored JSON: bounded parsing, and the tree of parsed JSON with its objects recognised.

JSON says that it holds an object in one of two ways. LangChain's and LangGraph's serializers wrap it in an
envelope (`{"lc": 1, "type": "constructor", "id": [...], "kwargs": {...}}`; `lc: 2` has `args` too); the Redis
saver marks four kinds with a key of its own (`{"__send__": true, ...}`). Both become the same `Tagged` that
msgpack gives; see `envelopes`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from inspector.decode.budget import Meter, Stop
from inspector.decode.containers import cut_list, cut_mapping, mapping, too_deep
from inspector.decode.envelopes import SIGNS, Recognised, marked_bytes, recognise
from inspector.decode.texts import NOT_UTF8, binary, unicode_text
from inspector.domain.value import Omitted, Value

Element = TypeVar("Element")

#: Longer integers are left out: Python itself refuses to write those of more than 4300 digits as text.
MAX_DIGITS = 400

#: JSON is parsed in one go when it has at most this many times the nodes that are shown.
_PARSED_TO_SHOWN = 2

_LONG_INTEGER = re.compile(rf"(?<![0-9])[0-9]{{{MAX_DIGITS + 1}}}")
#: A string, or what there is of one: cannot fail where it starts with a quote, so its time is linear.
_STRING = re.compile(r'"(?:[^"\\]++|\\.?)*+"?', re.DOTALL)


def decode_json(data: bytes, meter: Meter) -> Value:
    """The value of a JSON text. Never raises `Stop`. Of broken JSON nothing is shown but where it breaks."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        meter.warn(NOT_UTF8)
        text = data.decode(errors="replace")
    if _has_too_many_nodes(text, meter):
        return _left_out("budget", len(data), "JSON with far more elements than can be shown.", meter)
    try:
        parsed = json.loads(text, parse_int=_integer if _LONG_INTEGER.search(text) else None)
    except RecursionError:
        return _left_out("depth", len(data), "JSON that is nested too deep to be read.", meter)
    except json.JSONDecodeError as error:
        return _left_out("invalid", len(data), f"Not JSON: {error.msg} at character {error.pos:,}.", meter)
    return tree(parsed, meter)


def tree(parsed: object, meter: Meter) -> Value:
    """The tree of JSON that is already parsed. Never raises `Stop`: what is too much is marked in place."""
    try:
        meter.take(1)
        return _Builder(meter).value(parsed, 1)
    except Stop as stop:
        meter.warn(stop.sentence)
        return stop.partial if stop.partial is not None else stop.rest(1)


class _Builder:
    __slots__ = ("_max_depth", "_meter")

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._max_depth = meter.budget.max_depth

    def value(self, raw: object, depth: int) -> Value:
        """`raw` as a value, a container being at level `depth`. Raises `Stop` with what was read of it."""
        if isinstance(raw, str):
            return unicode_text(raw, self._meter)
        if raw is None or isinstance(raw, bool) or isinstance(raw, float):  # noqa: SIM101 - a union costs double
            return raw
        if isinstance(raw, int):
            # log10(2) is 0.30103: close enough to count digits without making them.
            digits = raw.bit_length() * 30103 // 100000
            return raw if digits <= MAX_DIGITS else _too_long(digits)
        if isinstance(raw, dict):
            return too_deep(len(raw), self._meter) if depth > self._max_depth else self._dict(raw, depth)
        if isinstance(raw, list | tuple):
            return too_deep(len(raw), self._meter) if depth > self._max_depth else self._list(raw, depth)
        if isinstance(raw, bytes):
            return binary(raw, self._meter)
        if isinstance(raw, Omitted):  # a number that the parser left out
            return raw
        return _left_out("unknown", 1, f"JSON knows no {type(raw).__name__}.", self._meter)

    def _dict(self, raw: dict[object, object], depth: int) -> Value:
        if SIGNS.isdisjoint(raw):
            return self._mapping(raw, depth)
        found = recognise(raw)
        if found is not None:
            return self._object(found, depth)
        return marked_bytes(raw, self._meter) or self._mapping(raw, depth)

    def _object(self, found: Recognised, depth: int) -> Value:
        type_name = self._meter.name(found.module, found.name)
        try:
            parts = self._mapping(found.parts, depth)
        except Stop as stop:
            stop.partial = found.assemble(type_name, stop.partial, self._meter)
            raise
        return found.assemble(type_name, parts, self._meter)

    def _list(self, raw: Sequence[object], depth: int) -> list[Value]:
        items: list[Value] = []
        try:
            for item in self._paid(raw, len(raw)):
                items.append(self.value(item, depth + 1))  # noqa: PERF401 - a comprehension would lose what was read
        except Stop as stop:
            stop.partial = cut_list(items, len(raw), stop)
            raise
        return items

    def _mapping(self, raw: dict[object, object], depth: int) -> Value:
        flat: list[Value] = []
        try:
            for key, item in self._paid(raw.items(), len(raw)):
                flat.append(self.value(key, depth + 1))
                flat.append(self.value(item, depth + 1))
        except Stop as stop:
            stop.partial = cut_mapping(flat, len(raw), stop, self._meter)
            raise
        return mapping(flat, self._meter)

    def _paid(self, elements: Iterable[Element], count: int) -> Iterator[Element]:
        """The elements, each batch of them paid for when it is reached."""
        source = iter(elements)
        while count:
            granted = self._meter.take(count)
            count -= granted
            yield from islice(source, granted)


def _has_too_many_nodes(text: str, meter: Meter) -> bool:
    """Whether parsing would build far more than can be shown. What is inside strings does not count."""
    limit = meter.budget.max_nodes * _PARSED_TO_SHOWN
    if _count_nodes(text) <= limit:
        return False
    # An entry has at most four quotes of its own; this also bounds how many strings there are to look for below.
    if text.count('"') - text.count('\\"') > 4 * limit:
        return True
    return _count_nodes(_STRING.sub("", text)) > limit


def _count_nodes(text: str) -> int:
    return text.count(",") + text.count("[") + text.count("{")


def _integer(digits: str) -> int | Omitted:
    return int(digits) if len(digits) <= MAX_DIGITS else _too_long(len(digits))


def _too_long(digits: int) -> Omitted:
    return Omitted("budget", digits, f"A number of {digits:,} digits.")


def _left_out(reason: str, size: int, sentence: str, meter: Meter) -> Omitted:
    meter.warn(sentence)
    return Omitted(reason, size, sentence)
