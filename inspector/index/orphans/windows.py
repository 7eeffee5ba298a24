"""How far back a report looks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from inspector.errors import BadRequest


@dataclass(frozen=True, slots=True)
class Window:
    """How far back to look, and the width of one bar of the chart."""

    name: str
    words: str
    length: timedelta
    bucket: timedelta


WINDOWS = (
    Window("1h", "hour", timedelta(hours=1), timedelta(minutes=1)),
    Window("6h", "6 hours", timedelta(hours=6), timedelta(minutes=15)),
    Window("24h", "24 hours", timedelta(hours=24), timedelta(hours=1)),
    Window("7d", "7 days", timedelta(days=7), timedelta(hours=1)),
    Window("30d", "30 days", timedelta(days=30), timedelta(hours=6)),
)


def find_window(name: str) -> Window:
    found = next((window for window in WINDOWS if window.name == name), None)
    if found is None:
        raise BadRequest(f"No window is called {name!r}.", f"Windows are {', '.join(w.name for w in WINDOWS)}.")
    return found
