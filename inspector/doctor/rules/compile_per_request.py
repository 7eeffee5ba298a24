"""A worker compiles its graph, or builds its saver, for every request instead of once."""

from __future__ import annotations

from collections.abc import Sequence

from inspector.doctor.case import Case
from inspector.doctor.coverage import no_reports, sound
from inspector.doctor.evidence.processes import hosts_of, process_line
from inspector.doctor.finding import Evidence, Fix, Verdict, problem
from inspector.doctor.rule import Rule
from inspector.doctor.words import hosts_in_words
from inspector.domain.text import count_noun
from inspector.ledger.remarks import OFTEN, compiles_often, kept_compiles
from inspector.probe.ledger_schema import WorkerReport

_FIX = Fix(
    before="""\
@app.post("/chat")
async def chat(message: Message):
    async with AsyncPostgresSaver.from_conn_string(DB_URI) as saver:  # a connection, a saver and a graph each time
        graph = builder.compile(checkpointer=saver)
        return await graph.ainvoke(...)""",
    after="""\
settings = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}

@asynccontextmanager
async def lifespan(app):  # once, when the process starts
    async with AsyncConnectionPool(DB_URI, kwargs=settings) as pool:
        app.state.graph = builder.compile(checkpointer=AsyncPostgresSaver(pool))
        yield

@app.post("/chat")
async def chat(message: Message, request: Request):
    return await request.app.state.graph.ainvoke(...)""",
    note="A graph keeps nothing of a run, so one of them serves all requests at once. What differs from request to "
    "request belongs into the config or the runtime context.",
)
#: Savers of one process from which on they are no longer one for each of its graphs.
MANY_SAVERS = 20


def check(case: Case) -> Verdict:
    if not case.crew:
        return no_reports(case, "How often the workers compile their graphs is not known: no worker reports.")
    found = [report for report in case.crew.reports if builds_savers(report) or compiles_often(report)]
    if not found:
        return _good_news(case)
    hosts = hosts_of(found)
    who = hosts_in_words(hosts)
    one = len(hosts) == 1
    savers = [report for report in found if builds_savers(report)]
    what = "graph and saver" if savers and any(map(compiles_often, savers)) else "saver" if savers else "graph"
    return problem(
        f"{who} {'builds its' if one else 'build their'} {what} anew for every request: {_figures(found)}. "
        f"{_harm(savers)}",
        title=f"{who} {'builds its' if one else 'build their'} {what} for every request",
        confidence="certain",
        hosts=hosts,
        evidence=tuple(_evidence(report) for report in found),
    )


def builds_savers(report: WorkerReport) -> bool:
    """Shows earlier than compiling does: a program may have dozens of graphs, and has few savers for them."""
    savers = _savers(report)
    return savers >= MANY_SAVERS and savers >= OFTEN * report.invocations > 0


def _savers(report: WorkerReport) -> int:
    """Those in memory are the matter of another rule."""
    return sum(place.savers for place in report.places if place.kind != "memory")


def _figures(reports: Sequence[WorkerReport]) -> str:
    savers = sum(map(_savers, reports))
    compiled = sum(map(kept_compiles, reports))
    runs = count_noun(sum(report.invocations for report in reports), "run")
    return f"{count_noun(compiled, 'graph')} compiled with {count_noun(savers, 'saver')} for {runs}"


def _harm(savers: Sequence[WorkerReport]) -> str:
    if savers:
        return (
            "Each saver that opens a connection of its own takes one from the server until it is closed, and under "
            "load there is none left: then requests fail, and what they said is not kept."
        )
    return "That takes time in every request, and a saver that is built along with it loses what it had in memory."


def _evidence(report: WorkerReport) -> Evidence:
    return process_line(report, _figures([report]))


def _good_news(case: Case) -> Verdict:
    return sound(
        case,
        f"{count_noun(len(case.crew.reports), 'process', 'processes')} compiled what they needed and used it again: "
        f"{_figures(case.crew.reports)}.",
    )


RULE = Rule(
    slug="compile-per-request",
    problem="Workers build their graph for every request",
    good="Graphs and savers are built once and used again",
    severity="medium",
    of_threads=False,
    cause=True,
    fix=_FIX,
    check=check,
)
