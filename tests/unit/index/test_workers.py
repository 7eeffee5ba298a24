"""What each host did, from metadata and from what probes report: which rows are ours, whose writes are whose."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.index.workers import Owned, own, several_write, share_writes, sum_up
from inspector.ledger.base import Counted
from inspector.probe.ledger_schema import Place

HERE, THERE = ("postgres:system:1/db/public", "postgres:start:9/db/public"), ("redis:abc/0/",)
COUNTED = Counted("t", "w", "web-1", None, 0, 0, 0, 0, 100.0, 100.0, None, None)

hosts = st.sampled_from(["", "a", "b", "c", "d"])
counts = st.dictionaries(hosts, st.integers(0, 9))


def at(kind: str, *identities: str) -> Counted:
    return replace(COUNTED, place=Place(0, "Saver", kind, identities, "somewhere"))


@pytest.mark.parametrize(
    ("row", "here", "there", "elsewhere"),
    [
        (COUNTED, HERE, THERE, ""),
        (at("postgres"), HERE, THERE, ""),
        (at("postgres", HERE[1], "postgres:system:2/db/public"), HERE, THERE, ""),
        (at("memory", "memory:w"), HERE, THERE, "memory"),
        (at("memory", "memory:w"), HERE, (), "memory"),
        (at("postgres", "postgres:system:2/db/public"), HERE, THERE, "postgres"),
        (at("postgres", "postgres:system:2/db/public"), HERE, (), "postgres"),
        (at("redis", THERE[0]), HERE, THERE, None),
        (at("redis", THERE[0]), (), THERE, None),
        (at("postgres", "postgres:system:2/db/public"), (), THERE, ""),
        (at("postgres", HERE[0]), HERE, HERE, ""),
    ],
)
def test_a_row_is_ours_unless_another_configured_store_has_it(
    row: Counted, here: tuple[str, ...], there: tuple[str, ...], elsewhere: str | None
) -> None:
    assert own([row], here, there) == ([] if elsewhere is None else [Owned(row, elsewhere)])


@given(counts, counts)
def test_shown_writes_are_what_the_store_holds(named: dict[str, int], reported: dict[str, int]) -> None:
    shown = share_writes(named, reported)
    assert sum(shown.values()) == sum(named.values())
    assert all(shown.values())
    for host, count in named.items():
        if host and count:
            assert shown[host] == count
    for host in shown.keys() - named.keys() - {""}:
        assert 0 < shown[host] <= reported[host]
    assert several_write(named, reported) == (len(shown.keys() - {""}) > 1)


def test_unnamed_writes_go_to_the_hosts_that_report_them() -> None:
    assert share_writes({"": 6, "a": 2}, {"a": 9, "b": 4, "c": 3}) == {"a": 2, "b": 4, "c": 2}
    assert share_writes({"": 6}, {"b": 4}) == {"b": 4, "": 2}
    assert share_writes({"": 6}, {}) == {"": 6}


def test_a_host_with_a_foot_in_the_store_counts_only_what_it_put_there() -> None:
    rows = [
        Owned(replace(COUNTED, reads=2, misses=1, checkpoints=3, last_miss_at=100.0), ""),
        Owned(replace(COUNTED, reads=4, checkpoints=5, first_at=90.0, last_at=120.0), "memory"),
    ]
    asked = sum_up(rows)
    assert (asked.reads, asked.misses) == (6, 1)
    assert (asked.first_at, asked.last_at) == (datetime.fromtimestamp(90, UTC), datetime.fromtimestamp(120, UTC))
    assert (asked.hosts["web-1"].reported, asked.hosts["web-1"].elsewhere) == (3, "")
    alone = sum_up(rows[1:])
    assert (alone.hosts["web-1"].reported, alone.hosts["web-1"].elsewhere) == (5, "memory")


MISS = replace(COUNTED, reads=1, misses=1, last_read_at=100.0, last_miss_at=100.0)


@pytest.mark.parametrize(
    ("rows", "in_vain"),
    [
        ([Owned(MISS, "")], True),
        ([Owned(MISS, ""), Owned(MISS, "memory")], True),
        ([Owned(replace(MISS, checkpoints=3, last_at=101.0), "")], False),
        ([Owned(replace(MISS, reads=2, last_read_at=101.0, last_at=101.0), "")], False),
        ([Owned(MISS, ""), Owned(replace(COUNTED, checkpoints=1, last_at=101.0), "")], False),
        (
            [Owned(replace(MISS, last_miss_at=102.0, last_read_at=102.0), ""), Owned(replace(MISS, checkpoints=1), "")],
            True,
        ),
        ([Owned(replace(COUNTED, checkpoints=3), "")], False),
        ([Owned(replace(COUNTED, checkpoints=3), "memory")], True),
    ],
)
def test_a_thread_is_asked_for_in_vain_when_the_last_that_happened_was_a_miss(rows: list[Owned], in_vain: bool) -> None:
    assert sum_up(rows).in_vain == in_vain


@pytest.mark.parametrize("broken", [-1e300, 1e300, float("inf")])
def test_a_clock_that_says_anything_is_no_error(broken: float) -> None:
    asked = sum_up([Owned(replace(COUNTED, first_at=broken, last_at=broken), "")])
    assert asked.first_at.tzinfo is UTC
