"""Values stored as JSON: LangChain's envelopes, the Redis saver's own, and text that is no JSON at all."""

from __future__ import annotations

import datetime as dt
import decimal
import json
import uuid
from collections import deque
from typing import Any

import pytest
from langchain_core.load import dumpd
from langchain_core.messages import BaseMessage
from langgraph.checkpoint.redis.jsonplus_redis import JsonPlusRedisSerializer
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.serde.types import _DeltaSnapshot
from langgraph.types import Send
from pydantic import SecretStr

from inspector.decode import Budget, jsonplus
from inspector.decode.serde import decode_json_inline, decode_value
from inspector.domain.value import Binary, CutText, Omitted, Pairs, Tagged
from tests.unit.decode.normal import assert_same, normal
from tests.unit.decode.samples import MESSAGES, SAMPLES, SECRET, Leaf


def of_json(document: Any) -> Any:
    return decode_value("json", json.dumps(document).encode()).value


def lc2(*path: str, **more: Any) -> dict[str, Any]:
    return {"lc": 2, "type": "constructor", "id": list(path), **more}


# LangChain's own JSON has no bytes, which the tool message's artifact holds.
@pytest.mark.parametrize(
    "message",
    [message for message in MESSAGES if getattr(message, "artifact", None) is None],
    ids=lambda message: type(message).__name__,
)
def test_a_message_is_the_same_object_as_in_msgpack(message: BaseMessage) -> None:
    envelope = dumpd(message)
    packed = decode_value(*JsonPlusSerializer().dumps_typed([message])).value
    assert isinstance(packed, list)
    expected = packed[0]
    assert isinstance(expected, Tagged)

    shown = decode_json_inline(envelope)

    assert isinstance(shown.value, Tagged)
    assert shown.value.type_name == expected.type_name
    assert shown.type_names == (expected.type_name,)
    for name, value in shown.value.fields.items():
        assert_same(value, expected.fields[name])
    # LangChain leaves out of its JSON what equals the default.
    assert all(not expected.fields[name] for name in expected.fields.keys() - shown.value.fields.keys())


@pytest.mark.parametrize(
    "value",
    [
        [1, "a", None, {"b": [2.5]}],
        {"messages": [MESSAGES[0], MESSAGES[1]]},
        {1, 2},
        Leaf("x", {"y"}),
        Send("node", {"a": 1}),
        _DeltaSnapshot([1, 2]),
    ],
    ids=lambda value: type(value).__name__,
)
def test_it_shows_what_the_redis_saver_stores(value: Any) -> None:
    tag, blob = JsonPlusRedisSerializer().dumps_typed(value)
    assert tag == "json"
    decoded = decode_value(tag, blob)
    if not isinstance(value, dict):
        assert_same(decoded.value, normal(value))
    assert decoded.warnings == ()
    assert decode_json_inline(json.loads(blob)).value == decoded.value


@pytest.mark.parametrize(
    "value", [decimal.Decimal("1.5"), frozenset({1}), deque([1]), dt.timedelta(1), ValueError("secret")]
)
def test_it_says_when_the_redis_saver_lost_the_value(value: Any) -> None:
    decoded = decode_value(*JsonPlusRedisSerializer().dumps_typed([value])).value

    assert isinstance(decoded, list)
    assert isinstance(decoded[0], Tagged)
    lost = decoded[0].fields["value"]
    assert isinstance(lost, Omitted)
    assert lost.reason == "not stored"


def test_an_object_without_fields_is_not_called_lost() -> None:
    assert of_json(lc2("app", "Empty", kwargs={})) == Tagged("app.Empty", {})


def test_a_secret_that_the_redis_saver_stored_in_clear_is_masked() -> None:
    decoded = decode_value(*JsonPlusRedisSerializer().dumps_typed([SecretStr(SECRET)]))

    assert SECRET not in repr(decoded)
    assert decoded.value == [Tagged("pydantic.types.SecretStr", {"value": "**********"})]


@pytest.mark.parametrize("name", ["SecretStr", "Password", "ApiKeySecret", "ClientCredential"])
@pytest.mark.parametrize(
    "more", [{"args": [SECRET]}, {"args": [SECRET, 1]}, {"args": [SECRET], "kwargs": {"a": SECRET}}]
)
def test_a_secret_in_an_old_envelope_is_masked(name: str, more: dict[str, Any]) -> None:
    assert of_json(lc2("app", name, **more)) == Tagged(f"app.{name}", {"value": "**********"})


