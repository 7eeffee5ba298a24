"""Turns by the versions of `__start__`, on histories as LangGraph's savers write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.domain.turns import Version, count_turns, input_versions, number_turns, version_order


@dataclass(frozen=True)
class Record:
    """As much of a checkpoint as the rule looks at."""

    checkpoint_id: str
    channel_versions: Mapping[str, Version] = field(default_factory=dict)
    versions_seen: Mapping[str, Mapping[str, Version]] = field(default_factory=dict)
    metadata: Mapping[str, object] = field(default_factory=dict)


def version(number: int, suffix: str = "0.25") -> str:
    return f"{number:032}.{suffix}"


def put_by_input(checkpoint_id: str, start: Version, seen: Version | None = None) -> Record:
    """The checkpoint of an input: `__start__` has its version, and what ran before has seen an older one."""
    known = {"__input__": {}, "__start__": {"__start__": seen}} if seen is not None else {"__input__": {}}
    return Record(checkpoint_id, {"__start__": start}, known, {"source": "input"})


def after_run(checkpoint_id: str, start: Version, source: str = "loop") -> Record:
    """A later checkpoint: the first node has seen the input, and the channel's own version has moved on."""
    moved = version(99) if isinstance(start, str) else 99
    seen = {"__input__": {}, "__start__": {"__start__": start}, "bot": {"branch:to:bot": start}}
    return Record(checkpoint_id, {"__start__": moved}, seen, {"source": source})


def test_each_accepted_input_begins_a_turn() -> None:
    first, second = version(1), version(5)
    history = [
        put_by_input("1", first),
        after_run("2", first),
        after_run("3", first),
        put_by_input("4", second, seen=first),
        after_run("5", second),
    ]

    assert count_turns(history) == 2
    assert number_turns(history) == {"1": 1, "2": 1, "3": 1, "4": 2, "5": 2}


def test_durability_exit_leaves_one_checkpoint_a_turn_and_no_input() -> None:
    history = [after_run("1", version(1)), after_run("2", version(4)), after_run("3", version(7))]

    assert count_turns(history) == 3
    assert number_turns(history) == {"1": 1, "2": 2, "3": 3}


def test_mixed_durabilities_count_alike() -> None:
    history = [
        put_by_input("1", version(1)),
        after_run("2", version(1)),
        after_run("3", version(4)),  # exit
        put_by_input("4", version(7), seen=version(4)),
        after_run("5", version(7)),
    ]

    assert number_turns(history) == {"1": 1, "2": 1, "3": 2, "4": 3, "5": 3}


@pytest.mark.parametrize("source", ["loop", "update", "fork"])
def test_a_resume_an_edit_and_a_replay_begin_no_turn(source: str) -> None:
    history = [put_by_input("1", version(1)), after_run("2", version(1)), after_run("3", version(1), source)]

    assert count_turns(history) == 1
    assert set(number_turns(history).values()) == {1}


def test_an_input_at_an_old_checkpoint_is_a_turn_of_its_own() -> None:
    """Both branches continue version 1 with a second input: the numbers agree, the random suffixes do not."""
    trunk, left, right = version(1), version(5, "0.1"), version(5, "0.2")
    history = [
        put_by_input("1", trunk),
        after_run("2", trunk),
        after_run("3", left),
        after_run("4", right),  # forked from 2
        after_run("5", version(9)),  # goes on from 3
    ]

    assert count_turns(history) == 4
    assert number_turns(history) == {"1": 1, "2": 1, "3": 2, "4": 3, "5": 4}


def test_a_checkpoint_belongs_to_the_newest_input_it_knows() -> None:
    """A graph that branches may have nodes that saw only the first input."""
    seen = {"__start__": {"__start__": version(5)}, "early": {"__start__": version(1)}}
    history = [after_run("1", version(1)), Record("2", {}, seen, {"source": "loop"})]

    assert number_turns(history)["2"] == 2


def test_checkpoints_before_any_input_belong_to_no_turn() -> None:
    history = [Record("1", {"messages": version(1)}, {}, {"source": "update"}), after_run("2", version(2))]

    assert number_turns(history) == {"1": 0, "2": 1}


def test_a_history_that_was_cut_goes_on_counting_after_the_inputs_before_it() -> None:
    history = [Record("8", {}, {"agent": {"__start__": version(7)}}, {"source": "loop"}), after_run("9", version(9))]

    assert number_turns(history, earlier=[version(1), version(4), version(7)]) == {"8": 3, "9": 4}


def test_order_is_by_id_whatever_order_they_come_in() -> None:
    history = [after_run("3", version(7)), after_run("1", version(1)), after_run("2", version(4))]

    assert number_turns(history) == {"1": 1, "2": 2, "3": 3}


def test_functional_entrypoints_see_the_input_under_their_own_name() -> None:
    seen = {"essay": {"__start__": version(1)}}

    assert input_versions(Record("1", {}, seen)) == {version(1)}


def test_plumbing_that_saw_an_input_does_not_count() -> None:
    seen = {"__interrupt__": {"__start__": version(1)}, "__input__": {"__start__": version(2)}}

    assert input_versions(Record("1", {"__start__": version(3)}, seen, {"source": "loop"})) == frozenset()


def test_whole_numbers_count_too() -> None:
    history = [put_by_input("1", 1), after_run("2", 1), put_by_input("3", 4, seen=1)]

    assert number_turns(history) == {"1": 1, "2": 1, "3": 2}


def test_an_empty_thread_has_no_turn() -> None:
    assert count_turns([]) == 0
    assert number_turns([]) == {}


@given(st.lists(st.integers(0, 10**30), min_size=2, max_size=6), st.sampled_from(["0.1", "0.25", "0.9999"]))
def test_versions_sort_as_langgraph_sorts_its_own(numbers: list[int], suffix: str) -> None:
    versions = [version(number, suffix) for number in numbers]

    assert sorted(versions, key=version_order) == sorted(versions)


@given(st.text() | st.integers() | st.floats())
def test_no_version_raises(found: Version) -> None:
    version_order(found)


@pytest.mark.parametrize("odd", ["²", "٣.1", "9" * 200, "", ".", "-1", "1e+20"])
def test_odd_versions_have_an_order_too(odd: str) -> None:
    """`"²".isdigit()` holds and `int("²")` raises: a store may hold anything."""
    assert version_order(odd) <= version_order(version(1)) or odd == "٣.1"
