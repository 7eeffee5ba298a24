"""Shapes: no text of a value, and no number of it, is in what its shape shows; and what was equal is so still."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.decode import Sight
from inspector.decode.sight.shape import pseudonym, shape_of
from inspector.domain.diff import diff_channel, same_value
from inspector.domain.messages import as_message, is_message_list, message_text, role_of
from inspector.domain.value import Binary, CutText, Omitted, Pairs, Tagged, Value, to_json

SALT = b"a salt of the tests"
OTHER = b"another salt of them"

#: Begins every generated text, and stands in no word that a shape is made of.
MARK = "§"
texts = st.text(max_size=20).map(lambda text: MARK + text)
keys = st.one_of(
    texts, st.sampled_from(["type", "role", "content", "id", "text", "name", "tool_calls", "value", "$type"])
)
scalars = st.one_of(
    texts,
    st.integers(min_value=10**12, max_value=10**15),
    st.floats(min_value=1e12, max_value=1e15),
    st.booleans(),
    st.none(),
    st.binary(max_size=20).map(lambda raw: Binary(MARK.encode() + raw, len(raw) + 2)),
    texts.map(lambda text: CutText(text, 10**5)),
    st.just(Omitted("unknown", 3, f"No known serializer has the type '{MARK}'.")),
)
names = st.one_of(
    texts, st.sampled_from(["langchain_core.messages.ai.AIMessage", "langgraph.types.Interrupt", "app.Cart"])
)


def _containers(inside: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.lists(inside, max_size=4),
        st.dictionaries(keys, inside, max_size=4),
        st.builds(Tagged, names, st.dictionaries(keys, inside, max_size=4)),
        st.builds(Pairs, st.lists(st.tuples(inside, inside), max_size=3).map(tuple)),
    )


trees = st.recursive(scalars, _containers, max_leaves=25)


@given(trees)
def test_no_text_of_a_tree_is_in_its_shape(tree: Value) -> None:
    shape = shape_of(tree, SALT)

    shown = json.dumps(to_json(shape), ensure_ascii=False) + repr(shape)

    assert MARK not in shown
    assert "\\xc2\\xa7" not in repr(shape)
    for number in _numbers(tree):
        assert str(number) not in shown


@given(trees, trees)
def test_shapes_are_the_same_just_where_the_values_are(one: Value, two: Value) -> None:
    assert same_value(shape_of(one, SALT), shape_of(two, SALT)) == same_value(_known(one), _known(two))
    assert same_value(shape_of(one, SALT), shape_of(one, SALT))


@given(trees)
def test_a_shape_has_the_lengths_and_the_roles_of_its_value(tree: Value) -> None:
    shape = shape_of(tree, SALT)

    assert type(shape) is type(tree) or isinstance(shape, Omitted)
    assert role_of(shape) == role_of(tree) or role_of(tree).startswith(MARK)
    if isinstance(tree, list | dict):
        assert isinstance(shape, list | dict)
        assert len(shape) == len(tree)


@given(texts)
def test_another_key_has_other_pseudonyms(text: str) -> None:
    assert pseudonym(text, SALT) == pseudonym(text, SALT) != pseudonym(text, OTHER)


def test_a_change_of_a_hidden_text_is_a_change() -> None:
    before, after = (shape_of({"answer": text}, SALT) for text in ("no", "yes"))

    change = diff_channel("result", before, after)

    assert change is not None
    (entry,) = change.entries
    assert [entry.kind, to_json(entry.before), to_json(entry.after)] == [  # type: ignore[arg-type]
        "changed",
        {"$omitted": 2, "reason": "hidden", "detail": "text of 2 characters"},
        {"$omitted": 3, "reason": "hidden", "detail": "text of 3 characters"},
    ]
    assert diff_channel("result", before, shape_of({"answer": "no"}, SALT)) is None


def test_a_mark_is_neither_in_json_nor_in_a_repr() -> None:
    hidden = shape_of("text", SALT)

    assert isinstance(hidden, Omitted)
    assert len(hidden.mark) == 16
    for shown in (repr(hidden), json.dumps(to_json(hidden))):
        assert hidden.mark.hex() not in shown
        assert repr(hidden.mark) not in shown


UUID = "6f1c3e52-5f0e-4f3a-9d58-0e4b1c9f7a11"


@pytest.mark.parametrize(
    "made",
    [
        UUID,
        f"run-{UUID}",
        f"run-{UUID}-0",
        f"lc_run--{UUID}",
        f"lc_run--{UUID}-0",
        "chatcmpl-B9MHDbslfkBeAs8l4bebGdFOJ6PeG",
        "call_9x8Ab3kQpLmZ0vT2sYwErTyU",
        "toolu_01A09q90qw90lq917835lq9",
        "resp_67cb71b351908190a308f3859487620d06981a8637e6bc44",
    ],
)
def test_an_id_that_a_program_made_stays(made: str) -> None:
    assert _message_id(made) == made


@pytest.mark.parametrize(
    "chosen", ["ada@example.com", "question-1", f"{UUID} and more", f"x{UUID}", "call_me", "run-away", UUID + "\n"]
)
def test_an_id_that_somebody_chose_becomes_a_pseudonym(chosen: str) -> None:
    assert _message_id(chosen) == pseudonym(chosen, SALT)


def _message_id(found: str) -> Any:
    message = as_message(shape_of({"role": "user", "content": "Hello.", "id": found}, SALT))
    return message.message_id if message is not None else None


def test_a_conversation_is_still_one() -> None:
    said: Value = [
        {"role": "user", "content": "Where is my parcel?", "id": "q1"},
        Tagged(
            "langchain_core.messages.ai.AIMessage",
            {
                "content": [{"type": "text", "text": "I look."}],
                "id": f"run-{UUID}",
                "tool_calls": [{"name": "track", "args": {"parcel": "A-17"}, "id": "call-1", "type": "tool_call"}],
                "usage_metadata": {"input_tokens": 12, "output_tokens": 5, "total_tokens": 17, "price": 3},
                "response_metadata": {"model_name": "gpt-x"},
            },
        ),
        {"role": "tool", "content": "It is in Graz.", "tool_call_id": "call-1", "status": "success"},
    ]

    shape = shape_of(said, SALT)

    assert is_message_list(shape)
    assert isinstance(shape, list)
    user, answer, result = (message for item in shape if (message := as_message(item)) is not None)
    assert [user.role, answer.role, result.role, result.status] == ["human", "ai", "tool", "success"]
    assert message_text(user) == "text of 19 characters, hidden"
    assert answer.parts[0].hidden == "text of 7 characters"
    assert answer.usage is not None
    assert answer.usage.total_tokens == 17
    assert answer.model is None
    (call,) = answer.tool_calls
    assert (call.name, call.call_id) == ("(hidden)", result.tool_call_id)
    assert isinstance(call.args, dict)
    assert len(call.args) == 1
    assert "price" not in json.dumps(to_json(shape))


def test_of_an_error_the_class_is_told() -> None:
    sight = Sight(shape=True, salt=SALT).of("__error__")

    told = [sight.see(text) for text in ("ValueError('ada@example.com')", "app.errors.Declined(4711)", "ada said (no)")]

    assert [getattr(one, "type_name", "") for one in told] == ["ValueError", "app.errors.Declined", ""]
    assert "4711" not in repr(told)
    assert "ada" not in repr(told)


METADATA: dict[str, Any] = {
    "source": "loop",
    "step": 3,
    "parents": {"": UUID},
    "worker_hostname": "web-1",
    "langgraph_node": "answer",
    "langgraph_triggers": ["branch:to:answer"],
    "langgraph_path": ["__pregel_pull", "answer"],
    "run_id": UUID,
    "thread_id": "ada",
}


def test_of_metadata_stays_what_langgraph_wrote_as_it_writes_it() -> None:
    sight = Sight(shape=True, salt=SALT, names=frozenset({"worker_hostname"}))
    hostile = {name: f"{MARK}{name}" for name in ("source", "step", "parents", "run_id", "langgraph_triggers")}
    others = {"user_id": f"{MARK}ada", "writes": {"answer": MARK}, "tags": [MARK], f"{MARK} key": 1, "none": None}

    assert sight.see_metadata(METADATA) == METADATA
    seen = sight.see_metadata({**hostile, **others})
    assert MARK not in json.dumps(seen, ensure_ascii=False)
    assert seen["user_id"] == {"$omitted": 4, "reason": "hidden", "detail": "text of 4 characters"}
    assert seen["none"] is None
    assert len(seen) == len(hostile) + len(others)


def _numbers(tree: Any) -> list[int | float]:
    match tree:
        case bool():
            return []
        case int() | float():
            return [tree]
        case list():
            return [number for item in tree for number in _numbers(item)]
        case dict():
            return [number for item in tree.values() for number in _numbers(item)]
        case Tagged():
            return _numbers(dict(tree.fields))
        case Pairs():
            return [number for pair in tree.items for item in pair for number in _numbers(item)]
        case _:
            return []


def _known(tree: Any) -> Any:
    """Without the sentence of what is omitted, which a shape does not repeat."""
    match tree:
        case Omitted():
            return Omitted(tree.reason, tree.size)
        case list():
            return [_known(item) for item in tree]
        case dict():
            return {key: _known(item) for key, item in tree.items()}
        case Tagged():
            return Tagged(tree.type_name, _known(dict(tree.fields)))
        case Pairs():
            return Pairs(tuple((_known(key), _known(item)) for key, item in tree.items))
        case _:
            return tree
