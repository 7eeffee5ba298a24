"""Alerts as rows and in words."""

from __future__ import annotations

from datetime import UTC

from inspector.domain.text import exact_minute, thousands
from inspector.models import AlertEntry, StoreEntry

#: Alerts of one store that a page or a message tells of at once.
_MOST = 500
_BASES = {
    "host": "by its own past week",
    "store": "by the past week of all hosts, as it is new here",
    "graph": "by the past week of the graphs that it runs",
    "others": "by what the other hosts do now, as nothing is known of the past",
}


def firing(entry: StoreEntry) -> tuple[AlertEntry, ...]:
    """Those that have not ended, the last one first."""
    return tuple(AlertEntry.objects.filter(store=entry, ended_at=None).order_by("-fired_at", "-pk")[:_MOST])


def who(alert: AlertEntry) -> str:
    """The host as a sentence names it."""
    return alert.hostname or "A worker that names no host"


def headline(alert: AlertEntry) -> str:
    """One sentence or two: who, how many of how many, what was to be expected, and since when."""
    what = (
        f"{who(alert)} left {thousands(alert.orphans)} of {thousands(alert.threads)} threads after one turn since "
        f"{exact_minute(alert.since)}"
    )
    if alert.ended_at is None:
        what = (
            f"{who(alert)} leaves {thousands(alert.orphans)} of its last {thousands(alert.threads)} threads after one "
            f"turn, since {exact_minute(alert.since)}"
        )
    return f"{what}; {expected_in_words(alert)}."


def where_listed(alert: AlertEntry) -> dict[str, str]:
    """What `/threads/` is asked for these threads. A young one is no orphan yet: the list of orphans may have none."""
    since = f"{alert.since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    return {"host": alert.hostname or "(unnamed)", "turns": "one", "since": since}


def expected_in_words(alert: AlertEntry) -> str:
    """ "6 % was to be expected by its own past week"."""
    if alert.basis not in _BASES:
        return "nothing tells what was to be expected"
    return f"{percent(alert.expected)} was to be expected {_BASES[alert.basis]}"


def random_in_words(alert: AlertEntry) -> str:
    """How many of the left threads have a random id; "" for none."""
    if not alert.random_ids:
        return ""
    many = "All" if alert.random_ids >= alert.orphans else f"{thousands(alert.random_ids)}"
    return f"{many} of these have a random id." if many == "All" else f"{many} of them have a random id."


def percent(share: float) -> str:
    """ "6 %". A share that is not whole is never rounded to 0 or 100."""
    whole = round(share * 100)
    if 0 < share < 0.01:
        return "less than 1 %"
    return "more than 99 %" if whole == 100 and share < 1 else f"{whole} %"
