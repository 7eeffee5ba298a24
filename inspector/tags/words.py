"""Numbers, times, states and flags in plain words, as template filters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from django.template import Library
from django.utils import timezone

from inspector.domain import text
from inspector.tags.marks import plain

register = Library()

#: An index this many seconds behind is late.
LATE = 60
MOST_BARS = 8
_NAMED = 4  #: stores that a row names one by one
_NAME = 30  #: characters of a store's name

#: What a state means, in a sentence for whoever points at it.
STATES = {
    "complete": "Nothing is left to run.",
    "interrupted": "A task asked a question and waits for the answer.",
    "failed": "A task ended with an error.",
    "unfinished": "Tasks are left and nobody works on them.",
    "running": "Tasks are left, and the last checkpoint is younger than a minute.",
    "absent": "A worker asked for it, and this store holds no checkpoint of it.",
}
STATE_TONES = {"interrupted": "ask", "failed": "bad", "unfinished": "warn", "running": "good", "absent": "warn"}

#: Flag: its word, its tone, what it means.
FLAGS = {
    "one-turn": ("one turn", "warn", "One turn, and nobody came back."),
    "orphan": ("orphan", "warn", "One turn, then nothing for long: memory that nobody found again."),
    "random-id": ("random id", "warn", "The id looks made at random."),
    "several-hosts": ("several hosts", "", "More than one host wrote it."),
    "siblings": ("forked", "fork", "Two checkpoints have the same parent."),
    "clock-skew": ("clock skew", "bad", "A worker's clock lags: its checkpoints sort before their parents."),
    "missed-reads": (
        "missed reads",
        "warn",
        "A worker looked for it in vain: after it was written, or several times, or just once and nothing came of it.",
    ),
    "never-stored": ("never stored", "warn", "A worker asked for it, and none reports that it was ever put here."),
    "rebuilt-values": (
        "rebuilt values",
        "",
        "Some values are put together from writes; the graph's reducer may differ.",
    ),
}


@register.filter
def ledger_words(kind: str) -> str:
    return {"postgres": "Postgres", "redis": "Redis", "sqlite": "SQLite file"}.get(kind, kind)


@register.filter
def ago(at: datetime | None) -> str:
    """How long ago a time was: "4 s ago"."""
    return text.ago((timezone.now() - at).total_seconds()) if at is not None else "unknown"


@register.filter
def exact(at: datetime | None) -> str:
    """ "2026-03-01 09:31:38.123 UTC"; "" for an unknown time."""
    return text.exact_time(at) if at is not None else ""


@register.filter
def iso(at: datetime | None) -> str:
    """For a `datetime` attribute."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if at is not None else ""


@register.filter
def clock(at: datetime | None) -> str:
    """ "09:31:38" today in UTC, with the date before it on any other day."""
    if at is None:
        return "unknown time"
    at = at.astimezone(UTC)
    today = timezone.now().astimezone(UTC).date() == at.date()
    return f"{at:%H:%M:%S}" if today else f"{at:%Y-%m-%d %H:%M:%S}"


@register.filter
def minute(at: datetime | None) -> str:
    """ "2026-12-24 00:00 UTC", for what will be and needs no seconds."""
    return text.exact_minute(at) if at is not None else "unknown time"


@register.filter
def size(count: int | None) -> str:
    """A number of bytes: "18.4 kB"."""
    return text.text_size(count) if count is not None else "unknown"


@register.filter
def number(count: int | None) -> str:
    """ "1,048,212"; "unknown" where nobody knows."""
    return text.thousands(count) if count is not None else "unknown"


@register.filter
def minus(count: int, less: int) -> int:
    return count - less


@register.filter
def noun(count: int, words: str) -> str:
    """`3|noun:"turn"` is "3 turns"; "thread,threads" names a plural that an s does not make."""
    one, _, many = words.partition(",")
    return text.count_noun(count, one, many)


@register.filter
def percent(share: float | None) -> str:
    """A share as "38 %": never 0 % or 100 % of what is not quite that."""
    if share is None:
        return "–"
    if 0 < share < 0.01:
        return "< 1 %"
    if 0.99 < share < 1:
        return "> 99 %"
    return f"{round(share * 100)} %"


@register.filter
def part_of(part: int, whole: int) -> float | None:
    """The share that `part` is of `whole`; None of nothing."""
    return part / whole if whole else None


@register.filter
def seconds(length: float | None) -> str:
    """A length of time: "3 ms", "0.9 s", "12 s", "4 min", "3 h", "5 days". A negative one tells of skewed clocks."""
    if length is None:
        return ""
    sign, length = ("−" if length < 0 else ""), abs(length)
    if length < 0.0995:
        return f"{sign}{length * 1000:.0f} ms"
    if length < 9.95:
        return f"{sign}{length:.1f} s"
    if length < 60:
        return f"{sign}{length:.0f} s"
    return sign + span(length)