def test_langchains_secret_shows_the_name_of_its_variable() -> None:
    shown = of_json({"lc": 1, "type": "secret", "id": ["OPENAI_API_KEY"]})

    assert shown == Tagged("langchain_core.load.serializable.SerializedSecret", {"id": ["OPENAI_API_KEY"]})


def test_an_object_that_langchain_does_not_serialize_shows_its_repr() -> None:
    shown = of_json({"lc": 1, "type": "not_implemented", "id": ["app", "Tool"], "repr": "Tool()"})

    assert shown == Tagged("app.Tool", {"repr": "Tool()"})


def test_objects_of_langgraphs_old_json_show_like_todays() -> None:
    number = uuid.UUID(int=7)

    assert of_json(lc2("uuid", "UUID", args=[number.hex])) == normal(number)
    assert of_json(lc2("datetime", "datetime", method="fromisoformat", args=["2026-01-02"])) == Tagged(
        "datetime.datetime", {"value": "2026-01-02"}
    )
    assert of_json(lc2("datetime", "date", args=[2026, 1, 2])) == normal(dt.date(2026, 1, 2))
    assert of_json(lc2("datetime", "timezone", args=[lc2("datetime", "timedelta", args=[0, 3600, 0])])) == normal(
        dt.timezone(dt.timedelta(hours=1))
    )
    assert of_json(lc2("builtins", "set", args=[[1]])) == normal({1})
    assert of_json(lc2("pathlib", "PosixPath", args=["/", "a"])) == Tagged("pathlib.PosixPath", {"value": "/a"})
    assert of_json(lc2("re", "compile", args=["a", 2])) == Tagged("re.Pattern", {"pattern": "a", "flags": 2})
    assert of_json(lc2("app", "Colour", args=["red"])) == Tagged("app.Colour", {"value": "red"})
    assert of_json(lc2("builtins", "bytes", method="fromhex", args=["00ff"])) == Binary(b"\x00\xff", 2)
    assert of_json(lc2("app", "M", method=[None, "construct"], kwargs={"a": 1})) == Tagged("app.M", {"a": 1})
    assert of_json(lc2("app", "M", args=[1, 2], kwargs={"a": 1})) == Tagged("app.M", {"args": [1, 2], "a": 1})
    assert of_json(lc2("app", "M", args=[1, 2])) == Tagged("app.M", {"args": [1, 2]})


def test_a_document_is_shown_where_its_class_lives_now() -> None:
    shown = decode_json_inline(dumpd(SAMPLES["a document"])).value

    assert isinstance(shown, Tagged)
    assert {"id": None, **shown.fields} == normal(SAMPLES["a document"]).fields
    assert shown.type_name == normal(SAMPLES["a document"]).type_name


def test_digits_that_are_none_are_shown_as_they_are() -> None:
    assert of_json(lc2("builtins", "bytes", method="fromhex", args=["xyz"])) == Tagged(
        "builtins.bytes", {"value": "xyz", "method": "fromhex"}
    )


def test_what_else_an_envelope_holds_is_kept() -> None:
    assert of_json(lc2("app", "M", kwargs={"a": 1}, graph={"nodes": []})) == Tagged(
        "app.M", {"graph": {"nodes": []}, "a": 1}
    )


@pytest.mark.parametrize(
    "almost",
    [
        {"lc": 1},
        {"lc": 3, "type": "constructor", "id": ["a", "B"], "kwargs": {}},
        {"lc": 1, "type": "constructor", "id": "a.B", "kwargs": {}},
        {"lc": 1, "type": "constructor", "id": [], "kwargs": {}},
        {"lc": 1, "type": "constructor", "id": ["a", 1], "kwargs": {}},
        {"lc": 1, "type": "other", "id": ["a", "B"]},
        {"lc": [1], "type": "constructor", "id": ["a", "B"]},
        {"__send__": True, "node": "n"},
        {"__send__": 1, "node": "n", "arg": 1},
        {"__interrupt__": False, "value": 1},
        {"__bytes__": "not base64!"},
        {"__bytes__": "AAEC", "more": 1},
        {"__bytes__": 5},
    ],
)
def test_what_only_looks_like_an_object_is_shown_as_the_mapping_it_is(almost: dict[str, Any]) -> None:
    assert of_json(almost) == almost


@pytest.mark.parametrize("size", [0, 1, 2, 3, 255, 256, 257, 1000])
def test_bytes_inside_a_redis_document_have_their_size(size: int) -> None:
    import base64

    raw = bytes(range(256)) * 4
    shown = of_json({"__bytes__": base64.b64encode(raw[:size]).decode()})

    assert shown == Binary(raw[: min(size, 256)], size)


