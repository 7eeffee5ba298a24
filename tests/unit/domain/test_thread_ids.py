"""What the form of a thread_id tells."""

from __future__ import annotations

from uuid import UUID, uuid1, uuid3, uuid4, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langgraph.checkpoint.base.id import uuid6

from inspector.domain.thread_ids import RANDOM_SHAPES, id_shape, random_tail
from inspector.domain.thread_ids import SHAPES as ALL

SHAPES = {
    str(uuid1()): "uuid1",
    str(uuid3(UUID(int=1), "name")): "uuid3",
    str(uuid4()): "uuid4",
    str(uuid4()).upper(): "uuid4",
    str(uuid5(UUID(int=1), "name")): "uuid5",
    str(uuid6()): "uuid6",
    "01893b2c-7a6f-7c3e-9d6a-3f6d3c6f2b1a": "uuid7",
    "00000000-0000-0000-0000-000000000000": "uuid",
    "01ARZ3NDEKTSV4RRFFQ69G5FAV": "ulid",
    uuid4().hex: "hex",
    "d" * 40: "hex",
    "e" * 64: "hex",
    "42": "integer",
    "123456789012345678901": "",
    "": "",
    "ada": "",
    "user-42": "",
    f"session-{uuid4()}": "prefixed",
    "run_9f86d081884c": "prefixed",
    "V1StGXR8_Z5jdHi6B-myT": "nanoid",
    f"{uuid4()}\n": "",
    "01ARZ3NDEKTSV4RRFFQ69G5FAU": "",
    "d" * 39: "",
    "\uff14\uff12": "",
}


@pytest.mark.parametrize(("thread_id", "shape"), SHAPES.items(), ids=range(len(SHAPES)))
def test_the_shape_of_an_id_is_told_by_its_form(thread_id: str, shape: str) -> None:
    assert id_shape(thread_id) == shape


@pytest.mark.parametrize(("thread_id", "shape"), SHAPES.items(), ids=range(len(SHAPES)))
def test_ids_made_from_a_name_or_counted_up_do_not_look_random(thread_id: str, shape: str) -> None:
    assert (id_shape(thread_id) in RANDOM_SHAPES) == (
        shape in {"uuid1", "uuid4", "uuid6", "uuid7", "ulid", "hex", "nanoid"}
    )


@given(st.text())
def test_every_text_has_a_shape_that_has_a_name(text: str) -> None:
    assert id_shape(text) in {"", *ALL}
    assert text.startswith(random_tail(text))
