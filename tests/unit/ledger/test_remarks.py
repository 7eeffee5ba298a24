"""Sentences about processes: each says its numbers, and none is said of what is sound."""

from __future__ import annotations

import pytest

from inspector.ledger.places import is_elsewhere
from inspector.ledger.remarks import remarks_on
from inspector.probe.ledger_schema import Place, WorkerReport
from tests.integration.ledger.samples import report

STORE = ("postgres:system:7/orders/public", "postgres:start:1/orders/public")
HERE = Place(0, "langgraph.checkpoint.postgres.PostgresSaver", "postgres", STORE[:1], "postgresql://app@db/orders", 1)
AWAY = Place(0, "langgraph.checkpoint.postgres.PostgresSaver", "postgres", ("postgres:system:8/x/public",), "pg://x", 1)
MEMORY = Place(1, "langgraph.checkpoint.memory.InMemorySaver", "memory", ("memory:1",), "this process's memory", 1)
SOUND = report(
    places=(HERE,), hooked=True, reads=90, misses=12, checkpoints=300, writes=400, compiles=3, invocations=100
)


def said(*reports: WorkerReport, there: tuple[str, ...] = ()) -> dict[str, str]:
    return {remark.kind: remark.sentence for remark in remarks_on(reports, STORE, there)}


def like_sound(**changes: object) -> WorkerReport:
    return report(**{**{name: getattr(SOUND, name) for name in SOUND.__dataclass_fields__}, **changes})


def test_nothing_is_said_of_what_is_sound() -> None:
    assert said(SOUND, like_sound()) == {}
    assert said() == {}


@pytest.mark.parametrize(
    ("changes", "kind", "sentence"),
    [
        (
            {"reads": 1240, "misses": 1240},
            "every-read-missed",
            (
                "Every one of its 1,240 reads found nothing: what it asks for is not where it looks, or these were all "
                "first turns."
            ),
        ),
        (
            {"places": (HERE, MEMORY)},
            "saver-in-memory",
            (
                "It keeps its checkpoints in its own memory (InMemorySaver): they are gone when it ends, and no other "
                "worker sees them."
            ),
        ),
        (
            {"invocations_unsaved": 12},
            "no-checkpointer",
            "It made 12 runs with a thread_id and no checkpointer: nothing of them was saved.",
        ),
        (
            {"invocations_unsaved": 1},
            "no-checkpointer",
            "It made 1 run with a thread_id and no checkpointer: nothing of it was saved.",
        ),
        (
            {"compiles": 340, "invocations": 342},
            "compile-per-request",
            (
                "It compiled 340 graphs for 342 runs: a graph that is compiled once, when the process starts, can "
                "serve them all."
            ),
        ),
        (
            {"places": (AWAY,)},
            "store-split",
            "It writes its checkpoints to `pg://x`, which is not this store.",
        ),
        (
            {"loop_mismatches": 1},
            "loop-mismatch",
            (
                "1 async call came from another event loop than the one the saver was made in: such calls fail, or "
                "never end. Make the saver inside the loop that serves the requests."
            ),
        ),
        (
            {"exceptions": {"TimeoutError": 2, "psycopg.OperationalError": 9}},
            "exceptions",
            "11 calls failed: 9 with `psycopg.OperationalError` and 2 with `TimeoutError`.",
        ),
        (
            {"exceptions": {"A": 9, "B": 8, "C": 7, "D": 2, "E": 1}},
            "exceptions",
            "27 calls failed: 9 with `A`, 8 with `B`, 7 with `C` and 3 with others.",
        ),
        (
            {"dropped": {"reads": 14, "checkpoints": 1, "writes": 0}},
            "dropped",
            (
                "14 reads and 1 checkpoint are in no thread's counts: the ledger did not answer for too long, or could "
                "not hold them. Threads show less than there was; the figures here have them."
            ),
        ),
        (
            {"dropped": {"reads": 1}},
            "dropped",
            (
                "1 read is in no thread's counts: the ledger did not answer for too long, or could not hold them. "
                "Threads show less than there was; the figures here have them."
            ),
        ),
    ],
)
def test_each_is_told_with_its_numbers(changes: dict[str, object], kind: str, sentence: str) -> None:
    assert said(like_sound(**changes)) == {kind: sentence}


