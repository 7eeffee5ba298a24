"""A worker keeps its checkpoints in its own memory: they end with the process, and nobody else sees them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from inspector.doctor.case import Case
from inspector.doctor.coverage import no_reports, sound
from inspector.doctor.evidence.processes import hosts_of, process_line
from inspector.doctor.evidence.sites import LASTING
from inspector.doctor.finding import EVIDENCE, Evidence, Fix, Link, Severity, Verdict, problem
from inspector.doctor.rule import Rule
from inspector.doctor.words import hosts_in_words, listed
from inspector.domain.text import count_noun, shorten_middle
from inspector.ledger.remarks import short_class
from inspector.probe.ledger_schema import Place, WorkerReport

_FIX = Fix(
    before="""\
from langgraph.checkpoint.memory import InMemorySaver

graph = builder.compile(checkpointer=InMemorySaver())""",
    after="""\
from langgraph.checkpoint.postgres import PostgresSaver
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

settings = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
pool = ConnectionPool(DB_URI, kwargs=settings)  # one for the process
graph = builder.compile(checkpointer=PostgresSaver(pool))""",
    note="Look for a fallback as well: an `except` around the real saver that goes on with InMemorySaver hides why the "
    "real one could not be had.",
)
#: Evidence that is kept for threads, and characters of one place's address.
_THREADS = EVIDENCE // 2
_LONG = 100


def check(case: Case) -> Verdict:
    if not case.crew:
        return no_reports(case, "Which savers the workers use is not known: no worker reports.")
    guilty = [report for report in case.crew.reports if any(map(_is_memory, report.places))]
    if not guilty:
        processes = count_noun(len(case.crew.reports), "process", "processes")
        return sound(case, f"None of {processes} keeps checkpoints in its own memory.")
    hosts = hosts_of(guilty)
    who, one = hosts_in_words(hosts), len(hosts) == 1
    kept = f"{'keeps its' if one else 'keep their'} checkpoints in {'its' if one else 'their'} own memory"
    threads = _threads(case, hosts)
    return problem(
        f"{who} {kept}{_savers(guilty)}: they are gone when the process ends, and no other worker sees them."
        f"{_share(case, guilty)}{_beside(case, guilty)}",
        title=f"{who} {'keeps its' if one else 'keep their'} checkpoints in memory",
        confidence="certain",
        severity=_severity(case, guilty),
        hosts=hosts,
        thread_ids=threads,
        evidence=(*map(_evidence, guilty), *map(_thread_evidence, threads[:_THREADS])),
    )


def _severity(case: Case, guilty: Sequence[WorkerReport]) -> Severity:
    """A process that stores what its other graphs keep may have one that needs no memory beyond the process. Not where
    other hosts meet with such a thread: that conversation goes from one to the other."""
    hosts = {report.hostname for report in guilty}
    stores = {one.hostname for row in case.stored for one in row.workers if one.reported and not one.elsewhere}
    beside = all(any(place.kind in LASTING for place in report.places) for report in guilty)
    kept = [
        row for row in case.newest if any(one.hostname in hosts and one.elsewhere == "memory" for one in row.workers)
    ]
    return "medium" if beside and hosts <= stores and all(len(row.workers) == 1 for row in kept) else "high"


def _is_memory(place: Place) -> bool:
    return place.kind == "memory"


def _names(places: Iterable[Place]) -> str:
    """ "InMemorySaver", "InMemorySaver and SqliteSaver on :memory:"."""
    names = dict.fromkeys(short_class(place.saver) for place in places if _is_memory(place))
    return listed([f"{name} on :memory:" if "Sqlite" in name else name for name in sorted(names)])


def _savers(guilty: Iterable[WorkerReport]) -> str:
    return f" ({_names(place for report in guilty for place in report.places)})"


def _share(case: Case, guilty: list[WorkerReport]) -> str:
    """Of several processes of these hosts, how many do: each has a memory of its own."""
    hosts = {report.hostname for report in guilty}
    every = sum(report.hostname in hosts for report in case.crew.reports)
    if every == 1:
        return ""
    processes = count_noun(every, "process", "processes")
    if len(guilty) == every:
        return f" There are {processes}, each with a memory of its own."
    return f" That is {len(guilty)} of {processes} there."


def _beside(case: Case, guilty: list[WorkerReport]) -> str:
    """Where else they put checkpoints: one graph forgets, another does not. Another configured store goes by its name
    alone, by which what is said of it is kept from who may not look at it."""
    places = dict.fromkeys(
        case.places.store_at(place.identities) or shorten_middle(place.where, _LONG)
        for report in guilty
        for place in report.places
        if not _is_memory(place)
    )
    if not places:
        return ""
    return f" Other graphs of the same processes have their savers at {listed([f'`{where}`' for where in places])}."


def _threads(case: Case, hosts: tuple[str, ...]) -> tuple[str, ...]:
    """Threads whose checkpoints by one of these hosts all went there, the newest first."""
    return tuple(
        row.entry.thread_id
        for row in case.newest
        if any(one.hostname in hosts and one.elsewhere == "memory" and one.reported for one in row.workers)
    )


def _evidence(report: WorkerReport) -> Evidence:
    put = f"{count_noun(report.checkpoints, 'checkpoint')} put"
    others = [short_class(place.saver) for place in report.places if not _is_memory(place)]
    beside = f", and beside it {listed(sorted(set(others)))}" if others else ""
    return process_line(report, f"{put}, with {_names(report.places)}{beside}")


def _thread_evidence(thread_id: str) -> Evidence:
    text = f"Checkpoints of {shorten_middle(thread_id, _LONG)} are in a process's memory"
    return Evidence(text, Link("thread", {"id": thread_id}))


RULE = Rule(
    slug="saver-in-memory",
    problem="A worker keeps its checkpoints in memory",
    good="Checkpoints are kept outside the processes",
    severity="high",
    of_threads=False,
    cause=True,
    fix=_FIX,
    check=check,
)
