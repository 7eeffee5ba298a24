"""People who come back are told from teams, who do so all the time."""

from __future__ import annotations

import pytest

from benchmarks.random_rows import quick_case
from benchmarks.random_traffic import Site, Traffic
from inspector.doctor.evidence.returning import PERSON
from inspector.doctor.rules.thread_id_random import RULE
from inspector.models import StoreEntry

pytestmark = pytest.mark.usefixtures("index")


@pytest.mark.parametrize(("team", "confidence"), [(PERSON + 1, "possible"), (PERSON // 2, "likely")])
def test_owners_of_many_threads_are_teams_however_slowly_they_ask(team: int, confidence: str) -> None:
    """Twelve runs an hour each, one turn long: by their pace they could be people who get a new thread each time."""
    traffic = Traffic(Site(2, 0, one_turn=1.0, every=120.0))
    traffic.until(200)
    for number, thread in enumerate(traffic.threads.values()):
        thread.owner = f"team-{number % (len(traffic.threads) // team)}"
    entry = StoreEntry.objects.create(name="site")
    verdict = RULE.check(quick_case(traffic, entry, reads=False, owners=True))
    assert (verdict.outcome, verdict.confidence) == ("problem", confidence)
    assert any("came back" in line.text for line in verdict.evidence) == (confidence == "likely")
