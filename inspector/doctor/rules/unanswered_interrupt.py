"""Questions that runs ask by `interrupt()` and that nobody answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from inspector.doctor.case import Case
from inspector.doctor.evidence.heads import Head, read_head
from inspector.doctor.evidence.lately import DAY, Found, count_active, find, in_words, share_in_words
from inspector.doctor.finding import Evidence, Fix, Verdict, fine, problem
from inspector.doctor.rule import Rule
from inspector.doctor.words import lasting, listed
from inspector.domain.text import shorten_middle

SLUG = "unanswered-interrupt"
#: Questions of this time count; older ones are history.
SPAN = timedelta(days=30)
#: A question is unanswered after a day, or after so many times what makes an orphan where that is longer.
ORPHANS = 48
#: Fewer threads, or a lesser share of those of the time, are people who changed their minds.
FEW, SHARE = 3, 0.01
#: From this share on nobody seems to answer at all.
MANY = 0.1
#: Threads that are read, the newest.
READ = 3

_FIX = Fix(
    before="""\
result = graph.invoke({"messages": [("user", text)]}, config)
return result["messages"][-1].content""",
    after="""\
from langgraph.types import Command

result = graph.invoke({"messages": [("user", text)]}, config)
if questions := result.get("__interrupt__"):
    return ask_someone(config, questions)  # show them, or send them to whoever decides

# And where the answer comes in, be it days later and on another worker:
graph.invoke(Command(resume=answer), config)""",
    note="What nobody will answer any more can be closed by a job that answers for them, as with "
    '`Command(resume={"approved": False})`.',
)


def check(case: Case) -> Verdict:
    now = case.moment.now
    until = now - max(DAY, timedelta(seconds=ORPHANS * case.moment.orphan_after))
    since = until - SPAN
    found = find(case, SLUG, state="interrupted", since=since, until=until)
    active = count_active(case, since)
    if found.total < FEW or found.total <= SHARE * active:
        return _fine(found, active, now - until)
    heads = [head for row in found.rows[:READ] if (head := read_head(case, row))]
    return _problem(case, found, active, heads, until)


def _fine(found: Found, active: int, waited: timedelta) -> Verdict:
    if not active:
        return fine("No thread was active in the last month.")
    waits = "waits" if found.total <= 1 else "wait"
    span = lasting(waited.total_seconds())
    return fine(f"{share_in_words(found, active)} of the last month {waits} for an answer for longer than {span}.")


def _problem(case: Case, found: Found, active: int, heads: Sequence[Head], until: datetime) -> Verdict:
    wait = "waits" if found.total == 1 else "wait"
    span = lasting((case.moment.now - until).total_seconds())
    nodes = Counter(node for head in heads for node in head.asking())
    asked = f" The newest of them were asked in {listed([name for name, _ in nodes.most_common()])}." if nodes else ""
    share = found.total / active if active else 1.0
    return problem(
        f"{share_in_words(found, active)} of the last month {wait} for an answer to an interrupt for longer than "
        f"{span}. Their runs go on when somebody answers, and not before.{asked}",
        title=f"{in_words(found)} {wait} for an answer for longer than {span}",
        confidence="certain" if share > MANY else "likely",
        severity="medium" if share > MANY else "low",
        evidence=tuple(_evidence(case, head) for head in heads),
        thread_ids=tuple(row.entry.thread_id for row in found.rows),
    )


def _evidence(case: Case, head: Head) -> Evidence:
    nodes = listed(list(head.asking()), "nodes") or "a node"
    silent = f" {lasting((case.moment.now - head.at).total_seconds())} ago" if head.at else ""
    return Evidence(f"{shorten_middle(head.thread_id, 60)}: {nodes} asked{silent}", head.link, head.at)


RULE = Rule(
    slug=SLUG,
    problem="Nobody answers the questions that runs ask",
    good="Questions that runs ask are answered",
    severity="low",
    fix=_FIX,
    check=check,
)
