"""Kinds of threads that a list can be narrowed to: by turns, state or flag. Each has an index that holds just its rows,
ordered by their last activity, and a number in the tallies of how many there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q

from inspector.errors import BadRequest
from inspector.index.columns import is_among
from inspector.index.missed import ONCE_IDLE, SOMETHING, has_missed
from inspector.index.workers import did_put
from inspector.models import ABSENT, ThreadEntry, ThreadWorker

#: Unfinished work younger than this (seconds) is taken to be running.
RUNNING_FOR = 60.0

STATES = ("complete", "interrupted", "failed", "unfinished", "running", ABSENT)
#: What each flag means is in `kind_of`. `missed-reads` and `never-stored` need the probe's reports.
FLAGS = (
    "one-turn",
    "orphan",
    "random-id",
    "several-hosts",
    "siblings",
    "clock-skew",
    "missed-reads",
    "never-stored",
    "rebuilt-values",
)


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, and the ages (seconds) that decide what is running and what is an orphan."""

    now: datetime
    orphan_after: float

    @property
    def running_since(self) -> datetime:
        return self.now - timedelta(seconds=RUNNING_FOR)

    @property
    def orphan_before(self) -> datetime:
        return self.now - timedelta(seconds=self.orphan_after)


@dataclass(frozen=True, slots=True)
class Way:
    """Threads that one index holds: columns with their values, without those of which `but` is true as well, and with
    their last activity from `since` on and before `until`.

    `kept` and `kept_absent` are the tallies' numbers of the stored and the absent ones of any time, "" where there can
    be none. `less` is one of the stored ones that are kept and do not belong to it. `by_stored` says that the index
    tells stored from absent ones; a flag is only ever raised for stored ones. `muted` leaves muted ones out, or all
    others; None neither.
    """

    held: Mapping[str, Any]
    kept: str = ""
    kept_absent: str = ""
    less: str = ""
    but: Mapping[str, Any] = field(default_factory=dict)
    rest: Q = field(default_factory=Q)
    since: datetime | None = None
    until: datetime | None = None
    by_stored: bool = True
    muted: bool | None = None

    @property
    def rows(self) -> Q:
        """The index's rows. `IN` for what is no condition of the index itself, see `StoredThreads`."""
        rows = Q(**self.held)
        return rows if self.muted is None else rows & Q(muted__in=(self.muted,))

    @property
    def asked(self) -> Q:
        """What is asked of a row that another index has led to: no index is used for it."""
        muted = {} if self.muted is None else {"muted": self.muted}
        return is_among({**self.held, **muted}) & self.asked_of_held & self.when

    @property
    def asked_of_held(self) -> Q:
        """What the index does not say."""
        return self.rest & ~is_among(self.but) if self.but else self.rest

    @property
    def when(self) -> Q:
        return is_among({}, since=self.since, until=self.until)


@dataclass(frozen=True, slots=True)
class Kind:
    """Threads of any of these ways. They share no thread."""

    ways: tuple[Way, ...]

    @property
    def asked(self) -> Q:
        asked = self.ways[0].asked
        for way in self.ways[1:]:
            asked |= way.asked
        return asked if self.of_stored else asked & is_among({"stored": False})

    @property
    def of_stored(self) -> bool:
        return any(way.kept for way in self.ways)

    @property
    def of_absent(self) -> bool:
        return any(way.kept_absent for way in self.ways)


def of_turns(turns: str) -> Kind:
    if turns != "one":
        raise BadRequest("`turns` can only be `one`.", "Leave it out to see every thread.")
    return _flagged("one_turn")


def of_state(state: str, moment: Moment) -> Kind:
    if state not in STATES:
        raise BadRequest(f"No state is called {state!r}.", f"States are {', '.join(STATES)}.")
    if state == ABSENT:
        return Kind((Way({}, kept_absent="absent"),))
    if state == "running":
        return Kind((Way({"state": "unfinished"}, "unfinished", since=moment.running_since),))
    until = moment.running_since if state == "unfinished" else None
    return Kind((Way({"state": state}, state, until=until),))


def of_flag(flag: str, moment: Moment, *, muted: bool | None = None) -> Kind:
    """`muted` is of orphans, see `left`; other flags are raised for muted threads as for all."""
    if flag not in FLAGS:
        raise BadRequest(f"No flag is called {flag!r}.", f"Flags are {', '.join(FLAGS)}.")
    if flag == "orphan":
        return Kind((left(until=moment.orphan_before, muted=muted),))
    if flag == "missed-reads":
        some = Way({"missed": SOMETHING}, "missed", "absent_missed", by_stored=False)
        return Kind((some, once_missed(until=moment.orphan_before)))
    if flag == "never-stored":
        put = ThreadWorker.objects.filter(did_put(), thread=OuterRef("pk"))
        return Kind((Way({}, kept_absent="never_stored", rest=~Q(Exists(put))),))
    return _flagged(flag.replace("-", "_"))


def of_muted() -> Kind:
    return Kind((left(muted=True),))


def left(*, since: datetime | None = None, until: datetime | None = None, muted: bool | None = None) -> Way:
    """One turn, and then nothing; someone who is asked a question may still come back. Without the muted ones, or these
    alone, where `muted` says so."""
    return Way(
        {"one_turn": True},
        "left_muted" if muted else "left",
        less="left_muted" if muted is False else "",
        but={"state": "interrupted"},
        since=since,
        until=until,
        by_stored=False,
        muted=muted,
    )


def _flagged(column: str) -> Kind:
    return Kind((Way({column: True}, column, by_stored=False),))


def once_missed(*, since: datetime | None = None, until: datetime | None = None) -> Way:
    """What counts as a missed read once nothing has come of the thread for as long as makes an orphan."""
    return Way({"missed": ONCE_IDLE}, "missed_once", "absent_missed_once", since=since, until=until, by_stored=False)


def is_orphan(entry: ThreadEntry, moment: Moment) -> bool:
    return entry.one_turn and entry.last_at < moment.orphan_before and entry.state != "interrupted"


def raised_flags(entry: ThreadEntry, workers: tuple[ThreadWorker, ...], moment: Moment) -> tuple[str, ...]:
    """The flags of one thread, in the order of `FLAGS`; says what `of_flag` asks the database."""
    raised = {
        "one-turn": entry.one_turn,
        "orphan": is_orphan(entry, moment),
        "random-id": entry.random_id,
        "several-hosts": entry.several_hosts,
        "siblings": entry.siblings,
        "clock-skew": entry.clock_skew,
        "missed-reads": has_missed(entry, moment.orphan_before),
        "never-stored": entry.state == ABSENT and not any(w.reported and not w.elsewhere for w in workers),
        "rebuilt-values": entry.rebuilt_values,
    }
    return tuple(flag for flag in FLAGS if raised[flag])


def state_of(entry: ThreadEntry, moment: Moment) -> str:
    """`running` is unfinished work that is young; nothing in a store says more."""
    running = entry.state == "unfinished" and entry.last_at >= moment.running_since
    return "running" if running else entry.state
