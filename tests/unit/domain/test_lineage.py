"""Relations of checkpoints by their parents alone."""

from __future__ import annotations

import pytest

from inspector.domain.lineage import Relation, children_of, ends_of, is_whole, line_of, newest_through, relate

#: 1 - 2 - 3 - 4 and 2 - 5 - 6 - 7; 9 has lost its parent.
PARENTS = {"9": "8", "7": "6", "6": "5", "5": "2", "4": "3", "3": "2", "2": "1", "1": None}


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        ("3", "3", Relation("same", "3")),
        ("1", "4", Relation("after", "1", 0, 3)),
        ("7", "2", Relation("before", "2", 3, 0)),
        ("4", "7", Relation("branches", "2", 2, 3)),
        ("7", "4", Relation("branches", "2", 3, 2)),
        ("9", "4", Relation("apart")),
        ("4", "unknown", Relation("apart")),
    ],
)
def test_two_checkpoints_are_told_apart_by_their_ancestors(a: str, b: str, relation: Relation) -> None:
    assert relate(PARENTS, a, b) == relation


def test_a_line_goes_up_to_the_first_checkpoint() -> None:
    line = line_of(PARENTS, "6")

    assert line == ["6", "5", "2", "1"]
    assert is_whole(PARENTS, line)


def test_a_line_whose_ancestor_is_gone_says_so() -> None:
    line = line_of(PARENTS, "9")

    assert line == ["9"]
    assert not is_whole(PARENTS, line)
    assert not is_whole(PARENTS, line_of(PARENTS, "unknown"))


def test_parents_that_run_in_a_circle_end_the_line() -> None:
    circle = {"a": "b", "b": "c", "c": "a"}

    assert line_of(circle, "b") == ["b", "c", "a"]
    assert relate(circle, "a", "c").kind == "before"


def test_ends_and_children_show_where_branches_part() -> None:
    assert ends_of(PARENTS) == ["9", "7", "4"]
    assert children_of(PARENTS)["2"] == ["5", "3"]


def test_a_branch_is_followed_to_its_newest_end() -> None:
    assert newest_through(PARENTS, "2") == "7"
    assert newest_through(PARENTS, "3") == "4"
    assert newest_through(PARENTS, "4") == "4"
    assert newest_through(PARENTS, "unknown") == ""
