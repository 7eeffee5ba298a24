"""Each piece of evidence by itself: what it says of figures, and how much that weighs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from inspector.index.begun import Sums
from inspector.models import ThreadEntry
from inspector.orphans.evidence.course import judge_course
from inspector.orphans.evidence.crowd import judge_crowd
from inspector.orphans.evidence.graph import judge_graph
from inspector.orphans.evidence.piece import Assessment, Evidence
from inspector.orphans.evidence.rates import rise
from inspector.orphans.evidence.reads import judge_reads
from inspector.orphans.evidence.shape import judge_shape
from inspector.orphans.evidence.share import Shares, judge_share

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
FEW = Sums(3, 3)
SOUND = Sums(1_000, 200)
LEFT = Sums(400, 400)


@pytest.mark.parametrize(
    ("shape", "same", "rest", "weight", "words"),
    [
        ("", SOUND, LEFT, -2, "chosen"),
        ("uuid5", SOUND, LEFT, -1, "made from a name"),
        ("uuid4", SOUND, LEFT, 0, "says little: 800 of 1,000"),
        ("uuid4", LEFT, SOUND, 2, "none of 400 such threads went on that week, 80 % of the others did"),
        ("hex", Sums(400, 396), SOUND, 2, "only 4 of 400"),
        ("integer", LEFT, SOUND, 1, "an integer"),
        ("uuid7", LEFT, LEFT, 1, "hardly any thread here goes on"),
        ("integer", LEFT, LEFT, 0, "hardly any thread here goes on"),
        ("prefixed", Sums(400, 360), SOUND, 1, "only 40 of 400"),
        ("ulid", FEW, SOUND, 1, "too few others"),
    ],
)
def test_the_shape_of_an_id_says_as_much_as_it_does_here(
    shape: str, same: Sums, rest: Sums, weight: int, words: str
) -> None:
    said = judge_shape(shape, same, rest)

    assert (said.weight, words in said.text) == (weight, True), said


def test_a_share_rises_by_the_ratio_of_odds_and_not_by_chance() -> None:
    assert rise(Sums(100, 20), SOUND) == 0
    assert rise(Sums(10, 4), SOUND) == 0  # twice as many, of ten
    assert rise(Sums(100, 45), SOUND) == 1
    assert rise(Sums(100, 60), SOUND) == 2
    assert rise(Sums(100, 100), SOUND) == 3
    assert rise(Sums(100, 5), SOUND) == 0
    assert rise(Sums(), SOUND) == rise(SOUND, Sums()) == 0


@pytest.mark.parametrize(
    ("shares", "weight", "words"),
    [
        (
            Shares("web-3", LEFT, host=SOUND, by_hour=True),
            3,
            "its own share about this hour in the week before was 20 %",
        ),
        (Shares("web-3", SOUND, host=SOUND), -2, "no more than its own share in the week before (20 %)"),
        (Shares("web-3", LEFT, host=SOUND, graph=LEFT), 0, "its graph's share in the week before (100 %)"),
        (Shares("web-3", LEFT, host=LEFT, others=SOUND), 0, "at the other hosts 20 % did"),
        (Shares("web-3", LEFT, host=LEFT), 0, "hardly any thread there goes on"),
        (Shares("web-3", LEFT, others=SOUND), 3, "Of the threads that web-3 began about then, 400 of 400 (100 %)"),
        (Shares("web-3", SOUND, others=SOUND), -2, "no more than at the other hosts (20 %)"),
        (Shares("", LEFT), 1, "the unnamed host"),
        (Shares("web-3", SOUND, others=FEW), -1, "nothing yet to compare it with"),
        (Shares("web-3", Sums(100, 80)), 0, "nothing yet to compare it with"),
    ],
)
def test_the_share_of_a_host_stands_beside_what_is_usual(shares: Shares, weight: int, words: str) -> None:
    said = judge_share(shares)

    assert said is not None
    assert (said.weight, words in said.text) == (weight, True), said


def test_a_host_with_a_handful_of_threads_has_no_share() -> None:
    assert judge_share(Shares("web-3", FEW, host=SOUND)) is None


def test_a_graph_that_never_has_a_second_turn_where_others_do_runs_once() -> None:
    said = judge_graph("report", LEFT, SOUND)

    assert said is not None
    assert said.weight == -3
    assert "none of its 400 threads" in said.text
    assert judge_graph("chat", SOUND, LEFT) is None
    assert judge_graph("report", LEFT, LEFT) is None  # nothing goes on here: that tells nothing of the graph
    assert judge_graph("report", FEW, SOUND) is None
    assert judge_graph("", LEFT, SOUND) is None


def test_a_crowd_weighs_little_and_says_what_chance_alone_would_have_made() -> None:
    said = judge_crowd("web-3", 41, 8.2)

    assert said.weight == 1
    assert "41 other one-turn threads of web-3" in said.text
    assert "8 were to be expected by chance" in said.text
    assert judge_crowd("web-3", 10, 8.2).weight == 0


def entry(**fields: object) -> ThreadEntry:
    said = {"first_at": AT, "last_at": AT + timedelta(seconds=2), "state": "complete", "one_turn": True, "muted": False}
    return ThreadEntry(**{**said, **fields})


@pytest.mark.parametrize(
    ("fields", "earlier", "weight"),
    [
        ({"reads": 1, "misses": 1}, False, 0),
        ({"reads": 1, "misses": 1}, True, 1),
        ({"reads": 2, "misses": 2, "missed": 1}, False, 1),
        ({"reads": 2, "misses": 2, "missed": 2}, False, 2),
        ({"reads": 3, "misses": 1}, True, -1),
    ],
)
def test_reads_weigh_by_what_they_found(fields: dict[str, int], earlier: bool, weight: int) -> None:
    said = judge_reads(entry(**fields), earlier=earlier)

    assert said is not None
    assert said.weight == weight, said


def test_where_no_probe_reports_nothing_is_said_of_reads() -> None:
    assert judge_reads(entry(), earlier=True) is None


def test_the_course_of_a_turn_tells_who_failed_who_came_back_and_what_is_muted() -> None:
    def said(**fields: object) -> dict[str, int]:
        return {piece.slug: piece.weight for piece in judge_course(entry(**fields), timedelta(minutes=30))}

    assert said() == {}
    assert said(state="failed") == {"state": -1}
    assert said(state="unfinished") == {"state": -1}
    assert said(last_at=AT + timedelta(hours=2)) == {"course": -2}
    assert said(muted=True) == {"muted": -3}


def test_pieces_add_up_to_a_verdict_and_the_strongest_one_is_of_its_side() -> None:
    up, down, none = Evidence("a", 3, "up"), Evidence("b", -2, "down"), Evidence("c", 0, "none")

    assert (Assessment.of([none, up]).verdict, Assessment.of([none, up]).strongest) == ("lost", up)
    assert (Assessment.of([down, none, None]).verdict, Assessment.of([down, none]).strongest) == ("single", down)
    mixed = Assessment.of([none, down, up])
    assert (mixed.total, mixed.verdict, mixed.evidence) == (1, "unclear", (up, down, none))
    assert Assessment.of([]).verdict == "unclear"
    assert Assessment.of([]).strongest is None
    with pytest.raises(ValueError, match="beyond"):
        Evidence("d", 4, "too much")
