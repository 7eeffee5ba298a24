"""The parts of the benchmark at scale run, and measure what they say. Their figures are for machines of one's own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import scale_build, scale_naive, scale_pages, scale_passes, scale_writers
from benchmarks.figures import Figure
from benchmarks.scale_bench import Bench

pytestmark = [pytest.mark.postgres, pytest.mark.thorough]
THREADS = 300


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="inspector-scale-"))
    path.chmod(0o711)  # for the server's own user, too
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def bench(home: Path) -> Iterator[Bench]:
    few = {"times": 2, "windows": 1, "window_seconds": 0.3, "gentle_seconds": 1.0, "patience": 0.1}
    with Bench(THREADS, THREADS, home, told=lambda figure: None, **few) as bench:  # type: ignore[arg-type]
        yield bench


def figures(bench: Bench, part: str) -> dict[str, Figure]:
    return {figure.name: figure for figure in bench.figures if figure.part == part}


def test_a_build_holds_every_thread_and_is_the_same_when_killed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale_build, "KILLED", 1)
    scale_build.run(bench)
    found = figures(bench, "build")
    assert found["sqlite: killed 1 times: equals the one that was not"].is_met
    assert found["sqlite: threads a second"].value > 0


def test_every_page_is_opened_warm_and_cold(bench: Bench) -> None:
    scale_pages.run(bench)
    names = figures(bench, "pages")
    for page in scale_pages.AIMED_AT:
        assert {f"sqlite: {page}: p95 / small", f"sqlite: {page}, cold: p95 / small"} <= names.keys()


def test_lists_by_other_means_are_compared(bench: Bench) -> None:
    scale_naive.run(bench)
    assert "list(None, limit=50) / our page" in figures(bench, "naive")


def test_a_writer_is_watched_beside_a_build_and_beside_passes(bench: Bench) -> None:
    scale_writers.run(bench)
    assert all(figure.value > 0 for figure in figures(bench, "writers").values())
    assert len(figures(bench, "writers")) == 3


def test_no_thread_differs_after_the_passes(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale_passes, "STEPS", ((100, 1, 0.1),))
    scale_passes.run(bench)
    found = figures(bench, "passes")
    assert "freed pages: nothing new / count" in found
    assert found["freed pages: threads that differ in the end"].value == 0
