"""What a ledger may hold that no probe wrote: it is left out, and whatever is let through can be shown and added up."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.ledger.rows import counted_row, parse_reads, parse_report
from inspector.ledger.sound import is_sound
from inspector.probe.ledger_schema import Read, WorkerReport
from tests.integration.ledger.samples import report

SOUND = report(exceptions={"psycopg.OperationalError": 2}, dropped={"reads": 1}, reads=7, misses=2).to_json()
ROW = {
    "thread_key": "k",
    "worker_id": "1" * 32,
    "slot": 0,
    "reads": 3,
    "misses": 1,
    "checkpoints": 2,
    "writes": 5,
    "first_at": 1.0,
    "last_at": 2.0,
    "last_read_at": 2.0,
    "last_miss_at": None,
    "recent": ["1.0 1ef"],
}
TEXTS: list[Any] = [7, None, [], {}, True, "x" * 100_000, "a\x00b", "a\ud800b"]
NUMBERS: list[Any] = ["7", None, [], {}, True, -1, 2**63, 10**400, 1.5, float("nan"), float("inf")]
TIMES: list[Any] = ["7", None, [], {}, True, 10**400, 1e300, float("nan"), float("-inf")]
FLAGS: list[Any] = ["true", 1, 0, None, []]
COUNTED: list[Any] = ["x", None, [], ["x"], {"x": "1"}, {"x": None}, {"x": {}}, {"x": -1}, {"x": 1.5}, {"\ud800": 1}]
WORDED: list[Any] = ["x", None, [], {"x": 1}, {"x": None}, {"x": {"x": "y"}}, {"x": "\x00"}]
PLACE = {"slot": 0, "saver": "s", "kind": "postgres", "identities": ["i"], "where": "w", "savers": 1}
PLACES: list[Any] = [
    *(7, None, "places", {"0": PLACE}, [None], ["x"], [[]], [{}], [{**PLACE, "identities": 7}]),
    *([{**PLACE, name: value}] for name in ("saver", "kind", "where") for value in TEXTS),
    *([{**PLACE, name: value}] for name in ("slot", "savers") for value in NUMBERS),
    *([{**PLACE, "identities": [value]}] for value in TEXTS),
    [PLACE] * 2_000,
]
HOSTILE: dict[str, list[Any]] = {
    "str": TEXTS,
    "int": NUMBERS,
    "float": TIMES,
    "bool": FLAGS,
    "Mapping[str, int]": COUNTED,
    "Mapping[str, str]": WORDED,
    "tuple[Place, ...]": PLACES,
}
CASES = [(field.name, value) for field in fields(WorkerReport) for value in HOSTILE[str(field.type)]]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


def _parse(data: Any) -> WorkerReport | None:
    return parse_report(json.dumps(data))


def test_what_a_probe_wrote_is_read() -> None:
    found = _parse(SOUND)
    assert found is not None
    assert found.to_json() == SOUND
    assert _parse({**SOUND, "field of a later probe": {"x": 1}}) == found


@pytest.mark.parametrize("number", range(len(CASES)))
def test_a_report_with_one_field_of_another_kind_is_left_out(number: int) -> None:
    name, value = CASES[number]
    assert _parse({**SOUND, name: value}) is None, (name, value)


@pytest.mark.parametrize("name", ["worker_id", "hostname", "pid", "started_at", "seen_at", "version"])
def test_a_report_without_what_it_needs_is_left_out(name: str) -> None:
    assert _parse({key: value for key, value in SOUND.items() if key != name}) is None


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "null", "7", '"text"', "[]", "{}", '{"version": 1}', b"\xff\xfe", "[" * 100_000),
        json.dumps({**SOUND, "version": 2}),
        '{"version": 1, "pid": ' + "9" * 5_000 + "}",
    ],
)
def test_what_is_no_report_is_left_out(text: str | bytes) -> None:
    assert parse_report(text) is None


@given(st.sampled_from([field.name for field in fields(WorkerReport)]), JSON)
def test_whatever_is_let_through_can_be_shown_and_added_up(name: str, value: Any) -> None:
    found = _parse({**SOUND, name: value})
    if found is not None:
        json.dumps(found.to_json(), allow_nan=False, ensure_ascii=False).encode()
        assert found.reads + found.misses + sum(found.exceptions.values()) >= 0
        assert abs(found.seen_at - found.started_at) < 1e16


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, value) for name in ("reads", "misses", "checkpoints", "writes") for value in NUMBERS),
        *((name, value) for name in ("first_at", "last_at") for value in TIMES),
        *((name, value) for name in ("last_read_at", "last_miss_at") for value in TIMES if value is not None),
    ],
)
def test_a_row_of_counts_with_one_field_of_another_kind_is_left_out(name: str, value: Any) -> None:
    assert counted_row(ROW, {"k": "one"}, {}) is not None
    assert counted_row({**ROW, name: value}, {"k": "one"}, {}) is None


def test_an_id_is_as_it_was_asked_for_whatever_it_holds() -> None:
    row = counted_row(ROW, {"k": "x" * 100_000 + "\ud800"}, {})
    assert row is not None
    assert row.recent == (Read(1.0, "1ef"),)


def test_reads_that_cannot_be_read_say_nothing_about_the_others() -> None:
    texts: list[Any] = [
        "nan 1ef",
        "inf 1ef",
        "x",
        "",
        None,
        7,
        [],
        "1e400 a",
        "2.5 " + "x" * 100_000,
        "1 \ud800",
        "3.5 ",
    ]
    assert parse_reads(texts) == (Read(3.5, ""),)
    assert all(is_sound(read) for read in parse_reads(texts))
