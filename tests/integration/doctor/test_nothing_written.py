"""When a worker that puts nothing works in vain, and when it has nothing to put."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from inspector.doctor.rules.nothing_written import check
from inspector.models import ThreadEntry
from tests.integration.doctor.crews import case_with, process
from tests.integration.doctor.made import MINUTE, NOW
from tests.integration.doctor.made_rows import Made
from tests.integration.doctor.made_rows import case_with as index

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("did", "confidence"),
    [
        ({"reads": 5, "misses": 5}, "possible"),
        ({"reads": 10, "misses": 10}, "likely"),
        ({"reads": 30, "misses": 6, "invocations": 5}, "likely"),
    ],
)
def test_who_works_in_vain_is_named(did: dict[str, int], confidence: str) -> None:
    verdict = check(case_with(process("web-1", checkpoints=90, reads=30), process("web-2", **did)))
    assert (verdict.outcome, verdict.confidence, verdict.hosts) == ("problem", confidence, ("web-2",))


@pytest.mark.parametrize(
    "did",
    [
        {},  # idle
        {"reads": 400},  # reads what is there
        {"reads": 400, "misses": 12},  # asks now and then for what is not there yet
        {"reads": 4, "misses": 4},  # too few to tell
        {"reads": 9, "misses": 9, "invocations": 9, "checkpoints": 1},
        {"reads": 9, "misses": 9, "invocations": 9, "writes": 1},
        {"reads": 9, "misses": 3, "invocations": 9},  # replays what is finished
        {"reads": 9, "misses": 9, "started_at": NOW.timestamp() - 30},  # its first runs are under way
        {"reads": 9, "misses": 4, "invocations": 9, "invocations_unsaved": 9},  # has no checkpointer
    ],
)
def test_who_has_nothing_to_put_is_left_alone(did: dict[str, Any]) -> None:
    assert check(case_with(process("web-1", **did))).outcome == "fine"


@pytest.mark.parametrize(
    ("written", "outcome"),
    [
        (12, "fine"),
        (11, "fine"),
        (10, "problem"),  # half of them are gone
        (0, "problem"),
    ],
)
def test_who_shows_what_there_is_before_others_write_the_first_of_it_is_left_alone(written: int, outcome: str) -> None:
    index(*(Made(f"{n}", {"web-1": 3} if n < written else {}, asked={"history-1": 1}) for n in range(20)))
    history = process("history-1", reads=20, misses=20)

    assert check(case_with(process("web-1", checkpoints=36), history)).outcome == outcome
    runs = replace(history, invocations=20)
    assert check(case_with(process("web-1", checkpoints=36), runs)).outcome == "problem"


def test_who_finds_nothing_of_what_was_there_before_does_not_only_look() -> None:
    made = [Made(f"{n}", {"web-1": 3}, asked={"history-1": 1}) for n in range(20)]
    index(*made)
    ThreadEntry.objects.update(first_at=made[0].at - MINUTE)
    history = process("history-1", reads=20, misses=20)
    assert check(case_with(process("web-1", checkpoints=60), history)).outcome == "problem"
