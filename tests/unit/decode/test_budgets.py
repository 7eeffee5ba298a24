"""Budgets: what lies beyond one is cut, with its size, and said. The clock is a list of numbers, nobody sleeps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from itertools import count
from typing import Any

import pytest
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from inspector.decode import Budget, Decoded
from inspector.decode.budget import BATCH, Meter, Stop
from inspector.decode.jsonplus import tree
from inspector.decode.msgpack import decode_msgpack
from inspector.decode.serde import decode_json_inline, decode_value
from inspector.domain.value import Binary, CutText, Omitted, Tagged
from tests.unit.decode.raw import nested_lists, pack
from tests.unit.decode.samples import MESSAGES


def msgpack(value: Any, **limits: Any) -> Decoded:
    return decode_value(*JsonPlusSerializer().dumps_typed(value), budget=Budget(**limits))


def inline(value: Any, **limits: Any) -> Decoded:
    return decode_json_inline(value, budget=Budget(**limits))


both = pytest.mark.parametrize("decode", [msgpack, inline], ids=["msgpack", "json"])
Decode = Callable[..., Decoded]


@both
def test_elements_beyond_the_node_budget_are_counted(decode: Decode) -> None:
    decoded = decode(["x"] * 50, max_nodes=11)  # the list itself is one

    assert decoded.value == ["x"] * 10 + [Omitted("budget", 40, decoded.warnings[0])]
    assert decoded.nodes == 11


@both
def test_entries_beyond_the_node_budget_are_counted(decode: Decode) -> None:
    decoded = decode({str(i): i for i in range(50)}, max_nodes=11)

    assert decoded.value == {**{str(i): i for i in range(10)}, "…": Omitted("budget", 40, decoded.warnings[0])}


def test_every_open_container_says_what_it_lost() -> None:
    decoded = inline({"a": [1, [2, 3, 4, 5], 6], "b": 7}, max_nodes=8)
    rest = decoded.warnings[0]

    # The root is one node, its entries are two, the list's elements three; two are left for the inner list.
    assert decoded.value == {
        "a": [1, [2, 3, Omitted("budget", 2, rest)], Omitted("budget", 1, rest)],
        "…": Omitted("budget", 1, rest),
    }
    assert msgpack({"a": [1, [2, 3, 4, 5], 6], "b": 7}, max_nodes=8).value == decoded.value


@both
def test_exactly_the_node_budget_is_not_cut(decode: Decode) -> None:
    assert decode(["x"] * 10, max_nodes=11).warnings == ()


@both
def test_no_node_at_all_leaves_the_whole_value_out(decode: Decode) -> None:
    assert isinstance(decode([1], max_nodes=0).value, Omitted)


@both
def test_a_longer_row_of_numbers_is_cut_at_the_budget_too(decode: Decode) -> None:
    shown = decode([1.5] * 5000, max_nodes=3001).value

    assert isinstance(shown, list)
    assert len(shown) == 3001
    assert isinstance(shown[-1], Omitted)
    assert shown[-1].size == 2000


@both
def test_what_is_too_deep_is_counted_and_what_follows_is_shown(decode: Decode) -> None:
    decoded = decode([[["deep"], 2], 3], max_depth=2)

    assert decoded.value == [[Omitted("depth", 1, decoded.warnings[0]), 2], 3]


@both
def test_a_level_of_no_depth_at_all_still_shows_scalars(decode: Decode) -> None:
    assert decode(5, max_depth=0).value == 5
    assert isinstance(decode([5], max_depth=0).value, Omitted)


@both
@pytest.mark.parametrize("char", ["x", "ü", "€", "😀"])
def test_a_long_text_is_cut_between_characters_and_measured_in_them(decode: Decode, char: str) -> None:
    decoded = decode([char * 1000, char * 300], max_text=300)

    assert decoded.value == [CutText(char * 300, 1000), char * 300]
    assert decoded.warnings == ("A text is longer than 300 characters; only its beginning is shown.",)


@both
def test_short_texts_are_never_cut(decode: Decode) -> None:
    assert decode({"k" * 255: "v" * 255}, max_text=0).value == {"k" * 255: "v" * 255}


@both
def test_a_key_that_is_too_long_makes_pairs(decode: Decode) -> None:
    shown = decode({"k" * 500: 1}, max_text=300).value

    assert repr(shown) == repr(shown.__class__(((CutText("k" * 300, 500), 1),)))  # type: ignore[call-arg]


def test_a_long_broken_text_is_cut_too() -> None:
    raw = b"\xff" * 400
    decoded = decode_value("msgpack", b"\xda" + len(raw).to_bytes(2, "big") + raw, budget=Budget(max_text=300))

    assert decoded.value == CutText("\ufffd" * 300, 400)
    assert len(decoded.warnings) == 2


@both
def test_bytes_show_their_beginning_and_size(decode: Decode) -> None:
    assert decode([b"abcdef"], max_binary=4).value == [Binary(b"abcd", 6)]


def test_a_value_larger_than_the_byte_budget_is_not_decoded() -> None:
    for tag in ("msgpack", "json", "pickle", "msgpack+aes", "unheard-of"):
        decoded = decode_value(tag, b"x" * 101, budget=Budget(max_bytes=100), key=b"k" * 16)

        assert decoded.value == Omitted("budget", 101, "Larger than 100 bytes; not decoded.")
        assert decoded.warnings == ("Larger than 100 bytes; not decoded.",)


def test_plain_bytes_need_no_byte_budget() -> None:
    assert decode_value("bytes", b"x" * 101, budget=Budget(max_bytes=100, max_binary=1)).value == Binary(b"x", 101)


@both
def test_no_time_at_all_shows_nothing_and_says_so(decode: Decode) -> None:
    decoded = decode([1], seconds=0)

    assert isinstance(decoded.value, Omitted)
    assert decoded.value.reason == "budget"
    assert decoded.warnings == ("Not decoded within 0 s; the rest is not shown.",)


def pack_and_read(value: Any, meter: Meter) -> Any:
    return decode_msgpack(pack(value), meter)


@pytest.mark.parametrize("read", [pack_and_read, tree], ids=["msgpack", "json"])
def test_when_time_runs_out_what_was_read_is_shown(read: Any) -> None:
    ticks = count()
    shown = read(["x"] * (5 * BATCH), Meter(Budget(seconds=4), clock=lambda: next(ticks)))

    assert shown[0] == "x"
    assert isinstance(shown[-1], Omitted)
    assert len(shown) - 1 + shown[-1].size == 5 * BATCH


def test_a_long_skip_looks_at_the_clock_in_every_batch() -> None:
    looks = count()
    meter = Meter(Budget(max_depth=1, seconds=10_000), clock=lambda: next(looks))
    decode_msgpack(nested_lists(20 * BATCH), meter)

    assert next(looks) >= 20


def test_a_budget_cut_inside_a_message_leaves_it_a_message() -> None:
    decoded = msgpack([MESSAGES[3]] * 10, max_nodes=40)

    assert isinstance(decoded.value, list)
    shown = [part for part in decoded.value if isinstance(part, Tagged)]
    assert [part.type_name for part in shown] == ["langchain_core.messages.ai.AIMessage"] * len(shown)
    assert "…" in shown[-1].fields


def test_warnings_are_few() -> None:
    meter = Meter()
    for number in range(100):
        meter.warn(f"{number}")
        meter.warn(f"{number}")

    assert meter.warnings == tuple(str(number) for number in range(20))


def test_a_meter_never_grants_more_than_is_left() -> None:
    meter = Meter(Budget(max_nodes=BATCH + 5))

    assert [meter.take(10**9), meter.take(3), meter.take(10)] == [BATCH, 3, 2]
    with pytest.raises(Stop, match="elements"):
        meter.take(1)
    assert meter.nodes == BATCH + 5


def test_a_budget_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Budget().max_nodes = 5  # type: ignore[misc]
