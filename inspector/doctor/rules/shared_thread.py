"""Several people in one thread: its id is empty, a word for nothing, or the same for everybody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from inspector.doctor.case import Case
from inspector.doctor.evidence.owners import Named, read_named
from inspector.doctor.finding import Confidence, Evidence, Fix, Link, Verdict, fine, problem, unknown
from inspector.doctor.rule import Rule
from inspector.doctor.words import hosts_in_words, listed
from inspector.domain.text import count_noun, shorten_middle, thousands
from inspector.index.queries import Row, find_thread
from inspector.models import ThreadEntry

SLUG = "shared-thread"
_FIX = Fix(
    before="""\
thread_id = request.cookies.get("thread_id") or "default"
config = {"configurable": {"thread_id": thread_id}}
graph.invoke({"messages": [("user", text)]}, config)""",
    after="""\
thread_id = request.cookies.get("thread_id")
if not thread_id:
    raise HTTPException(400, "Begin a conversation first: POST /conversations")
config = {"configurable": {"thread_id": thread_id}}
graph.invoke({"messages": [("user", text)]}, config)""",
    note="An f-string or `str()` on the way makes the thread `None` of None, and the number 1 and the text `1` are one "
    "thread. What is stored in the shared thread belongs to several people: delete it, or keep it from them.",
)
#: What stands for no id, in the languages that clients are written in, and what an example leaves in its place.
NOTHING = (
    *("", " ", "None", "none", "null", "NULL", "nil", "undefined", "NaN", "nan", "[object Object]", "{}", "0", "-1"),
    *(
        "1",
        "true",
        "false",
        "default",
        "Default",
        "thread",
        "thread_id",
        "thread-1",
        "test",
        "string",
        "session",
        "main",
    ),
    *("{thread_id}", "your_thread_id", "abc123", "user", "anonymous", "guest", "unknown"),
)
#: Threads with the most turns that are looked at, and from how many turns on, by themselves and by those of others.
_LONGEST, _MANY_TURNS, _TIMES = 3, 20, 5
#: People who may well share a conversation: a customer, who helps, and who approves.
_GROUP = 4
_SUSPICIOUS = 5


@dataclass(frozen=True, slots=True)
class _Shared:
    row: Row
    named: Named
    is_word: bool  #: its id stands for nothing
    others: float  #: turns of other threads, in the middle

    @property
    def hosts(self) -> tuple[str, ...]:
        wrote = {worker.hostname for worker in self.row.workers if worker.writes or worker.reported}
        return tuple(sorted(host for host in wrote | set(self.named.hosts) if host))

    @property
    def is_long(self) -> bool:
        turns = self.row.entry.turns
        return turns >= _MANY_TURNS and turns >= _TIMES * self.others

    @property
    def confidence(self) -> Confidence | None:
        """None where it is no trouble."""
        people = len(self.named.owners)
        if self.is_word and people > 1:
            return "certain"
        if people > _GROUP and self.is_long:
            return "likely"
        return "possible" if self.is_word and not people and self.is_long else None


def check(case: Case) -> Verdict:
    rows = _candidates(case)
    turns = [row.entry.turns for row in case.stored if row.entry.turns]
    others = median(turns) if turns else 0.0
    shared = [_Shared(row, read_named(case, row.entry.thread_id), _stands_for_nothing(row), others) for row in rows]
    found = [one for one in shared if one.confidence is not None]
    if found:
        return _problem(found)
    if not turns:
        return unknown("No thread is stored yet.", missing="Conversations.")
    looked = f"{count_noun(len(rows), 'thread')} with an odd id or very many turns" if rows else "No thread"
    if not any(row.entry.owner for row in case.stored):
        return unknown(
            f"{looked} {'were' if len(rows) > 1 else 'was'} found to be shared, but metadata names no owners.",
            missing="An owner in the metadata of the runs, as `user_id`. "
            + ("Redis savers do not keep metadata." if case.kind == "redis" else "INSPECTOR_OWNER_KEYS names its key."),
        )
    if not rows:
        return fine("No thread has an empty or constant id, or many times more turns than the others.")
    return fine(f"{looked} looked at: none holds turns of several people who have nothing to do with each other.")


def _stands_for_nothing(row: Row) -> bool:
    thread_id = row.entry.thread_id
    return thread_id in NOTHING or not thread_id.strip()


def _candidates(case: Case) -> list[Row]:
    """A few threads: by ids that stand for nothing, and those with the most turns."""
    named = ThreadEntry.every.filter(store=case.entry, thread_id__in=NOTHING).order_by()
    ids = [one.thread_id for one in sorted(named, key=lambda one: -one.turns) if one.stored and one.turns > 1]
    longest = ThreadEntry.objects.filter(store=case.entry, turns__gte=_MANY_TURNS).order_by("-turns", "-id")
    ids = [*ids[:_SUSPICIOUS], *longest.values_list("thread_id", flat=True)[:_LONGEST]]
    kept = case.mutes.without_threads(SLUG, dict.fromkeys(ids))
    return [row for thread_id in kept for row in find_thread(case.entry, thread_id, sight=case.reader.sight)]


def _problem(found: Sequence[_Shared]) -> Verdict:
    found = sorted(found, key=lambda one: (_SURE.index(one.confidence or "possible"), -one.row.entry.turns))
    first = found[0]
    hosts = tuple(sorted({host for one in found for host in one.hosts}))
    names = listed([_name(one) for one in found], "threads")
    people = len(first.named.owners)
    who = f"{count_noun(people, 'person', 'people')} share" if people else "Everybody may share"
    turns = count_noun(first.row.entry.turns, "turn")
    others = f"other threads have {first.others:g} as a rule"
    return problem(
        f"{who} the thread {_name(first)}, written by {hosts_in_words(first.hosts) or 'an unnamed worker'}: it has "
        f"{turns}, {others}. Whoever writes to it sees, and is answered from, what the others said.",
        title=f"{who} one thread: {names}",
        confidence=first.confidence or "possible",
        hosts=hosts,
        thread_ids=tuple(one.row.entry.thread_id for one in found),
        evidence=tuple(line for one in found for line in _evidence(one)),
    )


_SURE: tuple[Confidence, ...] = ("certain", "likely", "possible")


def _name(one: _Shared) -> str:
    return repr(shorten_middle(one.row.entry.thread_id, 60))


def _evidence(one: _Shared) -> Iterator[Evidence]:
    entry = one.row.entry
    here = Link("thread", {"id": entry.thread_id})
    people = count_noun(len(one.named.owners), "owner") if one.named.owners else "no owner named"
    looked = f"in its newest {count_noun(one.named.checkpoints, 'checkpoint')}"
    what = "its id stands for nothing, " if one.is_word else ""
    yield Evidence(f"{_name(one)}: {what}{count_noun(entry.turns, 'turn')}, {people} {looked}", here, entry.last_at)
    for host in one.hosts:
        put = sum(worker.writes for worker in one.row.workers if worker.hostname == host)
        text = f"{host} put {thousands(put)} of its {count_noun(entry.checkpoints, 'checkpoint')}"
        yield Evidence(text, Link("threads", {"host": host}))


RULE = Rule(
    slug=SLUG,
    problem="Several people share one thread",
    good="No thread is shared by people who have nothing to do with each other",
    severity="high",
    fix=_FIX,
    check=check,
)
