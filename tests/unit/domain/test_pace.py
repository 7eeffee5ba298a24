"""What is work and what is waiting, over steps whose times are known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

from inspector.domain.checkpoint import Checkpoint
from inspector.domain.pace import (
    StepTime,
    TurnTime,
    find_skews,
    in_order,
    slowest_steps,
    sum_waits,
    time_nodes,
    time_steps,
    time_turns,
)

BEGIN = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)


def step(name: str, at: float, *nodes: str, parent: str = "", turn: int = 1, **more: str) -> Checkpoint:
    return Checkpoint(
        thread_id="t",
        checkpoint_ns="",
        checkpoint_id=name,
        parent_checkpoint_id=parent or None,
        step=int(name) if name.isdigit() else None,
        source=more.get("source", "loop"),
        at=BEGIN + timedelta(seconds=at),
        turn=turn,
        hostname=more.get("host", "web-1"),
        node_names=nodes,
        next=(),
        channels_changed=(),
        size_bytes=0,
        channel_versions={},
        metadata={},
    )


#: Two turns: an input each, then a fast and a slow node; a minute between them.
TALK = (
    step("1", 0, source="input"),
    step("2", 0.5, "__start__", parent="1"),
    step("3", 1.5, "plan", "look", parent="2"),
    step("4", 5.5, "answer", parent="3"),
    step("5", 65.5, parent="4", turn=2, source="input"),
    step("6", 66.5, "plan", parent="5", turn=2),
    step("7", 96.5, "answer", parent="6", turn=2),
)


def turns_of(*steps: Checkpoint, **again: str) -> tuple[TurnTime, ...]:
    return time_turns(time_steps(steps, again))


def test_a_steps_time_is_that_since_its_parent() -> None:
    found = time_steps(TALK, {})
    assert [one.seconds for one in found] == [None, 0.5, 1.0, 4.0, 60.0, 1.0, 30.0]
    assert [one.kind for one in found] == ["unknown", "work", "work", "work", "wait", "work", "work"]
    assert found[4].why == "input"


def test_a_turns_work_leaves_out_the_wait_before_it() -> None:
    first, second = turns_of(*TALK)
    assert (first.took, first.worked, first.waited, first.before) == (5.5, 5.5, 0.0, None)
    assert (second.took, second.worked, second.waited, second.before) == (31.0, 31.0, 0.0, 60.0)
    assert first.slowest is not None
    assert second.slowest is not None
    assert (first.slowest.checkpoint_id, second.slowest.checkpoint_id) == ("4", "7")


def test_a_step_of_several_nodes_counts_for_each_and_start_only_alone() -> None:
    nodes = {node.node: node for node in time_nodes(time_steps(TALK, {}))}
    assert list(nodes) == ["answer", "plan", "look", "__start__"]
    assert (nodes["answer"].count, nodes["answer"].median, nodes["answer"].slowest_id) == (2, 17.0, "7")
    assert (nodes["plan"].total, nodes["look"].total) == (2.0, 1.0)


def test_the_slowest_steps_come_first_and_are_no_waits() -> None:
    assert [one.checkpoint_id for one in slowest_steps(time_steps(TALK, {}), 3)] == ["7", "4", "6"]


def test_of_steps_that_took_the_same_the_newest_three_are_told_and_more_only_where_they_stand_out() -> None:
    times = [0.01, 0.010_2, 0.01, 0.010_1, 0.01]
    equal = [StepTime(str(place), place, 1, ("a",), "", None, took, "work", "") for place, took in enumerate(times)]
    assert [one.checkpoint_id for one in slowest_steps(equal, 10)] == ["4", "3", "2"]
    slow = [replace(one, checkpoint_id=f"slow {one.checkpoint_id}", seconds=0.5) for one in equal[:4]]
    assert [one.checkpoint_id for one in slowest_steps([*equal, *slow], 10)] == ["slow 3", "slow 2", "slow 1", "slow 0"]
    assert slowest_steps([], 10) == ()


def test_time_until_an_answer_came_is_a_wait_inside_its_turn() -> None:
    asked = (*TALK, step("8", 196.5, "answer", parent="7", turn=2))
    turns = turns_of(*asked, **{"8": "answer"})
    assert (turns[1].worked, turns[1].waited, turns[1].took) == (31.0, 100.0, 131.0)
    waits = sum_waits(turns)
    assert (waits.turns, waits.median, waits.longest_id) == (1, 60.0, "5")
    assert (waits.resumed, waits.resumed_longest, waits.resumed_longest_id) == (1, 100.0, "8")


def test_waits_for_two_forks_of_one_step_are_not_counted_twice() -> None:
    forked = (
        step("1", 0, source="input"),
        step("2", 1, "plan", parent="1"),
        step("3", 3, "answer", parent="2"),
        step("4", 10, parent="2", source="fork"),
        step("5", 12, "answer", parent="4"),
        step("6", 20, parent="2", source="update"),
    )
    (turn,) = turns_of(*forked)
    assert [one.seconds for one in turn.steps] == [None, 1.0, 2.0, 9.0, 2.0, 19.0]
    assert (turn.took, turn.worked, turn.waited) == (20.0, 5.0, 15.0)


def test_an_edit_alone_behind_newer_turns_is_no_run_of_one_checkpoint() -> None:
    turns = turns_of(*TALK, step("8", 200, parent="4", source="update"))
    assert [(one.turn, one.single, one.worked) for one in turns] == [(1, False, 5.5), (2, False, 31.0), (1, False, 0.0)]


def test_a_step_whose_parent_is_not_there_may_hold_a_wait_and_is_no_work() -> None:
    parent = "1f1e595d-4f1e-6180-8018-dd9fe95aa253"
    (found,) = time_steps((step("9", 10**9, "plan", parent=parent),), {})
    assert found.seconds is not None
    assert found.kind == "unknown"
    (turn,) = time_turns((found,))
    assert (turn.single, turn.worked, turn.slowest) == (False, 0.0, None)


def test_an_edit_of_the_state_waited_for_nobody_who_was_asked() -> None:
    edited = (*TALK, step("8", 196.5, parent="7", turn=2, source="update"))
    turns = turns_of(*edited)
    assert (turns[1].steps[-1].why, turns[1].waited) == ("update", 100.0)
    assert sum_waits(turns).resumed == 0


def test_a_run_of_one_checkpoint_has_neither_a_length_nor_a_slowest_step() -> None:
    first, second = turns_of(step("1", 0, "answer"), step("2", 70, "answer", parent="1", turn=2))
    assert (first.single, second.single) == (True, True)
    assert (second.took, second.worked, second.before, second.slowest) == (None, 0.0, 70.0, None)
    assert sum_waits((first, second)).turns == 0


def test_less_than_nothing_is_a_clock_and_no_time() -> None:
    behind = (step("2", 10, "plan", host="web-1"), step("1", 4, "answer", parent="2", host="web-2"))
    found = time_steps(behind, {})
    assert (found[1].kind, found[1].seconds) == ("skew", -6.0)
    assert slowest_steps(found, 5) == ()
    (skew,) = find_skews(behind)
    assert (skew.hostname, skew.ahead, skew.seconds, skew.checkpoint_id) == ("web-2", "web-1", 6.0, "1")


def test_of_two_hosts_only_the_greatest_difference_is_told() -> None:
    behind = (
        step("5", 10, host="a"),
        step("4", 9, parent="5", host="b"),
        step("3", 10, parent="4", host="a"),
        step("2", 3, parent="3", host="b"),
    )
    assert [(skew.hostname, skew.ahead, skew.seconds) for skew in find_skews(behind)] == [("b", "a", 7.0)]


def test_order_is_that_of_the_run_whatever_the_ids_say() -> None:
    family = {"a": step("a", 0), "b": step("b", 1, parent="a"), "c": step("c", 2, parent="b"), "d": step("d", 3)}
    for names in permutations(family):
        found = [item.checkpoint_id for item in in_order([family[name] for name in names])]
        assert sorted(found) == list("abcd")
        assert found.index("a") < found.index("b") < found.index("c")
    assert [item.checkpoint_id for item in in_order(list(family.values()))] == list("abcd")


def test_parents_in_a_circle_lose_no_checkpoint() -> None:
    circle = (step("a", 0, parent="b"), step("b", 1, parent="a"), step("c", 2))
    assert sorted(item.checkpoint_id for item in in_order(circle)) == ["a", "b", "c"]


def test_nothing_has_no_turns() -> None:
    assert turns_of() == ()
    waits = sum_waits(())
    assert (waits.turns, waits.median, waits.longest, waits.longest_id) == (0, None, None, "")
