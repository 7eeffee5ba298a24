"""What workers report, in sentences."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from inspector.tags.reads import asked_words, worker_says
from inspector.views.contexts import WorkerCount


def worker(hostname: str, writes: int, reads: int | None, misses: int | None = 0, kept_in: str = "") -> WorkerCount:
    return WorkerCount(
        hostname=hostname,
        writes=0 if kept_in else writes,
        writes_elsewhere=writes if kept_in else 0,
        reads=reads,
        misses=misses,
        elsewhere=bool(kept_in),
        kept_in=kept_in,
    )


def says(*workers: Any) -> str:
    """Of the first of a thread's workers."""
    return worker_says(workers[0], SimpleNamespace(workers=workers))


PROBED = worker("web-1", 3, 1)


def test_a_host_is_told_with_what_it_wrote_and_read() -> None:
    assert says(worker("web-1", 1, 1)) == "web-1 wrote 1 checkpoint; 1 read."
    assert says(worker("web-1", 2000, 5, 2)) == "web-1 wrote 2,000 checkpoints; 5 reads, 2 of them found nothing."
    assert says(worker("", 0, 5)) == "host not named wrote 0 checkpoints; 5 reads."


def test_reads_that_nobody_reports_are_told_only_where_others_do() -> None:
    assert says(worker("web-2", 2, None, None)) == ""
    assert "not known" in says(worker("web-2", 2, None, None), PROBED)


def test_a_place_elsewhere_is_named() -> None:
    own = "web-2 wrote to its own memory, not to this store: 3 checkpoints; 5 reads."
    assert says(worker("web-2", 3, 5, 0, "memory")) == own
    assert says(worker("web-2", 3, 0, 0, "postgres")).startswith("web-2 wrote to another database, not to this store")
    assert says(worker("web-2", 0, 1, 1, "sqlite")) == (
        "web-2 looked in another database, not in this store: 1 read, 1 of them found nothing."
    )


def test_no_name_is_too_long_or_holds_what_cannot_be_seen() -> None:
    said = says(worker("x" * 200 + "\u202e", 0, 1))
    assert len(said) < 100
    assert "\u202e" not in says(worker("web\u202e1", 0, 1))


def test_who_asked_comes_with_how_often() -> None:
    one, two, three = worker("a", 0, 1), worker("b", 0, 2), worker("c", 0, 1000)
    assert asked_words([one]) == "a asked once"
    assert asked_words([one, two]) == "b asked twice, a once"
    assert asked_words([one, two, three]) == "c asked 1,000 times, b twice and 1 more host"
    assert asked_words([worker("d", 3, None), worker("e", 0, 0)]) == ""
