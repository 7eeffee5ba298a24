"""A worker makes a new random thread_id for every request: what it is told is never read again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from inspector.doctor.case import Case
from inspector.doctor.evidence.by_hour import forgets_by_hour
from inspector.doctor.evidence.cohort import Cohort
from inspector.doctor.evidence.resumed import were_resumed
from inspector.doctor.evidence.suspects import Suspect, are_all_odd, find_suspects
from inspector.doctor.finding import Confidence, Evidence, Fix, Link, Verdict, fine, problem, unknown
from inspector.doctor.rule import Rule
from inspector.doctor.words import at_time, hosts_in_words, listed
from inspector.domain.text import count_noun, shorten_middle, thousands
from inspector.index.twins import find_twins

_FIX = Fix(
    before="""\
@app.post("/chat")
def chat(request: ChatRequest):
    config = {"configurable": {"thread_id": str(uuid.uuid4())}}
    return graph.invoke({"messages": [("user", request.text)]}, config)""",
    after="""\
@app.post("/chat")
def chat(request: ChatRequest):
    # made once, when the conversation begins, and sent along by the client ever after
    config = {"configurable": {"thread_id": request.thread_id}}
    return graph.invoke({"messages": [("user", request.text)]}, config)""",
    note="A default counts, too: `thread_id: str = Field(default_factory=uuid4)` or `request.thread_id or uuid4()` "
    "makes a new one whenever the client's name for it is not the server's.",
)
#: Threads of a host that are linked to, one by one, and hosts that it is compared with.
_SHOWN = 3
#: Threads of a host that are looked up in other stores, and the share of them that may be there for another reason.
_LOOKED_UP, _BY_CHANCE = 200, 0.05


def check(case: Case) -> Verdict:
    cohort = case.cohort
    if not cohort.threads:
        return unknown("No thread began lately.", missing="Conversations. This looks at threads as they begin.")
    suspects = find_suspects(cohort)
    odd = [one for one in suspects if one.is_odd or forgets_by_hour(case, one)]
    if not odd and are_all_odd(suspects, cohort):
        odd = suspects
    odd = [one for one in odd if not were_resumed(case, one.threads)]
    split = [one for one in odd if _is_elsewhere_too(case, one)]
    if odd := [one for one in odd if one not in split]:
        return _problem(odd, case, cohort)
    if split:
        return _split(split)
    open_ones = [one for one in suspects if one.is_open and not were_resumed(case, one.threads)]
    return _undecided(open_ones) if open_ones else _fine(cohort)


def _is_elsewhere_too(case: Case, one: Suspect) -> bool:
    """Whether its threads are in another configured store as well: nobody makes the same random id twice."""
    thread_ids = [thread.thread_id for thread in one.threads[:_LOOKED_UP]]
    return len(find_twins(case.entry, thread_ids)) > _BY_CHANCE * len(thread_ids)


def _split(split: Sequence[Suspect]) -> Verdict:
    who = hosts_in_words([one.hostname or "a host without a name" for one in split])
    return unknown(
        f"None of the threads that {who} began with random ids went on here, but some are in another store, too.",
        missing="One store for all workers. Until then nobody can tell whether their threads go on.",
        evidence=tuple(
            Evidence(f"{shorten_middle(thread.thread_id, 60)}: one turn here", Link("thread", {"id": thread.thread_id}))
            for one in split
            for thread in one.threads[:_SHOWN]
        ),
    )


def _problem(odd: Sequence[Suspect], case: Case, cohort: Cohort) -> Verdict:
    hosts = tuple(one.hostname for one in odd if one.hostname)
    who = hosts_in_words(hosts) if hosts else "A worker that names no host"
    begins = "begins" if len(odd) == 1 else "begin"
    confidence = min((_confidence(one) for one in odd), key=_SURE.index)
    threads = sum(len(one.threads) for one in odd)
    since = min(one.since for one in odd)
    doubt = ""
    if confidence == "possible":
        doubt = " It may be right so, where each of these runs stands for itself: nothing in the store tells."
    return problem(
        f"{who} {begins} a new thread for every request: none of {count_noun(threads, 'thread')} since "
        f"{at_time(since)} went on, and their ids are random ({listed(_shapes(odd))}). {_compared(odd)}{doubt}",
        title=f"{who} {begins} a new thread for every request",
        confidence=confidence,
        hosts=hosts,
        thread_ids=tuple(thread.thread_id for one in odd for thread in one.threads[: 50 // len(odd)]),
        evidence=tuple(line for one in odd for line in _evidence(one, cohort)),
    )


_SURE: tuple[Confidence, ...] = ("certain", "likely", "possible")


def _confidence(one: Suspect) -> Confidence:
    """A random id by itself is weak: a host may well have the one-shot runs. One that had conversations before, whose
    equals have them, or whose people come back, has no such excuse."""
    if not (one.alike or one.changed or one.returns.many):
        return "possible"
    return "certain" if one.always_misses else "likely"


def _compared(odd: Sequence[Suspect]) -> str:
    expected = round(sum(one.expected for one in odd))
    if all(one.guessed for one in odd):
        return "Nothing in this store goes on, so there is no host to compare with."
    return f"By the pace of the others, about {thousands(expected)} of them should have gone on by now."


def _shapes(odd: Sequence[Suspect]) -> list[str]:
    return list(dict.fromkeys(shape for one in odd for shape in one.shapes))


def _evidence(one: Suspect, cohort: Cohort) -> Iterator[Evidence]:
    host = one.hostname or "A host without a name"
    ours = Link("threads", {"host": one.hostname, "turns": "one"})
    since = at_time(one.since)
    yield Evidence(f"{host}: {count_noun(len(one.threads), 'thread')} since {since}, each of one turn", ours, one.since)
    if one.past[0]:
        yield Evidence(f"{host}, before that: {_gone(*one.past)}")
    for peer in one.peers[:_SHOWN]:
        theirs = [thread for thread in cohort.by_host[peer] if thread.row.entry.last_at >= one.since]
        gone = sum(thread.went_on for thread in theirs)
        yield Evidence(f"{peer}, in the same time: {_gone(len(theirs), gone)}", Link("threads", {"host": peer}))
    if one.returns.many:
        back = one.returns
        people = count_noun(back.people, "person came", "people came")
        text = f"{people} back within half an hour and got a new thread from {host}, {thousands(back.threads)} times"
        yield Evidence(text, Link("thread", {"id": back.example}))  # whose it is, the page tells who may know
    if one.reads:
        said = f"{thousands(one.misses)} of {count_noun(one.reads, 'read')} of these threads by {host} found nothing"
        yield Evidence(said, Link("workers", {"host": one.hostname}))
    for thread in one.threads[:_SHOWN]:
        entry = thread.row.entry
        text = f"{shorten_middle(entry.thread_id, 60)}: one turn, {count_noun(entry.checkpoints, 'checkpoint')}"
        yield Evidence(text, Link("thread", {"id": entry.thread_id}), entry.first_at)


def _gone(threads: int, gone: int) -> str:
    return f"{thousands(gone)} of {count_noun(threads, 'thread')} went on"


def _undecided(suspects: Sequence[Suspect]) -> Verdict:
    who = hosts_in_words([one.hostname or "a host without a name" for one in suspects])
    threads = sum(len(one.threads) for one in suspects)
    return unknown(
        f"None of {count_noun(threads, 'thread')} that {who} began with random ids has gone on so far, which is no "
        "wonder at their age.",
        missing="Time: they are too young, or too few, to tell a conversation that is over from one that goes on.",
        evidence=tuple(
            Evidence(
                f"{one.hostname or 'A host without a name'}: {count_noun(len(one.threads), 'thread')} of one turn",
                Link("threads", {"host": one.hostname, "turns": "one"}),
            )
            for one in suspects
        ),
    )


def _fine(cohort: Cohort) -> Verdict:
    gone = sum(thread.went_on for thread in cohort.threads)
    since = cohort.since
    said = f"{_gone(len(cohort.threads), gone)} of those begun since {at_time(since)}" if since else ""
    unnamed = len(cohort.by_host.get("", ()))
    if unnamed > len(cohort.threads) / 2:
        return unknown(
            f"{said}, but most writes name no host, so that no worker can be told from another.",
            missing="`worker_hostname` in the metadata of the runs, which the probe puts there: "
            "`inspector.probe.install()` in every worker.",
        )
    return fine(f"{said}: no host is without a part in them, or made its threads' ids at random.")


RULE = Rule(
    slug="thread-id-random",
    problem="A new thread for every request",
    good="Workers go on with the threads they began",
    severity="high",
    cause=True,
    fix=_FIX,
    check=check,
)
