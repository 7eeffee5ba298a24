"""A worker is at work, and not one checkpoint comes of it."""

from __future__ import annotations

from datetime import timedelta

from inspector.doctor.case import Case
from inspector.doctor.coverage import no_reports, sound
from inspector.doctor.evidence.processes import hosts_of, process_line
from inspector.doctor.finding import EVIDENCE, Confidence, Evidence, Fix, Link, Verdict, problem
from inspector.doctor.rule import Rule
from inspector.doctor.words import hosts_in_words, lasting
from inspector.domain.text import count_noun, shorten_middle, thousands
from inspector.ledger.remarks import FEW_READS, FEW_READS_BESIDE
from inspector.models import ThreadEntry
from inspector.probe.ledger_schema import WorkerReport

_FIX = Fix(
    before="""\
@app.post("/chat/{thread_id}")
async def chat(thread_id: str, text: str):
    config = {"configurable": {"thread_id": thread_id}}
    graph.astream({"messages": [("user", text)]}, config)  # makes a generator, and runs nothing
    return (await graph.aget_state(config)).values""",
    after="""\
@app.post("/chat/{thread_id}")
async def chat(thread_id: str, text: str):
    config = {"configurable": {"thread_id": thread_id}}
    async for _ in graph.astream({"messages": [("user", text)]}, config):
        pass  # or pass each part on to the client
    return (await graph.aget_state(config)).values""",
    note="A coroutine that nobody awaits (`graph.ainvoke(...)` without `await`) and a task that is dropped before it "
    "has run do the same.",
)
#: Seconds since a process began, from which on it has had time to put something: a first run may take long.
_SETTLED = 60.0
#: Two clocks may differ by so much.
_MARGIN = timedelta(seconds=5)
_LONG = 100


def check(case: Case) -> Verdict:
    if not case.crew:
        return no_reports(case, "Whether workers put checkpoints is not known: no worker reports.")
    guilty = [report for report in case.crew.reports if _puts_nothing(report, case.moment.now.timestamp())]
    guilty = [report for report in guilty if report.invocations or not _only_looks(case, report.hostname)]
    if guilty:
        return _problem(case, guilty)
    put = sum(report.checkpoints for report in case.crew.reports)
    processes = count_noun(len(case.crew.reports), "process", "processes")
    return sound(case, f"No worker works in vain: {processes} put {count_noun(put, 'checkpoint')}.")


def _puts_nothing(report: WorkerReport, now: float) -> bool:
    """It runs graphs, or asks for threads and finds none of them. One that finds what it asks for may only ever read,
    and one that asks for nothing is idle."""
    if report.checkpoints or report.writes or now - report.started_at < _SETTLED:
        return False
    runs = report.invocations - report.invocations_unsaved
    return report.misses >= FEW_READS and (runs >= FEW_READS or report.misses == report.reads)


def _only_looks(case: Case, hostname: str) -> bool:
    """Whether others wrote most of what it asked for, after it had: a page of old messages is shown before the first
    one is sent."""
    asked = [row.entry for row in case.newest if any(one.hostname == hostname and one.misses for one in row.workers)]
    written = [entry for entry in asked if entry.stored and _was_missed_before(entry)]
    return len(written) * 2 > len(asked)


def _was_missed_before(entry: ThreadEntry) -> bool:
    return entry.last_miss_at is not None and entry.last_miss_at <= entry.first_at + _MARGIN


def _problem(case: Case, guilty: list[WorkerReport]) -> Verdict:
    hosts = hosts_of(guilty)
    runs, reads, misses = (sum(getattr(one, name) for one in guilty) for name in ("invocations", "reads", "misses"))
    longest = max(case.moment.now.timestamp() - report.started_at for report in guilty)
    who, one = hosts_in_words(hosts), len(hosts) == 1
    work = f"{count_noun(runs, 'run')} and {count_noun(reads, 'read')}" if runs else count_noun(reads, "read")
    none = "" if runs else " No run of a graph was begun there either: something makes runs and does not start them."
    threads = _threads(case, hosts)
    return problem(
        f"{who} {'has' if one else 'have'} put no checkpoint within {lasting(longest)}, in spite of {work}, "
        f"{'all' if misses == reads else thousands(misses)} of which found nothing.{none}",
        title=f"{who} {'writes' if one else 'write'} no checkpoint",
        confidence=_confidence(runs, misses),
        hosts=hosts,
        thread_ids=threads,
        evidence=(*map(_evidence, guilty), *map(_thread_evidence, threads[: EVIDENCE // 2])),
    )


def _confidence(runs: int, misses: int) -> Confidence:
    return "likely" if runs or misses >= FEW_READS_BESIDE else "possible"


def _threads(case: Case, hosts: tuple[str, ...]) -> tuple[str, ...]:
    """What they asked for in vain, and nobody has written since."""
    return tuple(
        row.entry.thread_id
        for row in case.newest
        if not row.entry.stored and any(one.hostname in hosts and one.misses for one in row.workers)
    )


def _evidence(report: WorkerReport) -> Evidence:
    reads = f"{count_noun(report.reads, 'read')}, {thousands(report.misses)} in vain"
    return process_line(report, f"{count_noun(report.invocations, 'run')}, {reads}, no checkpoint")


def _thread_evidence(thread_id: str) -> Evidence:
    text = f"{shorten_middle(thread_id, _LONG)} was asked for and is not stored"
    return Evidence(text, Link("thread", {"id": thread_id}))


RULE = Rule(
    slug="nothing-written",
    problem="A worker writes no checkpoint",
    good="Workers that work put checkpoints",
    severity="high",
    cause=True,
    fix=_FIX,
    check=check,
    explained_by=(
        "no-checkpointer",
        "saver-in-memory",
        "store-split",
        "sync-async-mixed",
        "schema-behind",
        "redis-modules-missing",
        "thread-id-too-long",
        "connection-churn",
        "reads-miss-writes",
    ),
)
