"""Threads whose newest checkpoint holds an error that nobody has tried to get past."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from inspector.doctor.case import Case
from inspector.doctor.evidence.heads import Head, read_head
from inspector.doctor.evidence.lately import DAY, Found, find, in_words, settled_before, share_in_words
from inspector.doctor.finding import Evidence, Fix, Verdict, fine, problem
from inspector.doctor.rule import Rule
from inspector.doctor.words import lasting, listed
from inspector.domain.text import shorten_middle

SLUG = "failed-head"
#: Fewer threads, or a lesser share of those of the day, are failures as there are everywhere.
FEW, SHARE = 3, 0.05
#: From this share of the day's threads on it is more than a nuisance.
MANY = 0.2
#: Threads that are read, the newest.
READ = 3

_FIX = Fix(
    before="""\
builder.add_node("charge", charge)""",
    after="""\
from langgraph.types import RetryPolicy

builder.add_node("charge", charge, retry_policy=RetryPolicy(max_attempts=3))
graph = builder.compile(checkpointer=saver)

# What failed in spite of that: the failed step runs again, and the steps before it do not.
graph.invoke(None, {"configurable": {"thread_id": thread_id}})""",
    note="Sending the message again works as well, and is a turn of its own: the message stands there twice.",
)


def check(case: Case) -> Verdict:
    since = case.moment.now - DAY
    found = find(case, SLUG, state="failed", since=since, until=settled_before(case))
    active = case.active_in_a_day
    if found.total < FEW or found.total <= SHARE * active:
        return _fine(case, found, active)
    heads = [head for row in found.rows[:READ] if (head := read_head(case, row))]
    return _problem(case, found, active, heads)


def _fine(case: Case, found: Found, active: int) -> Verdict:
    if not active:
        return fine("No thread was active in the last day.")
    are = "is" if found.total <= 1 else "are"
    return fine(
        f"{share_in_words(found, active)} of the last day {are} left with an error for {_patience(case)} or longer."
    )


def _problem(case: Case, found: Found, active: int, heads: Sequence[Head]) -> Verdict:
    causes = Counter(cause for head in heads for cause in head.errors())
    said = listed([_cause(*cause) for cause, _ in causes.most_common()], "kinds")
    where = f" The newest of them failed {said}." if said else ""
    return problem(
        f"{share_in_words(found, active)} of the last day ended with an error, and for {_patience(case)} or longer "
        f"nobody has tried again. The last answer of these conversations is missing.{where}",
        title=f"{in_words(found)} {'is' if found.total == 1 else 'are'} left with an error",
        confidence="certain",
        severity="medium" if found.total > MANY * active else "low",
        evidence=tuple(_evidence(case, head) for head in heads),
        thread_ids=tuple(row.entry.thread_id for row in found.rows),
    )


def _patience(case: Case) -> str:
    return lasting((case.moment.now - settled_before(case)).total_seconds())


def _cause(node: str, error: str) -> str:
    return f"{f'in {node}' if node else 'in a node'}{f' with {error}' if error else ''}"


def _evidence(case: Case, head: Head) -> Evidence:
    causes = listed(list(dict.fromkeys(_cause(*cause) for cause in head.errors()))) or "in a node"
    silent = f", {lasting((case.moment.now - head.at).total_seconds())} ago" if head.at else ""
    on = f" on {head.host}" if head.host else ""
    return Evidence(f"{shorten_middle(head.thread_id, 60)}: failed {causes}{on}{silent}", head.link, head.at)


RULE = Rule(
    slug=SLUG,
    problem="Conversations end with an error",
    good="Failed runs are tried again",
    severity="low",
    fix=_FIX,
    check=check,
)
