"""msgpack that no serializer writes: claims, bombs, broken bytes. Each decodes in bounded time, and says so."""

from __future__ import annotations

import json
import random
import sys
import time
from typing import Any

import pytest
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from inspector.decode import Budget, Decoded, decode_json_inline, decode_value
from inspector.domain.value import Binary, Omitted, Pairs, Tagged, to_json
from tests.unit.decode.raw import an_object, ext, nested_ext, nested_lists, nested_maps, pack
from tests.unit.decode.samples import SAMPLES


def decode(blob: bytes, **budget: Any) -> Decoded:
    return decode_value("msgpack", blob, budget=Budget(**budget))


def depth_of(value: Any) -> int:
    match value:
        case list():
            return 1 + max(map(depth_of, value), default=0)
        case dict():
            return 1 + max(map(depth_of, value.values()), default=0)
        case Tagged():
            return 1 + max(map(depth_of, value.fields.values()), default=0)
    return 0


@pytest.mark.parametrize(
    ("claim", "size"),
    [
        (b"\xdd\xff\xff\xff\xff\x01", 2**32 - 2),
        (b"\xdf\xff\xff\xff\xff\xa1a\x01", 2**32 - 2),
        (b"\xdb\xff\xff\xff\xffabc", 8),
        (b"\xc6\xff\xff\xff\xffabc", 8),
        (b"\xc9\xff\xff\xff\xff\x05\x93", None),
        (b"\xc9\xff\xff\xff\xff\x2a\x93", 7),
        (b"\xdc\xff\xff", 65535),
        (b"", 0),
        (b"\xd9", 1),
        (b"\xcb\x00", 2),
        (b"\xc7", 1),
        (b"\xc1", 1),
        (b"\xa5ab", 3),
    ],
)
def test_a_claim_that_the_data_does_not_keep_is_marked_at_once(claim: bytes, size: int | None) -> None:
    decoded = decode(claim)

    assert len(decoded.warnings) == 1
    omitted = last(decoded.value)
    assert isinstance(omitted, Omitted)
    assert omitted.reason == "invalid"
    assert size is None or omitted.size == size


def last(value: Any) -> Any:
    """The innermost last part of a value, where the mark of a cut is."""
    match value:
        case list():
            return last(value[-1])
        case dict():
            return last(list(value.values())[-1])
        case Tagged():
            return last(list(value.fields.values())[-1])
    return value


def test_what_was_read_before_the_break_is_shown() -> None:
    whole = pack({"a": 1, "list": [1, 2, {"x": "yz"}], "z": 1})

    assert decode(whole[:-5]).value == {
        "a": 1,
        "list": [1, 2, {"…": Omitted("invalid", 1, CUT)}],
        "…": Omitted("invalid", 1, CUT),
    }


CUT = "The data ends in the middle of a value; the rest is not shown."


def test_a_mapping_that_ends_after_a_key_does_not_make_up_its_value() -> None:
    assert decode(b"\x82\xa1a\x01\xa1b").value == {"a": 1, "…": Omitted("invalid", 1, CUT)}


def test_the_mark_of_a_cut_mapping_does_not_hide_a_key_of_its_name() -> None:
    assert decode(pack({"…": 1, "b": 2})[:-1]).value == {"…": 1, "……": Omitted("invalid", 1, CUT)}


def test_a_cut_mapping_with_other_keys_is_marked_too() -> None:
    rest = Omitted("invalid", 1, CUT)

    assert decode(pack({1: 2, 3: 4})[:-1]).value == Pairs(((1, 2), (rest, rest)))


def test_bytes_after_the_value_are_counted() -> None:
    decoded = decode(pack([1]) + b"\x00\x00")

    assert decoded.value == [1]
    assert decoded.warnings == ("2 bytes after the end of the value are not shown.",)


def test_a_broken_object_does_no_harm_to_what_follows() -> None:
    broken = ext(2, b"\x93\xa3app\xa1M\x82\xa1a\x01")
    decoded = decode(b"\x92" + broken + b"\x07")

    assert decoded.value == [Tagged("app.M", {"a": 1, "…": Omitted("invalid", 1, CUT)}), 7]
    assert decoded.type_names == ("app.M",)


