"""Deep msgpack: what is too deep is stepped over in bounded time, and what follows it is read."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from inspector.decode.serde import decode_json_inline
from inspector.domain.value import Omitted, to_json
from tests.unit.decode.raw import an_object, decode, depth_of, ext, last, nested_ext, nested_lists, nested_maps, pack
from tests.unit.decode.samples import SAMPLES


def test_stepping_over_what_is_too_deep_looks_at_the_clock() -> None:
    """A past fault of an earlier reader: the skipping loop never did, and ran for twenty seconds."""
    decoded = decode(nested_lists(1, b"\x91" * 14_000_000 + b"\xc0"), max_depth=1, seconds=0.02)

    assert decoded.value == [Omitted("budget", 1, "Not decoded within 0.02 s; the rest is not shown.")]


def test_what_follows_something_too_deep_is_still_read() -> None:
    deep = {"list": nested_lists(150), "map": nested_maps(150), "object": nested_ext(150, 7)}
    sample = pack([1, {"s": "x" * 300, "b": b"b" * 300, "n": [1.5, -1, 2**40, None, True, "x" * 40]}])
    packed = b"\x84" + b"".join(pack(name) + body for name, body in deep.items()) + pack("after") + sample

    shown = decode(packed).value
    assert isinstance(shown, dict)
    assert list(shown) == ["list", "map", "object", "after"]
    assert isinstance(last(shown["list"]), Omitted)
    assert last(shown["list"]).reason == last(shown["map"]).reason == last(shown["object"]).reason == "depth"
    assert shown["after"] == decode(sample).value


@pytest.mark.parametrize(
    "broken", [b"", b"\xa5ab", b"\xd9\xff", b"\xc1", b"\xdd\x00", b"\xc9\xff\xff\xff\xff\x05\x93", b"\xd8"]
)
def test_what_breaks_while_it_is_stepped_over_is_marked(broken: bytes) -> None:
    decoded = decode(b"\x92\x01\x92\x91" + broken, max_depth=1)

    assert decoded.value == [1, Omitted("invalid", 1, decoded.warnings[0])]


def test_an_object_too_deep_that_claims_too_much_is_marked() -> None:
    decoded = decode(b"\x92\x01\xc9\xff\xff\xff\xff\x05\x93", max_depth=1)

    assert decoded.value == [1, Omitted("invalid", 1, decoded.warnings[0])]


def test_every_sample_can_be_stepped_over() -> None:
    for sample in SAMPLES.values():
        blob = JsonPlusSerializer().dumps_typed([sample, 7])[1]
        decoded = decode(b"\x92\x91" + blob + b"\x07", max_depth=1)

        assert decoded.value == [Omitted("depth", 1, decoded.warnings[0]), 7]


def test_classes_named_inside_what_is_too_deep_are_still_named() -> None:
    decoded = decode(nested_lists(3, an_object(5, "app.models", "Person", {"name": "x"})), max_depth=2)
    at_the_edge = decode(nested_lists(2, an_object(5, "app.models", "Person", {"name": "x"})), max_depth=2)

    assert decoded.type_names == at_the_edge.type_names == ("app.models.Person",)


def test_names_without_end_are_bounded() -> None:
    blob = pack("x" * 300) + pack("y" * 300)
    many = b"\xdc\x07\xd0" + b"".join(an_object(0, "m", f"C{i}", 1) for i in range(2000))

    assert len(decode(many).type_names) == 500
    assert len(decode(ext(0, b"\x93" + blob + b"\x01")).type_names[0]) < 500


def test_a_hundred_levels_are_shown_and_every_consumer_survives_them() -> None:
    shown = decode(nested_lists(100)).value
    deeper = decode(nested_lists(101))

    assert depth_of(shown) == 100
    assert last(shown) is None
    assert depth_of(deeper.value) == 100
    assert isinstance(last(deeper.value), Omitted)


def test_the_deepest_tree_leaves_most_of_the_stack_to_others() -> None:
    blobs = [nested_lists(5000), nested_maps(5000), nested_ext(5000, 7), nested_ext(5000, 2, b"\x93\xa1a\xa1B")]
    inline: Any = None
    envelope: Any = None
    for _ in range(500):
        inline = [{"a": inline}]
        envelope = {"lc": 1, "type": "constructor", "id": ["a", "B"], "kwargs": {"a": envelope}}
    used = stack_depth()
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(used + 450)
    try:
        for blob in blobs:
            to_json(decode(blob).value)  # type: ignore[arg-type]
        for parsed in (inline, envelope):
            to_json(decode_json_inline(parsed).value)  # type: ignore[arg-type]
    finally:
        sys.setrecursionlimit(before)


def stack_depth() -> int:
    frame, depth = sys._getframe(), 0
    while frame is not None:
        frame, depth = frame.f_back, depth + 1  # type: ignore[assignment]
    return depth
