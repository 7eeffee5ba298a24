"""Ids that are one to a person and two to a store, and ids that merely look alike."""

from __future__ import annotations

import pytest

from inspector.doctor.evidence.near_ids import NearIds, candidates, common_prefixes, difference


@pytest.mark.parametrize(
    ("one", "two", "words"),
    [
        ("42 ", "42", "spaces at an end"),
        ("\u00a042", "42", "spaces at an end"),
        ("User:42", "user:42", "upper and lower case"),
        ("STRASSE-1", "straße-1", "upper and lower case"),
        ("cafe\u0301", "caf\u00e9", "another form of a letter"),
        ("\uff14\uff12", "42", "another form of a letter"),
        (" Cafe\u0301", "caf\u00e9", "case, spaces and forms of letters"),
        ("42", "conv-42", "the prefix 'conv-'"),
        ("Conv-42", "42 ", "the prefix 'conv-'"),
        ("alice:7", "tenant-1:alice:7", "the prefix 'tenant-1:'"),
    ],
)
def test_what_makes_the_difference_is_told_both_ways(one: str, two: str, words: str) -> None:
    for told in (difference(one, two), difference(two, one)):
        assert told is not None
        assert told.words == words
    assert two in NearIds([two, "other"]).find(one)
    assert one in NearIds([one, "other"]).find(two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("user-42", "session-42"),
        ("42", "142"),
        ("42", "43"),
        ("", "42"),
        ("", "conv-"),
        ("42", "42"),
        ("conv-4", "conv-42"),
        ("x" * 600, "X" * 600),
    ],
)
def test_two_names_are_no_pair(one: str, two: str) -> None:
    assert difference(one, two) is None
    assert not NearIds([two]).find(one)


def test_ids_to_look_up_hold_every_twin_that_is_told() -> None:
    looked = candidates(" Conv-42", ["chat-"])
    assert {"Conv-42", "conv-42", "42", "chat-Conv-42"} <= set(looked)
    assert " Conv-42" not in looked


def test_prefixes_are_those_that_several_ids_bear() -> None:
    ids = [f"conv-{n}" for n in range(5)] + [f"user:{n}" for n in range(9)] + ["a-1", "a-2", "42"]
    assert common_prefixes(ids, 5) == ["user:", "conv-"]
