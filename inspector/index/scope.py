"""What a list or a count is about: a query, checked, with what the tallies say of how many threads each filter leaves.

Stored and absent threads are asked for apart: only then is there an index that holds either in its order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.db.models.lookups import GreaterThan

from inspector.errors import BadRequest
from inspector.index.columns import Unindexed, is_among
from inspector.index.kinds import Kind, Moment, Way, of_flag, of_muted, of_state, of_turns
from inspector.index.search import Hits, find_hits, holds
from inspector.index.tallies import read_tally
from inspector.index.workers import did_something
from inspector.models import UNKNOWN_TIME, StoreEntry, Tally, ThreadWorker

#: Flags of threads that are not in the store.
OF_ABSENT = ("missed-reads", "never-stored")
#: What `ThreadQuery.muted` may be, and which orphans are listed then.
MUTED: Mapping[str, bool | None] = {"": False, "show": None, "only": True}


@dataclass(frozen=True, slots=True)
class ThreadQuery:
    """What a list of threads is asked for. Empty fields do not filter; `sort` begins with "-" for descending."""

    q: str = ""
    turns: str = ""  #: "one" or ""
    state: str = ""
    flag: str = ""
    host: str | None = None  #: "" is the host that the metadata does not name
    owner: str | None = None
    graph: str | None = None  #: "" is that of threads whose metadata names none
    shape: str | None = None  #: of the id, one of `domain.thread_ids.SHAPES`; "" is that of ids that may be chosen
    muted: str = ""  #: "" leaves muted threads out of the orphans, "show" does not, "only" leaves out all others
    since: datetime | None = None  #: last activity at or after
    until: datetime | None = None  #: last activity before
    sort: str = "-last_at"
    after: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Scope:
    """`hits` are the rows whose thread_id holds `q`; None where there are too many, or where that takes a look at each
    row. `tally` is the host's where there is one."""

    store: StoreEntry
    query: ThreadQuery
    moment: Moment
    kinds: tuple[Kind, ...]
    hits: Hits | None
    tally: Tally
    only: bool | None = None  #: one of the `parts`, else all

    @classmethod
    def of(cls, store: StoreEntry, query: ThreadQuery, moment: Moment) -> Scope:
        """Raises `BadRequest` for a state, flag or number of turns that cannot be, and for other words of `muted`."""
        muted = muted_of(query)
        kinds = []
        if query.turns:
            kinds.append(of_turns(query.turns))
        if query.state:
            kinds.append(of_state(query.state, moment))
        if query.flag:
            kinds.append(of_flag(query.flag, moment, muted=muted))
        if muted and query.flag != "orphan":
            kinds.append(of_muted())
        hits = find_hits(store, query.q) if query.q else None
        return cls(store, query, moment, tuple(kinds), hits, read_tally(store, query.host))

    def narrowed_to(self, *kinds: Kind) -> Scope:
        """The same search, host, owner and times, and only these kinds of threads."""
        return replace(self, kinds=kinds)

    @property
    def parts(self) -> tuple[bool, ...]:
        """Stored threads as True, absent ones as False. Those that were asked for and are not stored are in no list but
        those of who looks for them."""
        if self.only is not None:
            return (self.only,)
        looked_for = bool(self.query.q) or self.query.host is not None or any(kind.of_absent for kind in self.kinds)
        parts = [True, False] if looked_for and self.tally.absent else [True]
        if any(not kind.of_absent for kind in self.kinds):
            parts = [part for part in parts if part]
        if any(not kind.of_stored for kind in self.kinds):
            parts = [part for part in parts if not part]
        return tuple(parts)

    @property
    def is_kept(self) -> bool:
        """Whether the tallies alone know how many threads there are, but for the time of day."""
        query = self.query
        asked = (query.owner, query.graph, query.shape, query.since, query.until)
        return not query.q and asked == (None,) * len(asked) and len(self.kinds) < 2

    @property
    def is_narrow(self) -> bool:
        """Whether more than a time and kinds narrows it."""
        query = self.query
        return bool(query.q) or (query.host, query.owner, query.graph, query.shape) != (None,) * 4

    def kept(self, way: Way, *, stored: bool) -> int:
        """Threads of one way and of any time, as kept."""
        name = way.kept if stored else way.kept_absent
        if name == "complete":
            tally = self.tally
            return tally.threads - tally.interrupted - tally.failed - tally.unfinished
        less = getattr(self.tally, way.less) if stored and way.less else 0
        return int(getattr(self.tally, name) - less) if name else 0

    def rest(self, *, leave_out: Kind | None = None, owner: bool = True, host: bool = True) -> Q:
        """What is asked of each row that an index has led to, without what that index says of them all. Not the times.
        Where the search's hits are known, they are not asked again."""
        query, rest = self.query, Q()
        for kind in self.kinds:
            if kind is not leave_out:
                rest &= kind.asked
        if query.q and self.hits is None:
            rest &= holds(query.q)
        if query.owner is not None and owner:
            rest &= is_among({"owner": query.owner})
        if query.graph is not None:
            rest &= is_among({"graph": query.graph})
        if query.shape is not None:
            rest &= is_among({"id_shape": query.shape})
        if query.host is not None and host:
            theirs = ThreadWorker.objects.filter(did_something(), hostname=query.host, thread=OuterRef("pk"))
            rest &= Q(Exists(theirs))
        return rest


def muted_of(query: ThreadQuery) -> bool | None:
    """Whether the orphans of a query are muted ones or others; None where both are asked for."""
    if query.muted not in MUTED:
        raise BadRequest(f"`muted` cannot be {query.muted!r}.", 'It is "show", "only", or left out.')
    return MUTED[query.muted]


def is_known() -> Q:
    """Not one of those that left the store and of which nobody knows yet whether they were asked for since."""
    return Q(GreaterThan(Unindexed("verified_at"), UNKNOWN_TIME))


def is_part(*parts: bool) -> Q:
    """Stored threads as True, absent ones as False, asked of each row by itself."""
    asked = Q()
    for stored in parts:
        asked |= is_among({"stored": stored}) if stored else is_among({"stored": False}) & is_known()
    return asked