def test_a_payload_cannot_reach_beyond_its_own_end() -> None:
    """The inner text claims bytes that belong to the list outside."""
    decoded = decode(b"\x92" + ext(7, b"\xa5ab") + b"\xa3xyz")

    assert isinstance(decoded.value, list)
    assert isinstance(last(decoded.value[0]), Omitted)
    assert decoded.value[1] == "xyz"


def test_bytes_inside_an_object_behind_its_parts_are_said() -> None:
    decoded = decode(b"\x92" + ext(7, b"\x01\x02\x03") + b"\x07")

    assert isinstance(decoded.value, list)
    assert decoded.value[1] == 7
    assert "belong to no part" in decoded.warnings[0]


@pytest.mark.parametrize("code", [-128, -1, 8, 42, 127])
def test_an_extension_that_is_not_langgraphs_shows_its_code_and_bytes(code: int) -> None:
    assert decode(ext(code, b"abc")).value == Tagged("ormsgpack.Ext", {"tag": code, "data": Binary(b"abc", 3)})


@pytest.mark.parametrize("width", [1, 2, 4, 8, 16])
def test_extensions_of_fixed_width_are_read(width: int) -> None:
    tag = {1: b"\xd4", 2: b"\xd5", 4: b"\xd6", 8: b"\xd7", 16: b"\xd8"}[width]

    assert decode(b"\x92" + tag + b"\x2a" + b"x" * width + b"\x01").value == [
        Tagged("ormsgpack.Ext", {"tag": 42, "data": Binary(b"x" * width, width)}),
        1,
    ]


@pytest.mark.parametrize("code", range(7))
@pytest.mark.parametrize(
    "parts",
    [
        [],
        ["a"],
        ["a", "B"],
        [1, 2, 3],
        ["a", 1, []],
        [None] * 4,
        "text",
        5,
        None,
        {"a": 1},
        ["a", "B", 1],
        ["", "", {}, 5],
    ],
    ids=repr,
)
def test_an_object_of_any_shape_is_shown(code: int, parts: object) -> None:
    shown = decode(b"\x92" + ext(code, pack(parts)) + b"\x07").value

    assert isinstance(shown, list)
    assert isinstance(shown[0], Tagged)
    assert shown[1] == 7
    to_json(shown)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        (("datetime", "date"), [2026, 13, 99]),
        (("datetime", "date"), ["a"]),
        (("datetime", "timedelta"), [10**12, 0, 0]),
        (("datetime", "timedelta"), [1.5, 0, 0]),
        (("datetime", "timezone"), [5]),
        (("datetime", "timezone"), []),
        (("pathlib", "PosixPath"), [1, "a"]),
        (("re", "compile"), ["a"]),
        (("langgraph.types", "Send"), ["only"]),
        (("langgraph.types", "Send"), [1, 2, 3, 4]),
        (("datetime", "date"), {"a": 1}),
        (("a", "B"), None),
    ],
    ids=repr,
)
def test_arguments_that_make_no_such_value_are_shown_as_they_are(name: tuple[str, str], arguments: Any) -> None:
    dotted = "re.Pattern" if name[0] == "re" else ".".join(name)

    assert decode(an_object(1, *name, arguments)).value == Tagged(dotted, {"args": arguments})


@pytest.mark.parametrize(
    "parts",
    [
        {"hour": 25, "minute": 0, "second": 0, "microsecond": 0},
        {"hour": 1},
        {"hour": "x", "minute": 0, "second": 0, "microsecond": 0},
    ],
)
def test_a_time_that_is_none_shows_its_parts(parts: dict[str, Any]) -> None:
    assert decode(an_object(2, "datetime", "time", parts)).value == Tagged("datetime.time", parts)


@pytest.mark.parametrize("dtype", ["", "<", "<f", "<f3", "<f16", "|O8", "=f8", "<M8[ns]", "|V8", "<f99999999", "<f٣"])
def test_an_array_of_unknown_elements_shows_its_bytes_only(dtype: str) -> None:
    shown = decode(an_object(6, dtype, [1], "C", b"12345678")).value

    assert shown == Tagged(
        "numpy.ndarray", {"dtype": dtype, "shape": [1], "order": "C", "data": Binary(b"12345678", 8)}
    )


def test_a_windows_path_keeps_its_own_separator() -> None:
    assert decode(an_object(1, "pathlib", "WindowsPath", ["C:\\", "a", "b"])).value == Tagged(
        "pathlib.WindowsPath", {"value": "C:\\a\\b"}
    )


