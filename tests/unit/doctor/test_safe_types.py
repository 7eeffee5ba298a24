"""Which stored classes LangGraph builds again: the copied list against the live one, and where a class may be named."""

from __future__ import annotations

import dataclasses
import enum
from datetime import UTC, datetime
from typing import Any, TypedDict

import pytest
from langchain_core.messages import AIMessage, ToolMessage
from langgraph._internal._serde import collect_allowlist_from_schemas
from langgraph.checkpoint.serde._msgpack import SAFE_MSGPACK_TYPES
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.types import Interrupt

from inspector.decode.objects import shown_class
from inspector.decode.serde import decode_value
from inspector.doctor.evidence.safe_types import SAFE, other_classes
from inspector.domain.value import Absent


@dataclasses.dataclass
class Basket:
    items: list[Any]


@dataclasses.dataclass
class Voucher:
    code: str


class Size(enum.Enum):
    SMALL = "s"


BASKET, VOUCHER, SIZE = (f"{kind.__module__}.{kind.__qualname__}" for kind in (Basket, Voucher, Size))


def test_the_list_is_that_of_the_installed_library() -> None:
    assert {".".join(shown_class(*one)) for one in SAFE_MSGPACK_TYPES} == SAFE


def found(value: Any) -> set[tuple[str, bool]]:
    decoded = decode_value(*JsonPlusSerializer().dumps_typed(value)).value
    assert not isinstance(decoded, Absent)
    return set(other_classes(decoded))


@pytest.mark.parametrize(
    "value",
    [
        Basket([]),
        [Basket([]), Basket([1])],
        {"ada": Basket([]), "bo": Basket([]), "nobody": None},
        {1: Basket([]), 2: Basket([])},
        {"ada": [Basket([])]},
        {"ada": {"today": Basket([])}},
    ],
)
def test_a_class_that_is_all_there_is_may_be_named_by_the_state(value: Any) -> None:
    assert found(value) == {(BASKET, True)}


@pytest.mark.parametrize(
    "value",
    [
        {"basket": Basket([]), "page": 3},
        {"pages": [{"basket": Basket([]), "page": 3}]},
        Interrupt(Basket([])),
    ],
)
def test_a_class_among_others_is_named_nowhere(value: Any) -> None:
    assert found(value) == {(BASKET, False)}


@pytest.mark.parametrize(
    "message",
    [
        AIMessage("Here you are.", additional_kwargs={"size": Size.SMALL}),
        ToolMessage("Packed.", tool_call_id="1", artifact=Size.SMALL),
    ],
)
def test_a_class_in_a_part_of_a_message_that_takes_anything_is_named_nowhere(message: Any) -> None:
    assert found([message]) == {(SIZE, False)}


def test_what_a_named_class_holds_is_told_as_well() -> None:
    assert found(Basket([Voucher("spring")])) == {(BASKET, True), (VOUCHER, True)}


def test_messages_and_dates_are_no_classes_of_ones_own() -> None:
    moment = datetime(2026, 11, 23, tzinfo=UTC)
    assert found({"messages": [AIMessage("Hello")], "at": moment, "days": {moment.date()}}) == set()


class Loose(TypedDict):
    context: dict[str, Any]


class Named(TypedDict):
    basket: Basket
    baskets: dict[str, Basket]


@pytest.mark.parametrize(
    ("schema", "value"),
    [(Loose, {"basket": Basket([]), "page": 3}), (Named, Basket([])), (Named, {"ada": Basket([])})],
)
def test_strict_langgraph_builds_again_what_is_told_as_named_and_nothing_else(schema: type, value: Any) -> None:
    allowed = collect_allowlist_from_schemas(schemas=[schema])
    strict = JsonPlusSerializer(allowed_msgpack_modules=None).with_msgpack_allowlist(allowed)
    again = strict.loads_typed(strict.dumps_typed(value))

    ((_, named),) = found(value)
    assert (again == value) is named
