"""What a file in `rules` holds: a `RULE`, which says what the rule is about and how it is checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.doctor.finding import Fix, Severity, Verdict

if TYPE_CHECKING:
    from inspector.doctor.case import Case

POSTGRES = ("postgres",)
REDIS = ("redis",)
SQLITE = ("sqlite",)
EVERY = ("postgres", "redis", "sqlite")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. Its slug is its file's name with hyphens. `check` gets a case and looks at nothing else; it may raise
    `StoreError`, which becomes `unknown`."""

    slug: str
    problem: str  #: headline when it is there and the verdict has none of its own: "A new thread for every request"
    good: str  #: headline when it is not: "Workers go on with the threads they began"
    severity: Severity
    fix: Fix
    check: Callable[[Case], Verdict]
    cause: bool = False
    #: Its good news is of stored threads, so that there is none before they were read. False for what the server or the
    #: workers tell by themselves.
    of_threads: bool = True
    kinds: tuple[str, ...] = EVERY  #: of stores that can have it
    #: Rules whose problem brings this one about. Hosts that one of them names are taken out of this one's verdict, and
    #: where none is left (or it named none), it is no problem of its own.
    explained_by: tuple[str, ...] = ()
