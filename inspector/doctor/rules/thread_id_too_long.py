"""A thread_id is longer than Postgres can put into an index: such a conversation cannot be stored at all."""

from __future__ import annotations

from collections.abc import Sequence

from inspector.doctor.case import Case
from inspector.doctor.coverage import seen_by_workers
from inspector.doctor.evidence.failures import Failures, failures_of, hosts_of, total
from inspector.doctor.finding import Evidence, Fix, Link, Verdict, fine, problem
from inspector.doctor.rule import POSTGRES, Rule
from inspector.doctor.words import hosts_in_words
from inspector.domain.text import count_noun, shorten_middle, thousands

_FIX = Fix(
    before="""\
# A token, a URL or the whole question as the conversation's name.
config = {"configurable": {"thread_id": request.headers["authorization"]}}""",
    after="""\
import hashlib

# As long for every conversation, and the same each time. Better still: the id of the conversation itself.
name = hashlib.sha256(request.headers["authorization"].encode()).hexdigest()
config = {"configurable": {"thread_id": name}}""",
)
#: An entry of a B-tree has at most so many bytes (a third of a page), after compression.
LIMIT = 2_704
#: From here on an id that does not compress leaves little room for the namespace and the checkpoint's id beside it.
NEAR = 2_400
_LONG = 60


def check(case: Case) -> Verdict:
    sizes = [(len(row.entry.thread_id.encode("utf-8", "replace")), row.entry.thread_id) for row in case.newest]
    failures = failures_of(case, "too long for the index", kinds=POSTGRES)
    return seen_by_workers(case, judge(sorted(sizes, reverse=True), failures))


def judge(sizes: Sequence[tuple[int, str]], failures: Sequence[Failures]) -> Verdict:
    """`sizes` are those of the newest threads with their ids, the longest first."""
    long = [one for one in sizes if one[0] >= NEAR]
    longest = sizes[0][0] if sizes else 0
    if failures:
        return _failing(long, failures)
    if long:
        return problem(
            f"Of the newest {count_noun(len(sizes), 'thread')}, {thousands(len(long))} "
            f"{'has an id' if len(long) == 1 else 'have ids'} of {thousands(NEAR)} bytes or more, the longest "
            f"{thousands(longest)}. The index takes {thousands(LIMIT)}, with the namespace and the checkpoint's id: "
            "these fit because they compress well, and the next may not.",
            title="thread_ids are nearly too long to store",
            confidence="likely",
            thread_ids=tuple(name for _, name in long),
            evidence=tuple(map(_evidence, long)),
        )
    return fine(
        f"The longest of the newest {count_noun(len(sizes), 'thread_id')} has {count_noun(longest, 'byte')}; the index "
        f"takes {thousands(LIMIT)}. One that is too long is never stored, and no worker is known to have tried."
    )


def _failing(long: Sequence[tuple[int, str]], failures: Sequence[Failures]) -> Verdict:
    hosts = hosts_of(failures)
    who, use = hosts_in_words(hosts), "uses" if len(hosts) == 1 else "use"
    return problem(
        f"On {who} {count_noun(total(failures), 'call')} failed because an entry was too long for the index, which "
        f"takes {thousands(LIMIT)} bytes: conversations with such a thread_id are not stored.",
        title=f"{who} {use} thread_ids that are too long to store",
        confidence="certain",
        severity="high",
        hosts=hosts,
        thread_ids=tuple(name for _, name in long),
        evidence=(*(one.evidence for one in failures), *map(_evidence, long)),
    )


def _evidence(found: tuple[int, str]) -> Evidence:
    size, name = found
    return Evidence(f"{shorten_middle(name, _LONG)}: {thousands(size)} bytes", Link("thread", {"id": name}))


RULE = Rule(
    slug="thread-id-too-long",
    problem="A thread_id is too long to store",
    good="All thread_ids fit into the index",
    severity="medium",
    kinds=POSTGRES,
    fix=_FIX,
    check=check,
)
