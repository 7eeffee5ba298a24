"""Processes in words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from inspector.tags.steps import read_words
from inspector.tags.workers import (
    alive_words,
    misses_all,
    probe_login,
    processes_words,
    setup_words,
    trouble_words,
)
from inspector.views.contexts import ReadLine


def host(live: int = 0, silent: int = 0, ended: int = 0, partial: bool = False) -> Any:
    return SimpleNamespace(live=live, silent=silent, ended=ended, partial=partial)


def test_processes_are_counted_by_how_they_are() -> None:
    assert processes_words(host(1)) == "1 live process"
    assert processes_words(host(3, 1, 1200)) == "3 live processes, 1 silent, 1,200 ended"
    assert processes_words(host(3, 1, partial=True)) == "at least 3 live processes, 1 silent"
    assert processes_words(host(0, 2, 1)) == "no live process: 2 silent and 1 ended"
    assert alive_words([host(3), host(1), host(0, 1)]) == "4 live processes on 2 hosts"
    assert alive_words([host(0, 1)]) == "No process that reported lives now"


def test_trouble_is_told_worst_first_and_never_as_markup() -> None:
    worker: Any = SimpleNamespace(
        open_calls=1,
        loop_mismatches=0,
        exceptions={"<b>": 2, "A": 9, "C": 1, "D": 1},
        dropped={"reads": 3, "writes": 0},
    )
    assert trouble_words(worker) == (
        "1 call under way · 9 × A · 2 × &lt;b&gt; · 1 × C · 1 more kinds of exceptions · 3 reads dropped"
    )


def test_lost_counts_of_any_number_of_names_stay_short() -> None:
    worker: Any = SimpleNamespace(
        open_calls=0, loop_mismatches=0, exceptions={}, dropped={f"name{number}": 1 for number in range(1000)}
    )
    assert trouble_words(worker).count("dropped") == 3


def test_the_most_telling_versions_are_named() -> None:
    one: Any = SimpleNamespace(versions=(("langgraph", "1.2.22"), ("psycopg", "3"), ("python", "3.12")))
    two: Any = SimpleNamespace(versions=(("langgraph", "1.2.20"),))
    assert setup_words([one]) == "langgraph 1.2.22, python 3.12"
    assert setup_words([one, two]) == "langgraph 1.2.22, python 3.12"
    assert setup_words([SimpleNamespace(versions=())]) == "Versions"


@pytest.mark.parametrize(
    ("ledger", "url"),
    [
        ("postgresql://reader@db:5432/orders", "postgresql://checkpoint_probe:PASSWORD@db:5432/orders"),
        ("postgresql://reader:***@a:1,b:2/orders", "postgresql://checkpoint_probe:PASSWORD@a:1,b:2/orders"),
        ("rediss://cache:6379/0", "rediss://checkpoint_probe:PASSWORD@cache:6379/0"),
        ("sqlite:////var/a@b.db", "sqlite:////var/a@b.db"),
        ("", "postgresql://checkpoint_probe:PASSWORD@HOST/DATABASE"),
    ],
)
def test_a_worker_is_offered_the_same_ledger_with_a_login_that_writes(ledger: str, url: str) -> None:
    assert probe_login(ledger) == url


def test_the_first_reads_of_new_conversations_are_no_warning() -> None:
    assert not misses_all(SimpleNamespace(reads=100, misses=99))
    assert misses_all(SimpleNamespace(reads=5, misses=5))
    assert not misses_all(SimpleNamespace(reads=4, misses=4))
    assert not misses_all(SimpleNamespace(reads=0, misses=0))


@pytest.mark.parametrize(
    ("count", "misses", "found", "elsewhere", "words"),
    [
        (1, 0, "this state", "", "read · found this state"),
        (6, 0, "step 3", "", "read 6 times · found step 3"),
        (2, 2, "nothing", "", "asked 2 times · found nothing"),
        (1, 1, "nothing", "memory", "asked its own memory · found nothing"),
        (1, 0, "<b>", "postgres", "asked another store · found &lt;b&gt;"),
        (9, 4, "", "", "read 9 times · found nothing 4 times"),
        (9, 0, "", "", "read 9 times"),
    ],
)
def test_reads_in_words(count: int, misses: int, found: str, elsewhere: str, words: str) -> None:
    assert read_words(ReadLine("web-1", count, misses, found, elsewhere, None, None)) == words
