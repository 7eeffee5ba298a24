"""A worker keeps its checkpoints in its own memory: they end with the process, and nobody else sees them."""

from __future__ import annotations

from inspector.doctor.case import Case
from inspector.doctor.coverage import no_reports, sound
from inspector.doctor.finding import Evidence, Fix, Link, Verdict, problem
from inspector.doctor.rule import Rule
from inspector.doctor.words import hosts_in_words
from inspector.domain.text import count_noun
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


def check(case: Case) -> Verdict:
    if not case.crew:
        return no_reports(case, "Which savers the workers use is not known: no worker reports.")
    found = list(case.crew.places(_is_memory))
    if not found:
        processes = count_noun(len(case.crew.reports), "process", "processes")
        return sound(case, f"None of {processes} keeps checkpoints in its own memory.")
    hosts = tuple(sorted({report.hostname for report, _ in found}))
    who = hosts_in_words(hosts)
    one = len(hosts) == 1
    return problem(
        f"{who} {'keeps its' if one else 'keep their'} checkpoints in {'its' if one else 'their'} own memory: they are "
        "gone when the process ends, and no other worker sees them.",
        title=f"{who} {'keeps its' if one else 'keep their'} checkpoints in memory",
        confidence="certain",
        hosts=hosts,
        evidence=tuple(_evidence(report, place) for report, place in found),
    )


def _is_memory(place: Place) -> bool:
    return place.kind == "memory"


def _evidence(report: WorkerReport, place: Place) -> Evidence:
    name = place.saver.rpartition(".")[2]
    text = f"{report.hostname}, process {report.pid}: {count_noun(report.checkpoints, 'checkpoint')} put, with {name}"
    return Evidence(text, Link("workers", {"host": report.hostname}))


RULE = Rule(
    slug="saver-in-memory",
    problem="A worker keeps its checkpoints in memory",
    good="Checkpoints are kept outside the processes",
    severity="high",
    cause=True,
    fix=_FIX,
    check=check,
)
