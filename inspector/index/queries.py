"""Every list and filter over threads. All of them page by key, so the last page costs what the first one does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from inspector.errors import BadRequest
from inspector.index.cursor import Cursor, decode_cursor
from inspector.index.missed import has_missed, is_missed
from inspector.index.scope import FEW, absent_threads, merge, scopes_of, shows_absent, within
from inspector.index.workers import did_put
from inspector.models import ABSENT, UNKNOWN_TIME, StoreEntry, ThreadEntry, ThreadWorker

#: Unfinished work younger than this (seconds) is taken to be running.
RUNNING_FOR = 60.0

SORTS = ("last_at", "first_at", "turns", "checkpoints", "thread_id")
STATES = ("complete", "interrupted", "failed", "unfinished", "running", ABSENT)
_TIMES = ("last_at", "first_at")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


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
class ThreadQuery:
    """What a list of threads is asked for. Empty fields do not filter; `sort` begins with "-" for descending."""

    q: str = ""
    turns: str = ""  #: "one" or ""
    state: str = ""
    flag: str = ""
    host: str | None = None  #: "" is the host that the metadata does not name
    owner: str | None = None
    since: datetime | None = None  #: last activity at or after
    until: datetime | None = None  #: last activity before
    sort: str = "-last_at"
    after: str = ""
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One thread of the index with what each host did to it."""

    entry: ThreadEntry
    workers: tuple[ThreadWorker, ...]


@dataclass(frozen=True, slots=True)
class ThreadPage:
    rows: tuple[Row, ...]
    next: str  #: cursor of the next page, "" on the last
    total: int
    total_is_exact: bool = True
    absent: int = 0  #: of the total, those that are not stored


@dataclass(frozen=True, slots=True)
class ThreadCounts:
    """How many threads each of the quick filters would show, under the same search, host, owner and times."""

    all: int
    one_turn: int
    orphans: int
    random_ids: int
    interrupted: int
    failed: int
    unfinished: int
    several_hosts: int
    siblings: int
    missed_reads: int
    never_stored: int


def is_one_turn() -> Q:
    return Q(turns=1, turns_is_lower_bound=False)


def is_running(moment: Moment) -> Q:
    return Q(state="unfinished", last_at__gte=moment.running_since)


def is_orphan(moment: Moment) -> Q:
    """One turn, then nothing for long; someone who is asked a question may still come back."""
    return is_one_turn() & Q(last_at__lt=moment.orphan_before) & ~Q(state="interrupted")


def is_undecided(moment: Moment) -> Q:
    """One turn so far, and too young to be an orphan or anything else."""
    return is_one_turn() & Q(last_at__gte=moment.orphan_before) & ~Q(state="interrupted")


def is_never_stored() -> Q:
    """Asked for, and no probe reports that it was ever put into this store."""
    return Q(state=ABSENT) & ~Q(Exists(ThreadWorker.objects.filter(did_put(), thread=OuterRef("pk"))))


#: What each flag means in the index. `missed-reads` and `never-stored` need the probe's reports.
FLAGS: dict[str, Callable[[Moment], Q]] = {
    "one-turn": lambda _: is_one_turn(),
    "orphan": is_orphan,
    "random-id": lambda _: Q(random_id=True),
    "several-hosts": lambda _: Q(several_hosts=True),
    "siblings": lambda _: Q(siblings=True),
    "clock-skew": lambda _: Q(clock_skew=True),
    "missed-reads": lambda moment: is_missed(moment.orphan_before),
    "never-stored": lambda _: is_never_stored(),
    "rebuilt-values": lambda _: Q(rebuilt_values=True),
}


def find_threads(
    store: StoreEntry, query: ThreadQuery, moment: Moment, *, fits: Callable[[list[str]], int] | None = None
) -> ThreadPage:
    """One page. Raises `BadRequest` for a cursor, sort, state or flag that cannot be. `fits` says how many of some
    thread_ids the page has room for; the next page begins where it ended."""
    column, descending = _sort(query.sort)
    beyond = Q()
    if query.after:
        beyond = _beyond(decode_cursor(query.after, sort=query.sort), column, descending=descending)
    counts = {stored: part.count() for stored, part in _matching(store, query, moment, one_by_one=True).items()}
    few = sum(counts.values()) <= FEW
    parts = [part.filter(beyond) for part in _matching(store, query, moment, one_by_one=few).values()]
    if few and query.q:
        parts = [ThreadEntry.every.filter(pk__in=list(part.values_list("pk", flat=True))) for part in parts]
    found = merge(parts, column, query.limit + 1, descending=descending)
    room = fits([entry.thread_id for entry in found[: query.limit]]) if fits else query.limit
    shown = found[: min(room, query.limit)]
    more = _cursor(shown[-1], query.sort, column) if len(found) > len(shown) else ""
    rows = tuple(Row(entry, tuple(entry.workers.all())) for entry in shown)
    total = max(sum(counts.values()), len(rows))  # threads may have come since they were counted
    return ThreadPage(rows, more, total, absent=counts.get(False, 0))


def find_thread(store: StoreEntry, thread_id: str) -> tuple[Row, ...]:
    """The row of one thread, by its exact id. It may be absent."""
    every = ThreadEntry.every.filter(store=store, thread_id=thread_id, verified_at__gt=UNKNOWN_TIME)
    return tuple(Row(entry, tuple(entry.workers.all())) for entry in every.prefetch_related("workers"))


