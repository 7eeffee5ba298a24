"""Commands of a measuring process that writes to a store as LangGraph's saver does."""

from __future__ import annotations

import math
import threading
import time

from benchmarks.mark import read_mark
from benchmarks.writer import LiveWriter

COMMANDS = ("add", "begin_writing", "mark", "written")
_writers: list[LiveWriter] = []
_marks: list[tuple[float, int]] = []


def add(url: str, checkpoints: int) -> dict[str, int]:
    """About so many, and then no more: the connection ends, which brings the server's counters up to date."""
    parameters, families = read_mark(url)
    writer = LiveWriter(url, parameters, families)
    while writer.report.checkpoints < checkpoints:
        missing = checkpoints - writer.report.checkpoints
        writer.run(math.inf, threading.Event(), turns=writer.report.turns + max(1, missing // 5))
    return {"checkpoints": writer.report.checkpoints, "turns": writer.report.turns}


def begin_writing(url: str, rate: float = 0.0) -> None:
    """In a thread of its own, for as long as the process lasts."""
    writer = LiveWriter(url, *read_mark(url), rate=rate)
    _writers.append(writer)
    threading.Thread(target=writer.run, args=(math.inf, threading.Event()), daemon=True).start()
    while not writer.report.checkpoints:
        time.sleep(0.05)


def mark() -> None:
    """A window begins."""
    _marks.append((time.monotonic(), _writers[-1].report.checkpoints))


def written() -> float:
    """Checkpoints a second since it began."""
    began, before = _marks.pop()
    return (_writers[-1].report.checkpoints - before) / (time.monotonic() - began)
