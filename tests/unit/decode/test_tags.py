"""The type tags: what each one's bytes become, encrypted values and pickles among them."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from decimal import Decimal
from typing import Any

import pytest
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from inspector.decode import Decoded
from inspector.decode import serde as serde_module
from inspector.decode.serde import decode_value
from inspector.domain.value import ABSENT, Binary, Omitted, Tagged
from tests.unit.decode.normal import assert_same, normal
from tests.unit.decode.samples import MESSAGES

KEY = b"0123456789abcdef"


def omitted(decoded: Decoded) -> Omitted:
    assert isinstance(decoded.value, Omitted)
    return decoded.value


@pytest.mark.parametrize("blob", [None, b"", b"left over"])
def test_an_empty_channel_is_absent_and_a_null_is_none(blob: bytes | None) -> None:
    assert decode_value("empty", blob).value is ABSENT
    assert decode_value("null", blob).value is None


def test_what_the_serializer_wrote_comes_back_under_its_own_tags() -> None:
    serde = JsonPlusSerializer()

    assert decode_value(*serde.dumps_typed(None)) == Decoded(None, "null")
    assert decode_value(*serde.dumps_typed(b"ab")) == Decoded(Binary(b"ab", 2), "bytes")
    assert decode_value(*serde.dumps_typed(bytearray(b"ab"))) == Decoded(Binary(b"ab", 2, "bytearray"), "bytearray")


def test_bytes_of_any_kind_are_taken() -> None:
    for blob in (bytearray(b"\x91\x01"), memoryview(b"\x91\x01")):
        assert decode_value("msgpack", blob).value == [1]  # type: ignore[arg-type]


@pytest.mark.parametrize("tag", [None, "", "cbor", "MSGPACK", "x" * 10_000, "msgpack "])
def test_an_unknown_tag_is_named(tag: str | None) -> None:
    decoded = decode_value(tag, b"abc")

    assert omitted(decoded).reason == "unknown"
    assert omitted(decoded).size == 3
    assert len(omitted(decoded).detail) < 200
    assert decoded.encoding == (tag or "")


@pytest.mark.parametrize("tag", [None, "msgpack", "json", "bytes", "pickle", "msgpack+aes"])
def test_a_value_without_bytes_is_not_stored(tag: str | None) -> None:
    assert omitted(decode_value(tag, None)).reason == "not stored"


def test_a_fault_of_our_own_shows_as_one_unreadable_value(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(serde_module, "decode_msgpack", fail)
    decoded = decode_value("msgpack", b"abc")

    assert omitted(decoded) == Omitted("invalid", 3, "Could not be decoded (ZeroDivisionError).")
    assert decoded.warnings == (omitted(decoded).detail,)


# Encrypted


def sealed(value: Any, key: bytes = KEY) -> tuple[str, bytes]:
    return EncryptedSerializer.from_pycryptodome_aes(key=key).dumps_typed(value)


@pytest.mark.parametrize("size", [16, 24, 32])
def test_an_encrypted_value_opens_with_its_key(size: int) -> None:
    key = bytes(range(size))
    decoded = decode_value(*sealed([MESSAGES[0]], key), key=key)

    assert_same(decoded.value, normal([MESSAGES[0]]))
    assert decoded.encoding == "msgpack+aes"
    assert decoded.type_names


def test_an_encrypted_null_and_encrypted_bytes_open_too() -> None:
    assert decode_value(*sealed(None), key=KEY).value is None
    assert decode_value(*sealed(b"ab"), key=KEY).value == Binary(b"ab", 2)


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (None, "no key"),
        (b"", "no key"),
        (b"f" * 16, "does not open"),
        (b"f" * 32, "does not open"),
        (b"short", "16, 24 or 32"),
    ],
)
def test_an_encrypted_value_stays_closed_without_its_key(key: bytes | None, why: str) -> None:
    tag, blob = sealed({"secret": 1})
    decoded = decode_value(tag, blob, key=key)

    assert omitted(decoded).reason == "encrypted"
    assert omitted(decoded).size == len(blob)
    assert why in omitted(decoded).detail


def test_a_changed_ciphertext_does_not_open() -> None:
    tag, blob = sealed({"a": 1})

    assert omitted(decode_value(tag, blob[:-1] + bytes([blob[-1] ^ 1]), key=KEY)).reason == "encrypted"
    assert omitted(decode_value(tag, blob[:31], key=KEY)).detail.endswith("too short to hold anything.")


def test_a_cipher_of_the_applications_own_stays_closed() -> None:
    decoded = decode_value("msgpack+fernet", b"abc", key=KEY)

    assert omitted(decoded).reason == "encrypted"
    assert "of the application's own" in omitted(decoded).detail


def test_without_pycryptodome_the_value_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "Crypto.Cipher", None)

    assert "pycryptodome" in omitted(decode_value(*sealed_before, key=KEY)).detail


sealed_before = sealed([1])


# Pickles


class Evil:
    def __reduce__(self) -> tuple[Any, tuple[str]]:
        import os

        return os.system, ("touch /tmp/should-never-exist",)


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_lists_the_names_it_would_import(protocol: int) -> None:
    value = [Decimal("1"), OrderedDict(a=Decimal("2")), Evil()]
    decoded = decode_value("pickle", pickle.dumps(value, protocol=protocol))

    names = omitted(decoded).names
    assert {"decimal.Decimal", "collections.OrderedDict"} <= set(names)
    assert any(name.endswith(".system") for name in names)
    assert decoded.type_names == names
    assert omitted(decoded).reason == "pickle"


def test_a_pickle_that_langgraph_wrote_is_recognised() -> None:
    decoded = decode_value(*JsonPlusSerializer(pickle_fallback=True).dumps_typed(complex(1, 2)))

    assert omitted(decoded).names == ("builtins.complex",)


def test_a_name_that_is_put_together_elsewhere_is_a_question_mark() -> None:
    assert omitted(decode_value("pickle", b"\x80\x04N\x8c\x03abc\x93.")).names == ("?.abc",)


@pytest.mark.parametrize(
    "blob",
    [
        b"",
        b"\x80",
        b"\x80\x04",
        b"cos\nsystem\n",
        b"\xff\xff",
        b"I" + b"9" * 10_000 + b"\n.",
        b"\x8e" + b"\xff" * 8 + b"abc",
        b"S'unterminated\n.",
        b"\x8b\xff\xff\xff\xff",
    ],
)
def test_a_broken_pickle_lists_what_comes_before_the_break(blob: bytes) -> None:
    decoded = decode_value("pickle", blob)

    assert omitted(decoded).reason == "pickle"
    assert decoded.warnings
    if blob.startswith(b"cos"):
        assert omitted(decoded).names == ("os.system",)


def test_names_are_always_text_that_a_page_can_send() -> None:
    decoded = decode_value("pickle", b"\x80\x04V\\ud800\nV\\udfff\n\x93.")
    enveloped = decode_value("json", rb'{"lc": 1, "type": "constructor", "id": ["a\ud800", "B"], "kwargs": {}}')

    assert omitted(decoded).names == ("?.?",)
    assert decoded.type_names == ("?.?",)
    assert enveloped.value == Tagged("a?.B", {})


def test_a_pickle_of_millions_of_steps_is_bounded() -> None:
    import time

    begin = time.monotonic()
    many = decode_value("pickle", b"\x80\x04" + b"\x8c\x01a" + b"\x94" * 5_000_000 + b".")
    names = decode_value("pickle", b"".join(b"cm\nC%d\n" % number for number in range(5000)) + b".")

    assert time.monotonic() - begin < 5, "the time budget and as much again, for a busy machine"
    assert omitted(many).reason == "pickle"
    assert len(omitted(names).names) == 50