def test_a_method_that_is_not_known_is_named_and_not_called() -> None:
    assert decode(an_object(3, "os", "path", "rm -rf /", "system")).value == Tagged(
        "os.path", {"value": "rm -rf /", "method": "system"}
    )


def test_a_repeated_key_shows_the_last_value_and_says_so() -> None:
    decoded = decode(b"\x82\xa1a\x01\xa1a\x02")

    assert decoded.value == {"a": 2}
    assert "repeats a key" in decoded.warnings[0]


def test_keys_that_are_containers_or_objects_are_kept() -> None:
    decoded = decode(b"\x82\x91\x01\x02" + ext(42, b"") + b"\x03")

    assert decoded.value == Pairs((([1], 2), (Tagged("ormsgpack.Ext", {"tag": 42, "data": Binary(b"", 0)}), 3)))


def test_text_that_is_not_utf8_is_repaired_and_said() -> None:
    decoded = decode(b"\x93\xa3a\xffb\xd9\x03\xed\xa0\x80\xa1z")

    assert decoded.value == ["a\ufffdb", "\ufffd\ufffd\ufffd", "z"]
    assert len(decoded.warnings) == 1


BOMBS = {
    "lists, 10 thousand deep": nested_lists(10_000),
    "lists, 5 million deep": nested_lists(5_000_000),
    "mappings, a million deep": nested_maps(1_000_000),
    "delta snapshots, 300 thousand deep": nested_ext(300_000, 7),
    "objects, 3 thousand deep": nested_ext(3_000, 0, b"\x93\xa1a\xa1B"),
    "objects, 300 thousand deep": nested_ext(300_000, 5, b"\x93\xa1a\xa1B"),
    "five million empty lists": b"\xdd" + (5_000_000).to_bytes(4, "big") + b"\x90" * 5_000_000,
    "lists that each claim 4 GB": b"\xdd\xff\xff\xff\xff" * 100_000,
    "mappings that each claim 4 GB": b"\xdf\xff\xff\xff\xff\xa1a" * 100_000,
    "a list beyond the depth that claims 4 GB": nested_lists(200, b"\xdd\xff\xff\xff\xff" + b"\x90" * 3_000_000),
    "a text of 15 MB": b"\xdb" + (15_000_000).to_bytes(4, "big") + b"x" * 15_000_000,
    "a broken text of 15 MB": b"\xdb" + (15_000_000).to_bytes(4, "big") + b"\xff" * 15_000_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_cut_in_bounded_time(name: str) -> None:
    begin = time.monotonic()
    decoded = decode(BOMBS[name], seconds=2.0)
    took = time.monotonic() - begin

    assert took < 4, "twice the budget, for a busy machine"
    assert decoded.warnings
    assert depth_of(decoded.value) <= 100
    to_json(decoded.value)  # type: ignore[arg-type]


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


def test_a_secret_stored_with_several_arguments_is_masked() -> None:
    assert decode(an_object(1, "app", "Secret", ["x", "y"])).value == Tagged("app.Secret", {"value": "**********"})


def test_an_offset_of_days_is_no_timezone() -> None:
    days = an_object(1, "datetime", "timedelta", [2, 0, 0])
    payload = b"\x93" + pack("datetime") + pack("timezone") + b"\x91" + days

    assert decode(ext(1, payload)).value == Tagged(
        "datetime.timezone", {"args": [Tagged("datetime.timedelta", {"value": "P2D"})]}
    )


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


def test_mutations_of_everything_never_raise() -> None:
    """A few thousand a run, from a seed of its own each time; a failure prints the bytes."""
    chance = random.Random()
    blobs = [JsonPlusSerializer().dumps_typed(sample)[1][:3000] for sample in SAMPLES.values()]
    for _ in range(3000):
        blob = bytearray(chance.choice(blobs))
        for _ in range(chance.randrange(1, 6)):
            if blob:
                blob[chance.randrange(len(blob))] = chance.choice([chance.randrange(256), 0xC9, 0xDD, 0xC7, 0x81, 0x93])
        decoded = decode_value(chance.choice(["msgpack", "msgpack", "json", "pickle"]), bytes(blob))
        assert not any("Could not be decoded" in warning for warning in decoded.warnings), bytes(blob)
        json.dumps(to_json(decoded.value), ensure_ascii=False).encode()  # type: ignore[arg-type]
