"""Whether what a ledger holds is what its records say of themselves.

JSON, Redis and SQLite know no types, and whoever may write to a ledger may write anything. Pages sort, add up and
encode what they are given, so a record that is not sound is left out before it gets there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from inspector.probe.ledger_schema import Place, Read, storable

#: Characters of one text. The longest that a probe writes are addresses of databases.
LONGEST = 10_000
#: Members of one mapping or list: a probe tells apart far fewer versions, classes of errors, and places.
MOST = 1_000
_KNOWN: dict[type[Any], tuple[tuple[str, Callable[[Any], bool]], ...]] = {}  #: what is checked in each kind of record
_END = 1e15  #: seconds: no clock says that, and sums of times stay numbers


def is_sound(record: Any, but: str = "") -> bool:
    """Whether every field of a record holds what its annotation says. `but` names one that is not a ledger's word."""
    return all(check(getattr(record, name)) for name, check in _checks_of(type(record)) if name != but)


def _checks_of(kind: type[Any]) -> tuple[tuple[str, Callable[[Any], bool]], ...]:
    if kind not in _KNOWN:
        _KNOWN[kind] = tuple((field.name, _CHECKS[str(field.type)]) for field in fields(kind))
    return _KNOWN[kind]


def is_storable(value: Any) -> bool:
    """A text that a database can hold, of any length."""
    return isinstance(value, str) and storable(value) == value


def is_text(value: Any) -> bool:
    return is_storable(value) and len(value) <= LONGEST


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**63


def is_time(value: Any) -> bool:
    return type(value) in (int, float) and -_END < value < _END  # neither NaN nor a number beyond every float


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _maps(value: Any, check: Callable[[Any], bool]) -> bool:
    if not isinstance(value, Mapping) or len(value) > MOST:
        return False
    return all(is_text(name) and check(item) for name, item in value.items())


def _lists(value: Any, check: Callable[[Any], bool]) -> bool:
    return isinstance(value, tuple) and len(value) <= MOST and all(map(check, value))


def _is_a(kind: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kind) and is_sound(value)


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "str": is_text,
    "int": _is_count,
    "float": is_time,
    "float | None": lambda value: value is None or is_time(value),
    "bool": _is_flag,
    "Mapping[str, str]": lambda value: _maps(value, is_text),
    "Mapping[str, int]": lambda value: _maps(value, _is_count),
    "tuple[str, ...]": lambda value: _lists(value, is_text),
    "tuple[Place, ...]": lambda value: _lists(value, _is_a(Place)),
    "tuple[Read, ...]": lambda value: _lists(value, _is_a(Read)),
}