@pytest.mark.parametrize("kwargs", [None, [], "x", lc2("a", "B", kwargs={})])
def test_odd_arguments_of_an_envelope_are_shown_as_they_are(kwargs: Any) -> None:
    assert isinstance(of_json(lc2("app", "M", kwargs=kwargs)), Tagged)


@pytest.mark.parametrize("text", [b"", b"{", b'{"a": 1', b"nope", b"[1,]", b"1 2", b"\xff\xfe", b'"\n"'])
def test_broken_json_says_where_it_breaks(text: bytes) -> None:
    decoded = decode_value("json", text)

    assert isinstance(decoded.value, Omitted)
    assert decoded.value.reason == "invalid"
    assert decoded.value.size == len(text)
    assert decoded.value.detail in decoded.warnings


def test_lone_surrogates_are_replaced_and_pairs_are_not() -> None:
    decoded = decode_value("json", rb'["\ud83d\ude00", "a\ud800b", {"\udfff": 1}]')

    assert decoded.value == ["😀", "a\ufffdb", {"\ufffd": 1}]
    assert any("valid Unicode" in warning for warning in decoded.warnings)


def test_broken_utf8_is_replaced_and_said() -> None:
    decoded = decode_value("json", b'["a\xffb"]')

    assert decoded.value == ["a\ufffdb"]
    assert decoded.warnings


def test_numbers_of_a_million_digits_are_left_out_alone() -> None:
    decoded = decode_value("json", b"[1, " + b"9" * 1_000_000 + b", " + b"8" * 400 + b"]")

    assert decoded.value == [1, Omitted("budget", 1_000_000, "A number of 1,000,000 digits."), int("8" * 400)]


def test_inline_numbers_of_many_digits_are_left_out_too() -> None:
    shown = decode_json_inline([10**5000, -(10**399)]).value

    assert isinstance(shown, list)
    assert isinstance(shown[0], Omitted)
    assert shown[0].size == pytest.approx(5000, abs=2)
    assert shown[1] == -(10**399)


def test_inline_values_that_json_does_not_know_do_not_raise() -> None:
    shown = decode_json_inline({"a": (1, 2), "b": b"x", "c": {1}, 5: "d", "e": object()}).value

    assert isinstance(shown, Pairs)
    assert dict(shown.items[:2]) == {"a": [1, 2], "b": Binary(b"x", 1)}  # type: ignore[arg-type]
    assert isinstance(shown.items[2][1], Omitted)


def test_a_part_of_an_envelope_that_is_cut_stays_an_object() -> None:
    document = lc2("app", "M", kwargs={"a": 1, "items": list(range(50))})
    shown = decode_json_inline(document, budget=Budget(max_nodes=8)).value

    assert isinstance(shown, Tagged)
    assert shown.type_name == "app.M"
    items = shown.fields["items"]
    assert isinstance(items, list)
    assert isinstance(items[-1], Omitted)
    assert items[-1].size == 50 - (len(items) - 1)


def test_an_envelope_that_is_cut_before_its_parts_keeps_its_name() -> None:
    document = {"first": 1, "second": lc2("app", "M", kwargs={"a": 1})}

    shown = decode_json_inline(document, budget=Budget(max_nodes=3)).value

    assert isinstance(shown, dict)
    cut = shown["second"]
    assert isinstance(cut, Tagged)
    assert isinstance(cut.fields["…"], Omitted)


def test_a_fault_of_our_own_shows_as_one_unreadable_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonplus, "tree", lambda *_: 1 / 0)

    assert decode_json_inline([1]).value == Omitted("invalid", 1, "Could not be decoded (ZeroDivisionError).")


def test_commas_inside_texts_do_not_count_as_elements() -> None:
    document = ["," * 1000, 'a"' + "\\[{," * 1000]

    assert decode_value("json", json.dumps(document).encode(), budget=Budget(max_nodes=10)).value == document


def test_far_too_many_elements_are_not_even_parsed() -> None:
    decoded = decode_value("json", b"[" + b"[],[]," * 5000 + b"1]", budget=Budget(max_nodes=10))

    assert isinstance(decoded.value, Omitted)
    assert decoded.value.reason == "budget"


def test_somewhat_too_many_elements_show_the_first() -> None:
    decoded = decode_value("json", json.dumps(list(range(30))).encode(), budget=Budget(max_nodes=16))

    assert decoded.value == [*range(15), Omitted("budget", 15, decoded.warnings[0])]


def test_a_long_text_shows_its_beginning_and_its_length() -> None:
    assert of_json("ü" * 100_001) == CutText("ü" * 100_000, 100_001)
