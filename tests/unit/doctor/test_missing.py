"""What a thread lacks of the checkpoints that hosts say they put."""

from __future__ import annotations

import pytest

from inspector.doctor.evidence.lost import missing


@pytest.mark.parametrize(
    ("put", "named", "lacks"),
    [
        ({}, {"web-1": 3}, {}),
        ({"web-1": 3}, {"web-1": 3}, {}),
        ({"web-1": 3}, {"web-1": 5}, {}),  # the probe was installed later
        ({"web-1": 6}, {"web-1": 3}, {"web-1": 3}),
        ({"web-1": 3, "web-2": 3}, {"web-1": 3}, {"web-2": 3}),
        ({"web-1": 6, "web-2": 3}, {"web-1": 3}, {"web-1": 3, "web-2": 3}),
    ],
)
def test_each_host_is_held_to_what_metadata_says_of_it(
    put: dict[str, int], named: dict[str, int], lacks: dict[str, int]
) -> None:
    assert missing(put, named) == lacks


@pytest.mark.parametrize("other", ["", "pod-7f9c"])
def test_what_others_wrote_may_be_its_own_by_another_name(other: str) -> None:
    assert missing({"web-1": 3}, {other: 3}) == {}
    assert missing({"web-1": 3}, {other: 2}) == {"web-1": 1}
    assert missing({"web-1": 6}, {"web-1": 3, other: 1}) == {"web-1": 2}


def test_where_no_metadata_names_a_host_it_is_not_told_who_lacks() -> None:
    assert missing({"web-1": 3, "web-2": 3}, {"": 6}) == {}
    assert missing({"web-1": 3, "web-2": 3}, {"": 4}) == {"": 2}
