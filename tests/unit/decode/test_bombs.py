"""Data made to exhaust its reader. Each piece decodes in bounded time, whatever it claims to hold."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable

import pytest
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from inspector.decode.serde import decode_value
from inspector.domain.value import to_json
from tests.unit.decode.raw import decode, depth_of, nested_ext, nested_lists, nested_maps
from tests.unit.decode.samples import SAMPLES

#: Made when asked for: together they are too large to keep.
PACKED: dict[str, Callable[[], bytes]] = {
    "lists, 10 thousand deep": lambda: nested_lists(10_000),
    "lists, 5 million deep": lambda: nested_lists(5_000_000),
    "mappings, a million deep": lambda: nested_maps(1_000_000),
    "delta snapshots, 300 thousand deep": lambda: nested_ext(300_000, 7),
    "objects, 3 thousand deep": lambda: nested_ext(3_000, 0, b"\x93\xa1a\xa1B"),
    "objects, 300 thousand deep": lambda: nested_ext(300_000, 5, b"\x93\xa1a\xa1B"),
    "five million empty lists": lambda: b"\xdd" + (5_000_000).to_bytes(4, "big") + b"\x90" * 5_000_000,
    "lists that each claim 4 GB": lambda: b"\xdd\xff\xff\xff\xff" * 100_000,
    "mappings that each claim 4 GB": lambda: b"\xdf\xff\xff\xff\xff\xa1a" * 100_000,
    "a list beyond the depth that claims 4 GB": lambda: nested_lists(
        200, b"\xdd\xff\xff\xff\xff" + b"\x90" * 3_000_000
    ),
    "a text of 15 MB": lambda: b"\xdb" + (15_000_000).to_bytes(4, "big") + b"x" * 15_000_000,
    "a broken text of 15 MB": lambda: b"\xdb" + (15_000_000).to_bytes(4, "big") + b"\xff" * 15_000_000,
}


@pytest.mark.parametrize("name", PACKED)
def test_a_bomb_is_cut_in_bounded_time(name: str) -> None:
    bomb = PACKED[name]()
    begin = time.monotonic()
    decoded = decode(bomb, seconds=2.0)
    took = time.monotonic() - begin

    assert took < 4, "twice the budget, for a busy machine"
    assert decoded.warnings
    assert depth_of(decoded.value) <= 100
    to_json(decoded.value)  # type: ignore[arg-type]


JSON: dict[str, Callable[[], bytes]] = {
    "a million levels": lambda: b"[" * 1_000_000,
    "a hundred thousand levels": lambda: b"[" * 100_000 + b"]" * 100_000,
    "five million empty lists": lambda: b"[" + b"[]," * 5_000_000 + b"1]",
    "a million mappings inside each other": lambda: b'{"a":' * 1_000_000,
    "millions of texts": lambda: b"[" + b'"\\\\", ' * 2_000_000 + b"1]",
    "a text that never ends": lambda: b'["' + b'\\"' * 7_000_000,
    "a number that never ends": lambda: b"[" + b"1" * 15_000_000,
    "a fraction that never ends": lambda: b"[0." + b"1" * 15_000_000 + b"]",
    "39 thousand numbers of 400 digits": lambda: b"[" + (b"1" * 400 + b",") * 39_000 + b"1]",
}


@pytest.mark.parametrize("name", JSON)
def test_a_bomb_in_json_is_refused_in_bounded_time(name: str) -> None:
    """A past fault of an earlier reader: the parser was called without a look at what it would build."""
    bomb = JSON[name]()
    begin = time.monotonic()
    decoded = decode_value("json", bomb)

    assert time.monotonic() - begin < 4, "twice the budget, for a busy machine"
    to_json(decoded.value)  # type: ignore[arg-type]


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
