"""Numbers of benchmarks: medians and bounds of many, and how they are shown beside what is aimed at."""

from __future__ import annotations

import random
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a table. `target` is the bound that the value keeps to, `at_least` or at most; None where there is
    none and the value is only told."""

    part: str
    name: str
    value: float
    unit: str = ""
    target: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def is_met(self) -> bool | None:
        if self.target is None:
            return None
        return self.value >= self.target if self.at_least else self.value <= self.target

    def line(self) -> str:
        bound = "" if self.target is None else f"{'≥' if self.at_least else '≤'} {shown(self.target)}"
        verdict = {None: "", True: "met", False: "MISSED"}[self.is_met]
        value = f"{shown(self.value)} {self.unit}".rstrip()
        return f"{self.part:8} {self.name:52} {value:>16} {bound:>10} {verdict:7} {self.note}".rstrip()


def shown(value: float) -> str:
    """Three digits that count."""
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    digits = 2 if abs(value) >= 1 else 3
    return f"{value:.{digits}f}" if abs(value) >= 0.01 else f"{value:.2g}"


def percentile(values: Sequence[float], share: float) -> float:
    """The least value that so many of 1 do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def bounds(ratios: Sequence[float], draws: int = 4_000) -> tuple[float, float]:
    """Of the median, in 95 of 100 draws with replacement."""
    chance = random.Random(0)  # noqa: S311
    medians = sorted(statistics.median(chance.choices(ratios, k=len(ratios))) for _ in range(draws))
    return medians[draws // 40], medians[-draws // 40]


def most_memory() -> int:
    """Bytes that this process had in memory at most. `getrusage` would count what its parent had, too."""
    return _bytes_of("VmHWM")


def mapped_memory() -> int:
    """Bytes of files that are mapped into this process now, which the kernel takes back when it needs them."""
    return _bytes_of("RssFile")


def _bytes_of(name: str) -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name))
