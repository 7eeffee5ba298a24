"""Broken msgpack: what was read before the break is shown, what is missing is marked with its size and said."""

from __future__ import annotations

import pytest

from inspector.domain.value import Binary, Omitted, Pairs, Tagged
from tests.unit.decode.raw import decode, ext, last, pack

CUT = "The data ends in the middle of a value; the rest is not shown."


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


def test_what_was_read_before_the_break_is_shown() -> None:
    whole = pack({"a": 1, "list": [1, 2, {"x": "yz"}], "z": 1})

    assert decode(whole[:-5]).value == {
        "a": 1,
        "list": [1, 2, {"…": Omitted("invalid", 1, CUT)}],
        "…": Omitted("invalid", 1, CUT),
    }


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
