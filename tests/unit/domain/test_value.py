"""Value trees as JSON: every class, and nothing that JSON cannot say."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.domain.value import ABSENT, Binary, CutText, Json, Omitted, Pairs, Tagged, Value, to_json

SAFE = 2**53 - 1

CONTRACT: list[tuple[Value, Json]] = [
    (None, None),
    (True, True),
    (0, 0),
    (SAFE, SAFE),
    (-SAFE, -SAFE),
    (SAFE + 1, {"$type": "int", "value": "9007199254740992"}),
    (-SAFE - 1, {"$type": "int", "value": "-9007199254740992"}),
    (1.5, 1.5),
    (math.inf, {"$type": "float", "value": "inf"}),
    (-math.inf, {"$type": "float", "value": "-inf"}),
    (math.nan, {"$type": "float", "value": "nan"}),
    ("text", "text"),
    ([1, ["a"]], [1, ["a"]]),
    ({"a": {"b": None}}, {"a": {"b": None}}),
    ({"$type": "mine", "$$x": 1, "a$": 2}, {"$$type": "mine", "$$$x": 1, "a$": 2}),
    (Tagged("uuid.UUID", {"value": "0"}), {"$type": "uuid.UUID", "value": "0"}),
    (
        Tagged("a.B", {"$type": 1, "$omitted": 2, "type": "b"}),
        {"$type": "a.B", "$$type": 1, "$$omitted": 2, "type": "b"},
    ),
    (Tagged("builtins.set", {"items": [1]}), {"$type": "builtins.set", "items": [1]}),
    (Pairs(((1, "a"), (None, [2]))), {"$type": "dict", "items": [[1, "a"], [None, [2]]]}),
    (Binary(b"\x00\xff", 2), {"$type": "bytes", "base64": "AP8=", "size": 2}),
    (Binary(b"\x00\xff", 9, "bytearray"), {"$type": "bytearray", "base64": "AP8=", "size": 9, "$omitted": 7}),
    (CutText("beg", 10), {"$type": "str", "value": "beg", "$omitted": 7}),
    (Omitted("encrypted", 12), {"$omitted": 12, "reason": "encrypted"}),
    (
        Omitted("pickle", 3, "Listed, not loaded.", ("os.system",)),
        {"$omitted": 3, "reason": "pickle", "detail": "Listed, not loaded.", "names": ["os.system"]},
    ),
]


@pytest.mark.parametrize(("value", "expected"), CONTRACT, ids=lambda item: repr(item)[:40])
def test_each_class_has_its_form(value: Value, expected: Json) -> None:
    assert to_json(value) == expected


def test_truth_and_numbers_keep_their_types() -> None:
    assert json.dumps(to_json([True, 1, 1.0])) == "[true, 1, 1.0]"


def test_an_integer_of_more_digits_than_python_prints_is_shown_in_hexadecimal() -> None:
    shown = to_json(10**5_000)

    assert shown == {"$type": "int", "value": hex(10**5_000)}


text = st.text(st.characters(), max_size=8)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | text
    | st.builds(CutText, text, st.integers(8, 99))
    | st.builds(lambda head, more: Binary(head, len(head) + more), st.binary(max_size=5), st.integers(0, 9))
    | st.builds(Omitted, text, st.integers(0, 9), text, st.lists(text, max_size=2).map(tuple))
)
keys = text | st.sampled_from(["$type", "$$type", "$omitted", "$", "type"])
trees: st.SearchStrategy[Value] = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(keys, inner, max_size=3)
        | st.builds(Tagged, text, st.dictionaries(keys, inner, max_size=3))
        | st.builds(Pairs, st.lists(st.tuples(inner, inner), max_size=3).map(tuple))
    ),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(trees)
def test_every_tree_is_strict_json(value: Value) -> None:
    assert json.loads(json.dumps(to_json(value), allow_nan=False)) == to_json(value)


@settings(max_examples=200, deadline=None)
@given(trees)
def test_a_reader_can_tell_every_tree_from_any_other(value: Value) -> None:
    """`$` keys are ours alone, so undoing the doubling gives the tree back."""
    assert _same(_from_json(to_json(value)), value)


def _from_json(shown: Json) -> Value:
    if isinstance(shown, list):
        return [_from_json(item) for item in shown]
    if not isinstance(shown, dict):
        return shown
    match shown:
        case {"$omitted": int(size), "reason": str(reason), **rest} if "$type" not in shown:
            names = rest.get("names", [])
            assert isinstance(names, list)
            return Omitted(reason, size, str(rest.get("detail", "")), tuple(map(str, names)))
        case {"$type": str(name)}:
            own = {key.removeprefix("$"): _from_json(item) for key, item in shown.items() if key != "$type"}
            return Tagged(name, own)
    return {key.removeprefix("$"): _from_json(item) for key, item in shown.items()}


def _same(found: Value, value: Value) -> bool:
    """What came back out of JSON, with the objects that have a form of their own still `Tagged`."""
    match found, value:
        case _, bool() | str() | None | Omitted():
            return found == value
        case _, int() | float():
            return found == value or (isinstance(found, Tagged) and found.fields == {"value": str(value)})
        case list(), list():
            return len(found) == len(value) and all(map(_same, found, value))
        case dict(), dict():
            return _same_fields(found, value)
        case Tagged(), Tagged():
            return found.type_name == value.type_name and _same_fields(found.fields, value.fields)
        case Tagged(fields={"items": list(pairs)}), Pairs():
            return _same(pairs, [[key, item] for key, item in value.items])
        case Tagged(fields={"base64": str(encoded)}), Binary():
            return base64.b64decode(encoded) == value.head
        case Tagged(fields={"value": text}), CutText():
            return text == value.head
    return False


def _same_fields(found: Mapping[str, Value], value: Mapping[str, Value]) -> bool:
    return list(found) == list(value) and all(map(_same, found.values(), value.values()))


def test_absence_says_so_in_a_traceback() -> None:
    assert repr(ABSENT) == "ABSENT"


def test_an_objects_short_name_is_its_class() -> None:
    assert Tagged("a.b.C", {}).short_name == "C"
    assert Tagged("C", {}).short_name == "C"
