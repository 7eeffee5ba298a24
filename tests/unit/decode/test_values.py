"""Every kind of value that LangGraph stores, written by LangGraph's own serializer and read by ours."""

from __future__ import annotations

from typing import Any

import pytest
from langchain_core.messages import BaseMessage
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from inspector.decode.serde import decode_value
from inspector.domain.value import CutText, Omitted, Tagged, to_json
from tests.unit.decode.normal import assert_same, normal
from tests.unit.decode.samples import MESSAGES, SAMPLES, SECRET

SERDE = JsonPlusSerializer()


@pytest.mark.parametrize("name", SAMPLES)
def test_it_shows_what_was_stored(name: str) -> None:
    decoded = decode_value(*SERDE.dumps_typed(SAMPLES[name]))

    assert_same(decoded.value, normal(SAMPLES[name]))
    assert decoded.warnings == ()
    assert decoded.encoding == "msgpack"


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_message_has_the_fields_that_its_model_dumps(message: BaseMessage) -> None:
    decoded = decode_value(*SERDE.dumps_typed([message]))

    assert isinstance(decoded.value, list)
    shown = decoded.value[0]
    assert isinstance(shown, Tagged)
    assert list(shown.fields) == list(message.model_dump())
    assert shown.fields["type"] == message.type
    assert decoded.type_names[-1] == shown.type_name == f"{type(message).__module__}.{type(message).__name__}"


@pytest.mark.parametrize("name", SAMPLES)
def test_every_value_can_be_written_as_json(name: str) -> None:
    import json

    value: Any = decode_value(*SERDE.dumps_typed(SAMPLES[name])).value

    json.dumps(to_json(value), allow_nan=False).encode()


def test_a_secret_appears_nowhere() -> None:
    for name in ("secrets", "pydantic models"):
        decoded = decode_value(*SERDE.dumps_typed(SAMPLES[name]))

        assert SECRET not in repr(decoded)
        assert "**********" in repr(decoded.value)


def test_a_secret_appears_nowhere_however_the_data_is_cut() -> None:
    _, blob = SERDE.dumps_typed({"before": 1, "secret": SAMPLES["secrets"], "model": SAMPLES["pydantic models"]})

    for cut in range(len(blob)):
        assert SECRET[:8] not in repr(decode_value("msgpack", blob[:cut]))


def test_each_class_is_named_once_in_the_order_met() -> None:
    decoded = decode_value(*SERDE.dumps_typed([SAMPLES["dataclasses"], SAMPLES["uuid"], SAMPLES["dataclasses"]]))

    assert decoded.type_names == (
        "builtins.set",
        "tests.unit.decode.samples.Leaf",
        "tests.unit.decode.samples.Branch",
        "uuid.UUID",
    )


def test_the_shown_tree_holds_no_marks_of_cuts_when_nothing_was_cut() -> None:
    def marks(value: Any) -> bool:
        match value:
            case CutText() | Omitted():
                return True
            case list():
                return any(map(marks, value))
            case dict():
                return any(map(marks, value.values()))
            case Tagged():
                return any(map(marks, value.fields.values()))
        return False

    assert not any(marks(decode_value(*SERDE.dumps_typed(sample)).value) for sample in SAMPLES.values())
