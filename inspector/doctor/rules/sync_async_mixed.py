"""A saver is called in the wrong colour, or in another event loop than its own: the call fails, and with it the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from inspector.doctor.case import Case
from inspector.doctor.coverage import no_reports, sound
from inspector.doctor.evidence.processes import process_line
from inspector.doctor.finding import Evidence, Fix, Verdict, problem
from inspector.doctor.rule import Rule
from inspector.doctor.words import hosts_in_words
from inspector.domain.text import count_noun, thousands
from inspector.probe.ledger_schema import WorkerReport

_FIX = Fix(
    before="""\
saver = PostgresSaver(pool)  # a sync saver, or an async one that was made in another event loop
graph = builder.compile(checkpointer=saver)

@app.post("/chat")
async def chat(message: Message):
    return await graph.ainvoke(...)""",
    after="""\
settings = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}

@asynccontextmanager
async def lifespan(app):  # runs in the event loop that serves the requests
    async with AsyncConnectionPool(DB_URI, kwargs=settings) as pool:
        app.state.graph = builder.compile(checkpointer=AsyncPostgresSaver(pool))
        yield

@app.post("/chat")
async def chat(message: Message, request: Request):
    return await request.app.state.graph.ainvoke(...)""",
    note="Where everything is synchronous, use the sync saver with `invoke`. Call `asyncio.run` once for a process, "
    "not once for a request: each call makes another event loop.",
)

#: What the probe's names of exceptions end in (`probe.errors`), and what that says.
_CAUSES = {
    "asynchronous call of a synchronous saver": "sync_saver",
    "synchronous call in the event loop": "sync_call",
    "bound to a different event loop": "other_loop",
    "attached to a different loop": "other_loop",
    "event loop is closed": "closed",
}
#: By what of `_Seen` is not 0.
_SAID = {
    "sync_saver": "{who} {call} a synchronous saver from `ainvoke` or `astream`, which failed {times}.",
    "sync_call": "{who} {call} an async saver from `invoke` inside its event loop, which failed {times}.",
    "other_loop": "{who} {call} an async saver in another event loop than its own, which failed {times}.",
    "strayed": "{who} {call} an async saver {times} in another event loop than the one it was made in, where a call "
    "fails, or never ends, as soon as it has to wait for another one.",
}
#: A call or two may come too late when a process ends, after its loop was closed.
_FEW_LATE = 3
#: Fewer calls than that, and at most this share of a host's, are some rare path's: nearly every run keeps its memory.
FEW, SHARE = 10, 0.01


@dataclass(frozen=True, slots=True)
class _Seen:
    """Calls of one host that failed, by cause, and those in a wrong loop that did not fail, or have not yet."""

    sync_saver: int = 0
    sync_call: int = 0
    other_loop: int = 0
    strayed: int = 0
    calls: int = 0  #: in all

    @property
    def is_rare(self) -> bool:
        wrong = max(self.failed, self.strayed)
        return wrong < FEW and wrong <= SHARE * self.calls

    @property
    def failed(self) -> int:
        return self.sync_saver + self.sync_call + self.other_loop


def check(case: Case) -> Verdict:
    if not case.crew:
        return no_reports(case, "How the workers call their savers is not known: no worker reports.")
    seen = {host: found for host, reports in case.crew.by_host.items() if (found := _look(reports))}
    if not seen:
        calls = _calls(case.crew.reports)
        return sound(
            case, f"None of {count_noun(calls, 'call')} of a saver was of the wrong kind or in the wrong loop."
        )
    who = hosts_in_words(list(seen))
    certain = any(found.failed for found in seen.values())
    rare = all(found.is_rare for found in seen.values())
    return problem(
        " ".join(_sentences(seen, rare=rare)),
        title=f"{who} {'calls its saver' if len(seen) == 1 else 'call their savers'} in a way that "
        f"{'fails' if certain else 'may fail'}",
        confidence="certain" if certain else "likely",
        severity="medium" if rare else None,
        hosts=tuple(seen),
        evidence=tuple(line for host in seen for report in case.crew.by_host[host] for line in _evidence(report)),
    )


def _look(reports: Sequence[WorkerReport]) -> _Seen | None:
    """None where nothing is wrong with these processes of one host."""
    counts: Counter[str] = Counter()
    for report in reports:
        counts.update(_causes(report.exceptions))
    strayed = sum(report.loop_mismatches for report in reports)
    closed = counts["closed"] if counts["closed"] >= _FEW_LATE or strayed else 0
    found = _Seen(counts["sync_saver"], counts["sync_call"], counts["other_loop"] + closed, strayed, _calls(reports))
    return found if found.failed or found.strayed else None


def _calls(reports: Iterable[WorkerReport]) -> int:
    return sum(report.sync_calls + report.async_calls for report in reports)


def _causes(exceptions: Mapping[str, int]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for name, count in exceptions.items():
        for ending, cause in _CAUSES.items():
            if name.endswith(ending):
                counts[cause] += count
    return counts


def _sentences(seen: Mapping[str, _Seen], *, rare: bool) -> Iterator[str]:
    """One a cause, with its hosts."""
    for cause, said in _SAID.items():
        theirs = {host: count for host, found in seen.items() if (count := getattr(found, cause))}
        if theirs:
            one = len(theirs) == 1
            calls = sum(theirs.values())
            yield said.format(
                who=hosts_in_words(list(theirs)),
                call="calls" if one else "call",
                times="once" if calls == 1 else f"{thousands(calls)} times",
            )
    failed = sum(found.failed for found in seen.values())
    if failed:
        yield "A run whose saver fails ends there: what it was told is not kept."
    if rare:
        calls = sum(found.calls for found in seen.values())
        yield f"That is rare among {count_noun(calls, 'call')} in all: nearly every run keeps its memory."


def _evidence(report: WorkerReport) -> Iterator[Evidence]:
    for name, count in sorted(report.exceptions.items()):
        if any(name.endswith(ending) for ending in _CAUSES):
            yield process_line(report, f"{count_noun(count, 'call')} failed with `{name}`")
    if report.loop_mismatches:
        calls = count_noun(report.loop_mismatches, "call")
        never = f", and {thousands(report.open_calls)} had not ended at its last report" if report.open_calls else ""
        yield process_line(report, f"{calls} in another event loop than the saver's{never}")


RULE = Rule(
    slug="sync-async-mixed",
    problem="Savers are called in a way that fails",
    good="Every call of a saver is of the right kind and in its own event loop",
    severity="high",
    of_threads=False,
    cause=True,
    fix=_FIX,
    check=check,
)