@register.filter
def span(length: float) -> str:
    """A limit or a lag in one unit: "30 minutes" is "30 min"."""
    return text.ago(abs(length)).removesuffix(" ago").replace("now", "0 s")


@register.filter
def could_write_words(rights: Sequence[str]) -> str:
    """Where a login could write, told once a table: `INSERT, DELETE on checkpoints` is "to checkpoints"."""
    found: dict[str, list[str]] = {"to ": [], "as owner to ": [], "": []}
    for right in rights:
        marks = ((" as owner of ", "as owner to "), (" on ", "to "))
        mark, words = next(((mark, words) for mark, words in marks if mark in right), ("", ""))
        found[words].append(plain(right.partition(mark)[2] if mark else right))
    return ", ".join(words + ", ".join(names) for words, names in found.items() if names)


@register.filter
def state_says(state: str) -> str:
    return STATES.get(state, "")


@register.filter
def state_tone(state: str) -> str:
    return STATE_TONES.get(state, "")


@register.filter
def flag_words(flag: str) -> str:
    return FLAGS[flag][0] if flag in FLAGS else flag.replace("-", " ")


@register.filter
def flag_tone(flag: str) -> str:
    return FLAGS[flag][1] if flag in FLAGS else ""


@register.filter
def flag_says(flag: str) -> str:
    return FLAGS[flag][2] if flag in FLAGS else ""


@register.filter
def row_flags(flags: tuple[str, ...], verdict: str = "") -> tuple[str, ...]:
    """The flags that a row of a list shows: its workers column already says that hosts are several, its state that it
    was never stored, and an id of a random form means little on a thread that somebody came back to. All in a list
    with verdicts are orphans."""
    said = {"several-hosts", "never-stored"} | (set() if "one-turn" in flags else {"random-id"})
    if verdict:
        said |= {"one-turn", "orphan"}
    return tuple(flag for flag in flags if flag not in said)


@register.filter
def state_words(thread: Any) -> str:
    """A state as a list shows it."""
    if thread.state != "absent":
        return str(thread.state)
    return "never stored" if "never-stored" in thread.flags else "not stored"


class IndexState(Protocol):
    """What a bar knows of the index (`views.contexts.IndexState`)."""

    @property
    def lag_seconds(self) -> float | None: ...
    @property
    def building(self) -> bool: ...
    @property
    def error(self) -> str: ...


@register.filter
def lag_words(index: IndexState) -> str:
    """How current the lists are: "index 2 s behind"."""
    if index.building or index.lag_seconds is None:
        return "building the index" if not index.error else "no index yet"
    lag = index.lag_seconds
    behind = f"index {span(lag)} behind" if lag >= 1 else "index up to date"
    return f"{behind}, last pass failed" if index.error else behind


@register.filter
def walk_words(walk: Any) -> str:
    """ "3,200 of about 10,900 checkpoints read, about 2 min left"."""
    done = f"{walk.checkpoints:,} of about {walk.total:,} checkpoints read"
    return done if walk.seconds_left is None else f"{done}, about {span(max(1.0, walk.seconds_left))} left"


@register.filter
def choice_words(choice: Any) -> str:
    """How a store stands that one may switch to: its threads, or the trouble with it."""
    if choice.error:
        return "last pass failed"
    late = choice.building or (choice.lag_seconds or 0) > LATE
    return lag_words(choice) if late else text.count_noun(choice.threads, "thread")


@register.filter
def also_words(also_in: Sequence[Any]) -> str:
    """ "also in redis-eu", "also in 3 stores"; "" for a thread that no other store holds."""
    if not also_in:
        return ""
    return f"also in {short_name(also_in[0].store)}" if len(also_in) == 1 else f"also in {len(also_in)} stores"


@register.filter
def also_says(also_in: Sequence[Any]) -> str:
    """The stores one by one: "redis-eu: 12 checkpoints, last 4 min ago"."""
    told = [
        f"{short_name(also.store)}: {noun(also.checkpoints, 'checkpoint')}"
        + (f", last {ago(also.last_at)}" if also.last_at else "")
        for also in also_in[:_NAMED]
    ]
    more = [f"{len(also_in) - _NAMED} more"] if len(also_in) > _NAMED else []
    return "; ".join(told + more)


@register.filter
def short_name(name: str) -> str:
    """A store's name where no markup can be."""
    return plain(text.shorten_middle(name, _NAME))


@register.filter
def lag_tone(index: IndexState) -> str:
    """`good`, `warn` while it is building or late, `bad` after a failed pass."""
    if index.error:
        return "bad"
    return "warn" if index.building or (index.lag_seconds or 0) > LATE else "good"


@register.filter
def reads_known(threads: Iterable[Any]) -> bool:
    """Whether any probe reported reads for any of these threads."""
    return any(worker.reads is not None for thread in threads for worker in thread.workers)


@register.filter
def known_reads(thread: Any) -> bool:
    """The same for one thread."""
    return reads_known([thread])


@register.filter
def bars(turns: int) -> int:
    """How many little bars stand for so many turns."""
    return min(turns, MOST_BARS)
