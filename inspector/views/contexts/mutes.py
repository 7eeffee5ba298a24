"""`/orphans/mutes/`: what people want no word of, what they may want none of, and the form that says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspector.views.contexts.bar import Bar, IndexState
from inspector.views.contexts.base import page_only


@dataclass(frozen=True, slots=True)
class MuteItem:
    """`threads` it covers now were left after one turn; `bound` is "", or "least" or "most" of as many."""

    id: int
    what: str
    pattern: str
    reason: str
    made_at: datetime
    ends_at: datetime | None
    threads: int
    bound: str
    words: str = page_only()


@dataclass(frozen=True, slots=True)
class PastMute:
    """`undone_at` is None where it came to its end by itself."""

    id: int
    what: str
    pattern: str
    reason: str
    made_at: datetime
    ended_at: datetime
    undone_at: datetime | None
    words: str = page_only()


@dataclass(frozen=True, slots=True)
class RuleMute:
    """What `INSPECTOR_MUTED` says: a rule of the diagnosis, at all, or of hosts or threads."""

    rule: str
    what: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Threads of which none ever had a second turn: of a graph, or whose ids begin with `name`. `verdict` is "meant",
    "unsure" or "lost", see `orphans.oneshot`; what may be lost is not to be muted."""

    what: str
    name: str
    pattern: str
    threads: int
    verdict: str
    sentence: str


@dataclass(frozen=True, slots=True)
class MutePreview:
    """What a mute would cover. `share` is of all threads left after one turn, from 0 to 1; None where there is none."""

    what: str
    pattern: str
    threads: int
    bound: str
    share: float | None
    examples: tuple[str, ...]
    warning: str  #: "" where there is nothing to warn of


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    words: str
    current: bool


@dataclass(frozen=True, slots=True)
class MuteForm:
    """What is in the controls, and what is wrong with it, by field."""

    whats: tuple[Choice, ...]
    ends: tuple[Choice, ...]
    pattern: str = ""
    reason: str = ""
    day: str = ""
    first_day: str = ""
    errors: tuple[tuple[str, str], ...] = ()
    by_field: dict[str, str] | None = None


@dataclass(frozen=True, slots=True)
class MutesPage:
    store: str
    mutes: tuple[MuteItem, ...]
    past: tuple[PastMute, ...]
    settings: tuple[RuleMute, ...]
    suggestions: tuple[Suggestion, ...]
    preview: MutePreview | None
    index: IndexState
    marking: bool  #: lists and counts do not yet go by these mutes: the threads that they cover are being marked
    bar: Bar = page_only()
    form: MuteForm = page_only()
    done: MuteItem | None = page_only()  #: just made
    undone: PastMute | None = page_only()  #: just undone
    rather_not: tuple[Suggestion, ...] = page_only()  #: of the suggestions, those that may be lost conversations
    to_mute: tuple[Suggestion, ...] = page_only()  #: the others
