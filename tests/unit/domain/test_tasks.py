"""Which nodes are due: every way in which LangGraph triggers one, from stored records alone."""

from __future__ import annotations

import pytest

from inspector.domain.channels import START
from inspector.domain.tasks import (
    Seen,
    due_nodes,
    learn_starters,
    learn_triggers,
    node_of_task_path,
    send_index,
    send_targets,
)
from inspector.domain.turns import Version
from inspector.domain.value import Binary, CutText, Omitted, Pairs, Tagged, Value


def version(number: int) -> str:
    return f"{number:032}.0.5"


def due(
    versions: dict[str, Version], values: dict[str, Value], seen: Seen | None = None, *, others: tuple[Seen, ...] = ()
) -> tuple[str, ...]:
    """`others` are the `versions_seen` of more checkpoints of the namespace."""
    return due_nodes(versions, seen or {}, values, learn_triggers([seen or {}, *others]))


def items(*names: str) -> Tagged:
    return Tagged("builtins.set", {"items": list(names)})


def send(node: str) -> Tagged:
    return Tagged("langgraph.types.Send", {"node": node, "arg": 1})


def test_an_edge_makes_its_node_due() -> None:
    assert due({"branch:to:bot": version(2)}, {"branch:to:bot": None}) == ("bot",)


def test_a_node_that_has_seen_the_version_is_not_due() -> None:
    seen = {"bot": {"branch:to:bot": version(2)}}

    assert due({"branch:to:bot": version(2)}, {"branch:to:bot": None}, seen) == ()
    assert due({"branch:to:bot": version(3)}, {"branch:to:bot": None}, seen) == ("bot",)


def test_a_trigger_that_holds_nothing_makes_nobody_due() -> None:
    assert due({"branch:to:bot": version(2)}, {}) == ()


def test_several_due_nodes_come_by_name() -> None:
    versions: dict[str, Version] = {f"branch:to:{node}": version(2) for node in ("c", "a", "b")}

    assert due(versions, dict.fromkeys(versions)) == ("a", "b", "c")


@pytest.mark.parametrize("arrived", [items("a"), items(), ["a"], [], None, "ab", items("a", "x"), Omitted("size", 9)])
def test_a_join_waits_until_all_have_arrived(arrived: Value) -> None:
    assert due({"join:a+b:end": version(4)}, {"join:a+b:end": arrived}) == ()


@pytest.mark.parametrize("arrived", [items("b", "a"), ["a", "b"]])
def test_a_complete_join_makes_its_node_due(arrived: Value) -> None:
    assert due({"join:a+b:end": version(4)}, {"join:a+b:end": arrived}) == ("end",)


@pytest.mark.parametrize(("finished", "expected"), [(True, ("late",)), (False, ())])
def test_a_deferred_node_waits_for_its_flag(finished: bool, expected: tuple[str, ...]) -> None:
    assert due({"branch:to:late": version(4)}, {"branch:to:late": [None, finished]}) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([items("a", "b"), True], ("late",)),
        ([items("a", "b"), False], ()),
        ([items("a"), True], ()),
    ],
)
def test_a_deferred_join_waits_for_both(value: Value, expected: tuple[str, ...]) -> None:
    assert due({"join:a+b:late": version(4)}, {"join:a+b:late": value}) == expected


def test_sends_come_first_in_their_own_order_and_as_often_as_sent() -> None:
    values: dict[str, Value] = {"__pregel_tasks": [send("z"), send("a"), send("z")], "branch:to:b": None}

    assert due({"__pregel_tasks": version(3), "branch:to:b": version(3)}, values) == ("z", "a", "z", "b")


def test_an_input_makes_the_first_node_of_a_state_graph_due() -> None:
    assert due({START: version(1)}, {START: {"messages": []}}) == (START,)


def test_an_input_makes_a_functional_entrypoint_due_once_any_checkpoint_names_it() -> None:
    ran = {"essay": {START: version(1)}}

    assert due({START: version(4)}, {START: "topic"}, ran) == ("essay",)
    assert due({START: version(4)}, {START: "topic"}, {}, others=(ran,)) == ("essay",)


def test_the_writes_of_a_first_run_name_the_entrypoint() -> None:
    starters = learn_starters(["~__pregel_pull, essay", "~__pregel_push, 0000000000, write", ""])

    assert starters == {"essay": frozenset({START})}
    assert due_nodes({START: version(1)}, {}, {START: "topic"}, starters) == ("essay",)


def test_whole_number_versions_compare_as_numbers() -> None:
    seen = {"bot": {"branch:to:bot": 9}}

    assert due({"branch:to:bot": 10}, {"branch:to:bot": None}, seen) == ("bot",)
    assert due({"branch:to:bot": 9}, {"branch:to:bot": None}, seen) == ()


def test_a_channel_that_triggered_a_node_before_triggers_it_again() -> None:
    """Graphs built on Pregel itself subscribe nodes to channels of any name."""
    seen = {"worker": {"topic": version(1)}}

    assert due({"topic": version(2)}, {"topic": "x"}, seen) == ("worker",)
    assert due({"topic": version(2), "other": version(5)}, {"topic": "x", "other": "y"}, seen) == ("worker",)


def test_plumbing_and_unknown_channels_make_nobody_due() -> None:
    seen = {"__input__": {"messages": version(1)}, "__interrupt__": {"branch:to:bot": version(9)}}
    versions: dict[str, Version] = {"messages": version(3), "__previous__": version(3), "join:a+b:": version(3)}

    assert due(versions, dict.fromkeys(versions), seen) == ()
    assert learn_triggers([seen]) == {}


def test_a_join_of_a_node_with_a_plus_in_its_name_completes() -> None:
    assert due({"join:x+y+z:end": version(2)}, {"join:x+y+z:end": items("x+y", "z")}) == ("end",)


@pytest.mark.parametrize(
    "value", [None, 1, "Send", {"node": "a"}, items("a"), Pairs(((1, 2),)), Binary(b"", 0), CutText("", 9)]
)
def test_what_is_no_list_of_sends_sends_nowhere(value: Value) -> None:
    assert send_targets(value) == ()


def test_odd_things_among_sends_are_passed_over() -> None:
    assert send_targets([send("a"), "b", Tagged("x.Send", {"node": 3}), Tagged("x.Other", {"node": "c"}), None]) == (
        "a",
    )


@pytest.mark.parametrize(
    ("path", "node", "index"),
    [
        ("~__pregel_pull, bot", "bot", None),
        ("~__pregel_pull, a, b", "a, b", None),
        ("~__pregel_push, 0000000002", "", 2),
        ("~__pregel_push, 0000000012, 1f3a, bot", "", 12),
        ("~__pregel_push, ², bot", "", None),
        ("~__pregel_push, , bot", "", None),
        ("~__pregel_push", "", None),
        ("~__pregel_push, " + "9" * 5_000, "", None),
        ("", "", None),
        ("something else", "", None),
    ],
)
def test_a_writes_path_names_its_node_or_its_send(path: str, node: str, index: int | None) -> None:
    assert node_of_task_path(path) == node
    assert send_index(path) == index