def count_threads(store: StoreEntry, query: ThreadQuery, moment: Moment) -> ThreadCounts:
    """Counts for the quick filters: the query without its own turns, state and flag."""
    query = replace(query, turns="", state="", flag="")
    stored = {
        "all": Q(),
        "one_turn": is_one_turn(),
        "orphans": is_orphan(moment),
        "random_ids": Q(random_id=True),
        "interrupted": Q(state="interrupted"),
        "failed": Q(state="failed"),
        "unfinished": Q(state="unfinished") & ~is_running(moment),
        "several_hosts": Q(several_hosts=True),
        "siblings": Q(siblings=True),
        "missed_reads": is_missed(moment.orphan_before),
    }
    absent = {"missed_reads": is_missed(moment.orphan_before), "never_stored": is_never_stored()}
    if shows_absent(query):
        absent["all"] = Q()
    here = _count_each(within(ThreadEntry.objects.filter(store=store), query, one_by_one=True), stored)
    away = _count_each(within(absent_threads(store), query, one_by_one=True), absent)
    return ThreadCounts(**{item.name: here.get(item.name, 0) + away.get(item.name, 0) for item in fields(ThreadCounts)})


def _count_each(threads: QuerySet[ThreadEntry], conditions: Mapping[str, Q]) -> dict[str, int]:
    counts = {name: Count("id", filter=condition or None) for name, condition in conditions.items()}
    return threads.aggregate(**counts)


def count_owned(store: StoreEntry, owner: str) -> int:
    """Threads of one owner: whoever searches for a customer's name rarely has it in the ids that lost the customer."""
    return ThreadEntry.objects.filter(store=store, owner=owner).count()


def flags_of(row: Row, moment: Moment) -> tuple[str, ...]:
    """The flags of one thread, in the order of `FLAGS`; says what `FLAGS` asks the database."""
    entry = row.entry
    one_turn = entry.turns == 1 and not entry.turns_is_lower_bound
    idle = entry.last_at < moment.orphan_before
    raised = {
        "one-turn": one_turn,
        "orphan": one_turn and idle and entry.state != "interrupted",
        "random-id": entry.random_id,
        "several-hosts": entry.several_hosts,
        "siblings": entry.siblings,
        "clock-skew": entry.clock_skew,
        "missed-reads": has_missed(entry, moment.orphan_before),
        "never-stored": entry.state == ABSENT and not any(w.reported and not w.elsewhere for w in row.workers),
        "rebuilt-values": entry.rebuilt_values,
    }
    return tuple(flag for flag in FLAGS if raised[flag])


def state_of(entry: ThreadEntry, moment: Moment) -> str:
    """`running` is unfinished work that is young; nothing in a store says more."""
    running = entry.state == "unfinished" and entry.last_at >= moment.running_since
    return "running" if running else entry.state


def _matching(
    store: StoreEntry, query: ThreadQuery, moment: Moment, *, one_by_one: bool
) -> dict[bool, QuerySet[ThreadEntry]]:
    """Stored and absent threads apart, see `scope`."""
    filters = Q()
    if query.turns == "one":
        filters &= is_one_turn()
    elif query.turns:
        raise BadRequest("`turns` can only be `one`.", "Leave it out to see every thread.")
    if query.state:
        filters &= _has_state(query.state, moment)
    if query.flag:
        if query.flag not in FLAGS:
            raise BadRequest(f"No flag is called {query.flag!r}.", f"Flags are {', '.join(FLAGS)}.")
        filters &= FLAGS[query.flag](moment)
    scopes = scopes_of(store, query).items()
    return {stored: within(scope, query, one_by_one=one_by_one).filter(filters) for stored, scope in scopes}


def _has_state(state: str, moment: Moment) -> Q:
    if state not in STATES:
        raise BadRequest(f"No state is called {state!r}.", f"States are {', '.join(STATES)}.")
    if state == "running":
        return is_running(moment)
    return Q(state=state) & ~is_running(moment) if state == "unfinished" else Q(state=state)


def _sort(sort: str) -> tuple[str, bool]:
    column = sort.removeprefix("-")
    if column not in SORTS:
        raise BadRequest(f"Threads cannot be sorted by {column!r}.", f"Sort by {', '.join(SORTS)}.")
    return column, sort.startswith("-")


def _cursor(entry: ThreadEntry, sort: str, column: str) -> str:
    value = getattr(entry, column)
    if column in _TIMES:
        value = (value - _EPOCH) // _MICROSECOND
    return Cursor(sort, value, entry.pk).encode()


def _beyond(cursor: Cursor, column: str, *, descending: bool) -> Q:
    value: object = cursor.value
    fits = isinstance(value, str if column == "thread_id" else int)
    if not fits:
        raise BadRequest("The cursor in `after` is not one of ours.", "Start again from the first page.")
    if column in _TIMES:
        try:
            value = _EPOCH + _MICROSECOND * int(cursor.value)
        except OverflowError as error:
            raise BadRequest("The cursor in `after` is not one of ours.", "Start again.") from error
    side = "lt" if descending else "gt"
    return Q(**{f"{column}__{side}": value}) | Q(**{column: value, f"id__{side}": cursor.row})
