"""When a worker that puts nothing works in vain, and when it has nothing to put."""

from __future__ import annotations

from typing import Any

import pytest

from inspector.doctor.rules.nothing_written import check
from tests.integration.doctor.crews import case_with, process
from tests.integration.doctor.made import NOW

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
