"""Ids that were asked for in vain are paired with those that were meant, and with no others."""

from __future__ import annotations

import pytest

from inspector.doctor import case as case_module
from inspector.doctor.case import Case
from inspector.doctor.finding import Verdict
from inspector.doctor.mutes import Mutes
from inspector.doctor.rules.reads_miss_writes import RULE
from inspector.mute import Mute
from tests.integration.doctor.made_rows import Made, case_with, conversations

pytestmark = pytest.mark.usefixtures("index")
API = {"api-1": 2}


def ask(case: Case) -> Verdict:
    return RULE.check(case)


def asked(*thread_ids: str, ago: float = 60) -> list[Made]:
    return [Made(thread_id, asked=API, ago=ago) for thread_id in thread_ids]


@pytest.mark.parametrize("form", ["CONV-{} ", "Conv-{}", "\tconv-{}", "\uff43onv-{}"])
def test_other_spellings_are_told_with_both_links(form: str) -> None:
    said = ask(case_with(*conversations(5), *asked(*(form.format(n) for n in range(5)))))
    assert (said.outcome, said.confidence, said.hosts) == ("problem", "certain", ("api-1",))
    first, second = said.evidence[:2]
    assert first.link is not None
    assert second.link is not None
    assert {first.link.query["id"], second.link.query["id"]} <= {*said.thread_ids}
    assert "2 times and found nothing" in first.text
    assert second.text.startswith("web-1 wrote 'conv-")


@pytest.mark.parametrize(("number", "confidence"), [(1, "possible"), (2, "possible"), (3, "likely"), (4, "certain")])
def test_many_pairs_are_no_accident(number: int, confidence: str) -> None:
    said = ask(case_with(*conversations(5), *asked(*(f"Conv-{n}" for n in range(number)))))
    assert said.confidence == confidence


def test_a_prefix_counts_where_it_tells_three_from_their_twins() -> None:
    case = case_with(*conversations(5), *asked("0", "1"))
    assert ask(case).outcome == "unknown"
    case.entry.delete()
    said = ask(case_with(*conversations(5), *asked("0", "1", "2", "7")))
    assert (said.outcome, said.confidence) == ("problem", "likely")
    assert "the prefix 'conv-': 3 of 4 ids" in said.sentence


@pytest.mark.parametrize(("both", "confidence"), [(2, "certain"), (3, "possible")])
def test_a_prefix_that_may_tell_two_kinds_of_conversations_apart_is_doubted(both: int, confidence: str) -> None:
    """Of one person there may be a chat and notes, or only notes."""
    notes, chats = conversations(9, form="Notes:{}"), conversations(both, form="{}")
    said = ask(case_with(*notes, *chats, *asked("4", "5", "6", "7")))
    assert (said.outcome, said.confidence) == ("problem", confidence)
    assert ("may be two conversations each" in said.sentence) == (confidence == "possible")


def test_ids_with_prefixes_of_their_own_are_no_pairs() -> None:
    said = ask(case_with(*conversations(5, form="session-{}"), *asked(*(f"user-{n}" for n in range(5)))))
    assert said.outcome == "unknown"


def test_an_id_that_was_asked_for_before_its_twin_was_written_is_another() -> None:
    assert ask(case_with(*conversations(5), *asked("Conv-1", "Conv-2", "Conv-3", ago=7_200))).outcome == "unknown"


def test_twins_of_any_age_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looked up among all threads of the index, as they are written or by a part of them."""
    monkeypatch.setattr(case_module, "NEWEST", 8)
    old = [Made(f"desk:{n}", {"web-1": 6}, turns=2, ago=90_000) for n in range(4)]
    older = [Made(f"tenant-7/inbox/Question {n}", {"web-1": 6}, turns=2, ago=90_000) for n in range(3)]
    named = ("DESK:0", " desk:1", "Desk:2", *(f"Question {n}" for n in range(3)))
    said = ask(case_with(*old, *older, *conversations(10), *asked(*named)))
    assert said.outcome == "problem"
    assert set(said.thread_ids) >= {"desk:0", "desk:1", "desk:2"}
    assert set(said.thread_ids) >= {"tenant-7/inbox/Question 0", "tenant-7/inbox/Question 2"}


def test_two_spellings_of_one_owner_are_possible_without_reports() -> None:
    """Written by other hosts each; what one host names so is its own business, and so is what others own."""
    twins = [Made("Desk-1", {"web-1": 3}, "ada"), Made("desk-1", {"web-2": 3}, "ada", ago=60)]
    said = ask(case_with(*conversations(3), *twins))
    assert (said.outcome, said.confidence, said.hosts) == ("problem", "possible", ("web-1", "web-2"))


@pytest.mark.parametrize(("host", "owner"), [("web-1", "ada"), ("web-2", "bo"), ("web-2", "")])
def test_two_spellings_of_one_host_or_of_two_owners_are_none(host: str, owner: str) -> None:
    twins = [Made("Desk-1", {"web-1": 3}, "ada"), Made("desk-1", {host: 3}, owner, ago=60)]
    assert ask(case_with(*twins)).outcome == "unknown"


def test_muted_ids_are_left_out() -> None:
    mutes = Mutes((Mute("reads-miss-writes", "thread", "Conv-*"),))
    assert ask(case_with(*conversations(5), *asked(*(f"Conv-{n}" for n in range(5))), mutes=mutes)).outcome == "unknown"


def test_what_is_written_elsewhere_by_the_probes_word_is_not_asked_for_by_another_name() -> None:
    threads = [*conversations(5), Made("Conv-1", {"web-2": 3}, asked={"web-2": 1}, ago=60)]
    assert ask(case_with(*threads)).outcome == "unknown"
