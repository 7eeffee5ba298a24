"""Runs that stopped in the middle and were never taken up again: the worker died, or nobody waited for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from inspector.doctor.case import Case
from inspector.doctor.evidence.heads import Head, read_head
from inspector.doctor.evidence.lately import (
    DAY,
    Found,
    find,
    in_words,
    settled_before,
    share_in_words,
    within,
)
from inspector.doctor.evidence.lineage import hosts_of
from inspector.doctor.finding import Evidence, Fix, Verdict, fine, problem, unknown
from inspector.doctor.rule import Rule
from inspector.doctor.words import hosts_in_words, lasting, listed
from inspector.domain.text import shorten_middle

SLUG = "unfinished-run"
#: Fewer threads, or a lesser share of those of the day, are what a deployment or a crash leaves now and then.
FEW, SHARE = 3, 0.01
#: Threads that are read: so many, and up to so many more while the time (seconds) lasts.
LEAST, MOST, SECONDS = 6, 12, 0.06

_FIX = Fix(
    before="""\
def run(thread_id, text):
    config = {"configurable": {"thread_id": thread_id}}
    graph.invoke({"messages": [("user", text)]}, config)  # and the process is killed here""",
    after="""\
def run(thread_id, text):
    config = {"configurable": {"thread_id": thread_id}}
    jobs.begin(thread_id)  # a row in a table of yours
    graph.invoke({"messages": [("user", text)]}, config)
    jobs.end(thread_id)


# When the process starts: go on from the last checkpoint with what was cut short.
for thread_id in jobs.left():
    graph.invoke(None, {"configurable": {"thread_id": thread_id}})
    jobs.end(thread_id)""",
    note="Give a worker time to end what it is at before it is killed (SIGTERM first, and a grace period longer than a "
    "run). In async code, await every run or keep its task: a task that nobody holds can be collected in the middle.",
)


def check(case: Case) -> Verdict:
    since = case.moment.now - DAY
    found = find(case, SLUG, state="unfinished", since=since, until=settled_before(case))
    active = case.active_in_a_day
    if found.total < FEW or found.total <= SHARE * active:
        return _fine(case, found, active)
    heads = [
        head for row in within(found.rows, least=LEAST, most=MOST, seconds=SECONDS) if (head := read_head(case, row))
    ]
    heads = [head for head in heads if head.next]
    if not heads:
        return _fine(case, found, active)
    dead = _surely_dead(heads)
    many = found.total * len(dead) / len(heads)
    if many < FEW or many <= SHARE * active:
        return _unknown(case, found, heads)
    return _problem(case, found, active, dead, maybe=len(dead) < len(heads))


def _surely_dead(heads: Sequence[Head]) -> list[Head]:
    """Those before a node where no breakpoint is likely to be: some run stopped there in its first step, or with part
    of the step done."""
    nodes = {head.next for head in heads if head.in_first_step or head.has_results}
    return [head for head in heads if head.next in nodes]


def _fine(case: Case, found: Found, active: int) -> Verdict:
    if not active:
        return fine("No thread was active in the last day.")
    are = "is" if found.total <= 1 else "are"
    few = " So few are no sign of more than a crash or a deployment." if found.total else ""
    return fine(
        f"{share_in_words(found, active)} of the last day {are} left in the middle of a run, with nobody writing for "
        f"{_patience(case)} or longer.{few}"
    )


def _unknown(case: Case, found: Found, heads: Sequence[Head]) -> Verdict:
    nodes = listed(list(dict.fromkeys(head.nodes for head in heads)), "steps")
    return unknown(
        f"{in_words(found)} of the last day wait before {nodes}, with no interrupt and nobody writing for "
        f"{_patience(case)} or longer. Either the graph stops there by design (`interrupt_before`, `interrupt_after`), "
        "or the runs died in that step: their checkpoints are the same.",
        missing=f"Whether the graph was compiled to stop before {nodes}. If it was, mute this rule for these threads.",
        evidence=tuple(_evidence(case, head) for head in heads),
    )


def _problem(case: Case, found: Found, active: int, heads: Sequence[Head], *, maybe: bool) -> Verdict:
    hosts = hosts_of(head.host for head in heads)
    last = f" Last to write there {'was' if len(hosts) == 1 else 'were'} {hosts_in_words(hosts)}." if hosts else ""
    rest = " Others among them may wait where their graph stops by design." if maybe else ""
    nodes = Counter(head.nodes for head in heads)
    steps = listed([name for name, _ in nodes.most_common()], "steps")
    return problem(
        f"{share_in_words(found, active)} of the last day stopped in the middle of a run, in {steps}: there "
        f"is something left to do, no question is open, and nobody has written for {_patience(case)} or longer. A "
        f"worker died with the run, or nobody waited for it.{last}{rest}",
        title=f"{in_words(found)} stopped in the middle of a run",
        confidence="likely",
        evidence=tuple(_evidence(case, head) for head in heads),
        hosts=hosts,
        thread_ids=tuple(head.thread_id for head in heads),
    )


def _patience(case: Case) -> str:
    waited: timedelta = case.moment.now - settled_before(case)
    return lasting(waited.total_seconds())


def _evidence(case: Case, head: Head) -> Evidence:
    done = ", part of which was done" if head.has_results else ""
    silent = lasting((case.moment.now - head.at).total_seconds()) if head.at else "an unknown time"
    who = f"{head.host} wrote last" if head.host else "last written to"
    text = f"{shorten_middle(head.thread_id, 60)}: {head.nodes} was to run{done}; {who}, {silent} ago"
    return Evidence(text, head.link, head.at)


RULE = Rule(
    slug=SLUG,
    problem="Runs stop in the middle, and nobody goes on with them",
    good="Runs come to their end",
    severity="medium",
    fix=_FIX,
    check=check,
)