def test_several_processes_are_told_together() -> None:
    both = said(like_sound(places=(MEMORY,)), SOUND)["saver-in-memory"]
    assert both.startswith("1 of its 2 processes keeps its checkpoints in its own memory")
    all_of_them = said(like_sound(places=(MEMORY,)), like_sound(places=(MEMORY,)))["saver-in-memory"]
    assert all_of_them.startswith("All its processes keep their checkpoints in their own memory")


def test_a_few_misses_of_each_process_are_summed_where_none_found_anything() -> None:
    assert said(like_sound(reads=3, misses=3), like_sound(reads=2, misses=2)).keys() == {"every-read-missed"}
    assert said(like_sound(reads=4, misses=4)) == {}


def test_a_process_whose_every_read_missed_is_told_beside_healthy_ones() -> None:
    blind = like_sound(reads=12, misses=12)
    assert said(blind, SOUND)["every-read-missed"] == (
        "1 of its 2 processes found nothing in any of its 12 reads: what it asks for is not where it looks, or these "
        "were all first turns."
    )
    assert said(blind, SOUND, like_sound(reads=1_000, misses=1_000))["every-read-missed"] == (
        "2 of its 3 processes found nothing in any of their 1,012 reads: what they ask for is not where they look, or "
        "these were all first turns."
    )


def test_one_read_that_found_something_silences_a_process_and_a_run_of_new_threads_beside_others_is_chance() -> None:
    assert said(like_sound(reads=900, misses=899), SOUND) == {}
    assert said(like_sound(reads=9, misses=9), SOUND) == {}


def test_a_few_compiles_at_the_start_are_no_habit() -> None:
    assert said(like_sound(compiles=12, invocations=12)) == {}
    assert said(like_sound(compiles=40, invocations=41)) == {}
    assert said(like_sound(compiles=30, invocations=100)) == {}


def test_subgraphs_that_are_compiled_in_every_run_are_no_habit_either() -> None:
    """As the rule of the same name judges."""
    assert said(like_sound(compiles=700, compiles_unsaved=690, invocations=342)) == {}


def test_reads_that_all_missed_may_be_the_first_ones_of_new_threads_and_are_no_loss() -> None:
    (remark,) = remarks_on([like_sound(reads=5, misses=5, checkpoints=15)], STORE)
    assert (remark.kind, remark.tone) == ("every-read-missed", "warn")


def test_a_place_that_is_another_configured_store_is_nothing_odd() -> None:
    assert said(like_sound(places=(AWAY,)), there=AWAY.identities) == {}


def test_names_in_a_sentence_are_short() -> None:
    """Whoever may write to a ledger may write an address of 10,000 characters."""
    long = "x" * 10_000
    away = Place(0, f"a.{long}", "postgres", AWAY.identities, long, 1)
    for sentence in said(like_sound(places=(away,), exceptions={long: 1})).values():
        assert len(sentence) < 300
    memory = Place(1, f"a.{long}", "memory", ("memory:1",), "this process's memory", 1)
    assert len(said(like_sound(places=(memory,)))["saver-in-memory"]) < 400


def test_worst_comes_first() -> None:
    kinds = list(said(like_sound(places=(AWAY, MEMORY), invocations_unsaved=2, exceptions={"A": 1})))
    assert kinds == ["saver-in-memory", "no-checkpointer", "store-split", "exceptions"]


def test_where_a_place_is_is_told_only_where_both_sides_know() -> None:
    unknown = Place(0, "x", "other", (), "somewhere")
    assert is_elsewhere(HERE, STORE) is False
    assert is_elsewhere(AWAY, STORE) is True
    assert is_elsewhere(MEMORY, ()) is True
    assert is_elsewhere(AWAY, ()) is None
    assert is_elsewhere(unknown, STORE) is None
    assert is_elsewhere(None, STORE) is None
