"""Generated values: whatever LangGraph can store, the decoder shows, and broken copies of it never raise."""

from __future__ import annotations

import datetime as dt
import ipaddress
import pathlib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.types import Interrupt, Send

from inspector.decode import Budget
from inspector.decode.serde import decode_json_inline, decode_value
from inspector.domain.value import to_json
from tests.unit.decode.normal import assert_same, normal
from tests.unit.decode.samples import SAMPLES, Branch, Leaf, Point

SERDE = JsonPlusSerializer()

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
numbers = st.integers(-(2**63), 2**64 - 1) | st.floats()
offsets = st.integers(-1439, 1439).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes)))
plain = st.none() | st.booleans() | numbers | text | st.binary(max_size=300)
objects = (
    st.decimals()
    | st.uuids()
    | st.dates()
    | st.timedeltas()
    | st.datetimes(timezones=st.none() | offsets)
    | st.times(timezones=st.none() | offsets)
    | offsets
    | st.ip_addresses()
    | st.ip_addresses(v=4).map(lambda address: ipaddress.ip_network(f"{address}/32"))
    | st.lists(st.sampled_from(["a", "b.c", "ü"]), max_size=4).map(lambda parts: pathlib.Path("/", *parts))
    | st.sets(st.integers().filter(lambda n: -(2**63) <= n < 2**64), max_size=5)
    | st.frozensets(text, max_size=5)
    | st.builds(Point, st.integers(0, 9), st.floats())
    | st.builds(Leaf, text, st.sets(text, max_size=3))
    | st.builds(HumanMessage, text)
    | st.builds(lambda content, number: AIMessage(content, id=str(number)), text, st.integers())
    | st.lists(st.floats(), min_size=16, max_size=40)
    | st.lists(st.integers(0, 127), min_size=16, max_size=40)
)


def _containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return (
        st.lists(inner, max_size=5)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(text, inner, max_size=5)
        | st.dictionaries(st.integers(0, 2**40) | text | st.none(), inner, max_size=3)
        | st.builds(Send, text, inner)
        | st.builds(lambda value: Interrupt(value=value, id="i"), inner)
        | st.builds(lambda name, inner: Branch(Leaf(name), inner), text, inner)
    )


values = st.recursive(plain | objects, _containers, max_leaves=20)


@settings(max_examples=300, deadline=None)
@given(values)
def test_it_shows_every_generated_value(value: Any) -> None:
    tag, blob = SERDE.dumps_typed([value])  # in a list: alone, None and bytes have tags of their own
    decoded = decode_value(tag, blob)

    assert_same(decoded.value, normal([value]))
    assert decoded.warnings == ()
    to_json(decoded.value)  # type: ignore[arg-type]


@settings(max_examples=300, deadline=None)
@given(
    value=values,
    cut=st.floats(0, 1),
    flips=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=4),
)
def test_broken_copies_never_raise(value: Any, cut: float, flips: list[tuple[float, int]]) -> None:
    blob = bytearray(SERDE.dumps_typed([value])[1])
    for where, byte in flips:
        blob[int(where * (len(blob) - 1))] = byte

    decoded = decode_value("msgpack", bytes(blob[: int(cut * len(blob))]))

    to_json(decoded.value)  # type: ignore[arg-type]


@settings(max_examples=300, deadline=None)
@given(
    tag=st.sampled_from(["msgpack", "json", "pickle", "msgpack+aes", "", "empty"]),
    blob=st.binary(max_size=200),
)
def test_noise_never_raises_under_any_tag(tag: str, blob: bytes) -> None:
    decode_value(tag, blob, key=b"k" * 16)


@settings(max_examples=200, deadline=None)
@given(
    value=values,
    budget=st.builds(
        Budget,
        max_nodes=st.integers(0, 12),
        max_depth=st.integers(0, 4),
        max_text=st.integers(0, 300),
        max_binary=st.integers(0, 9),
    ),
)
def test_the_smallest_budgets_hold_and_say_what_they_cut(value: Any, budget: Budget) -> None:
    tag, blob = SERDE.dumps_typed([value])
    decoded = decode_value(tag, blob, budget=budget)

    assert decoded.nodes <= budget.max_nodes
    if decoded.value != decode_value(tag, blob, budget=Budget(max_binary=budget.max_binary)).value:
        assert decoded.warnings
    to_json(decoded.value)  # type: ignore[arg-type]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | text,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(text, inner, max_size=5),
)


@settings(max_examples=200, deadline=None)
@given(json_values)
def test_plain_json_comes_out_as_it_is(value: Any) -> None:
    import json

    assert_same(decode_json_inline(value).value, value)
    assert_same(decode_value("json", json.dumps(value).encode()).value, value)


def test_every_beginning_of_every_sample_gives_a_value() -> None:
    for sample in SAMPLES.values():
        blob = SERDE.dumps_typed(sample)[1]
        for cut in range(0, len(blob), max(1, len(blob) // 60)):
            decoded = decode_value("msgpack", blob[:cut])

            assert decoded.warnings, "a cut value says so"
            to_json(decoded.value)  # type: ignore[arg-type]
