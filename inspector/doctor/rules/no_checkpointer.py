"""Graphs that are run with a thread_id and have no checkpointer: nothing of these runs is kept."""

from __future__ import annotations

from inspector.doctor.case import Case
from inspector.doctor.coverage import no_reports, sound
from inspector.doctor.evidence.processes import hosts_of, process_line
from inspector.doctor.finding import Evidence, Fix, Severity, Verdict, problem, unknown
from inspector.doctor.rule import Rule
from inspector.doctor.words import hosts_in_words
from inspector.domain.text import count_noun, thousands
from inspector.probe.ledger_schema import WorkerReport

_FIX = Fix(
    before="""\
try:
    pool = ConnectionPool(DB_URI, kwargs=settings)
    pool.wait(timeout=5)
    checkpointer = PostgresSaver(pool)
except Exception:
    log.warning("no database, going on without memory")
    checkpointer = None

graph = builder.compile(checkpointer=checkpointer)""",
    after="""\
pool = ConnectionPool(DB_URI, kwargs=settings)
pool.wait(timeout=30)  # raises: a worker without its store does not start

graph = builder.compile(checkpointer=PostgresSaver(pool))""",
    note="Have the health check ask the store as well, so that a worker without memory gets no requests.",
)
_INSTALL = "Call `inspector.probe.install()` there before any graph is compiled, with LangGraph 1.0 or newer."


def check(case: Case) -> Verdict:
    if not case.crew:
        return no_reports(case, "Whether graphs run without a checkpointer is not known: no worker reports.")
    guilty = [report for report in case.crew.reports if report.invocations_unsaved]
    if guilty:
        return _problem(case, guilty)
    runs = sum(report.invocations for report in case.crew.reports)
    if not runs:
        return unknown(
            "Whether graphs run without a checkpointer is not known: no run of a graph was counted.", missing=_INSTALL
        )
    return sound(case, f"All of {count_noun(runs, 'run')} with a thread_id had a checkpointer.")


def _problem(case: Case, guilty: list[WorkerReport]) -> Verdict:
    hosts = hosts_of(guilty)
    theirs = [report for report in case.crew.reports if report.hostname in hosts]
    unsaved, runs = (sum(getattr(one, name) for one in theirs) for name in ("invocations_unsaved", "invocations"))
    who, verb = hosts_in_words(hosts), "has" if len(hosts) == 1 else "have"
    share = (
        f"all of {count_noun(runs, 'run')}" if unsaved == runs else f"{thousands(unsaved)} of {count_noun(runs, 'run')}"
    )
    whose = "its" if len(hosts) == 1 else "their"
    return problem(
        f"{who} {verb} run graphs with a thread_id and no checkpointer: {share} that {whose} processes made. Nothing "
        "of that was saved: the next turn of such a thread knows nothing of this one.",
        title=f"{who} {'runs' if len(hosts) == 1 else 'run'} graphs without a checkpointer",
        confidence="certain",
        severity=_severity(guilty),
        hosts=hosts,
        evidence=tuple(_evidence(report) for report in guilty),
    )


def _severity(guilty: list[WorkerReport]) -> Severity:
    """A process that saves other runs may have a graph beside them that needs no memory and is given the same
    configuration."""
    return "high" if any(report.invocations_unsaved == report.invocations for report in guilty) else "medium"


def _evidence(report: WorkerReport) -> Evidence:
    runs = f"{thousands(report.invocations_unsaved)} of {count_noun(report.invocations, 'run')} not saved"
    compiled = f"{thousands(report.compiles_unsaved)} of {count_noun(report.compiles, 'graph')} compiled without one"
    return process_line(report, f"{runs}, {compiled}")


RULE = Rule(
    slug="no-checkpointer",
    problem="A worker runs graphs without a checkpointer",
    good="Graphs that are given a thread_id have a checkpointer",
    severity="high",
    of_threads=False,
    cause=True,
    fix=_FIX,
    check=check,
)
