"""What is plainly off about processes, in sentences with their numbers. Each remark looks at reports and nothing else.

The reports of one call are those of one host, and `it` in a sentence is that host. A remark is a note, not a finding:
it says what was counted and what that means, and leaves causes that need the store to others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from inspector.domain.text import count_noun, shorten_middle, thousands
from inspector.ledger.places import is_elsewhere
from inspector.probe.ledger_schema import Place, WorkerReport

#: Reads that all found nothing may be the first ones of so many new conversations; from here on they are told.
FEW_READS = 5
#: The same of one process beside others that found something: of many processes one has a run of new ones by chance.
FEW_READS_BESIDE = 10
#: Graphs compiled, and runs, until which a process may just have started: large programs compile dozens of graphs then.
FEW_RUNS = 50
#: Compiles for each run from which on a process compiles for every request.
OFTEN = 0.8
#: Kinds of exceptions, and places, that one sentence names.
_NAMED = 3
#: Characters of a name in a sentence.
_LONG = 100
_DROPPED = ("reads", "checkpoints", "writes")

Reports = Sequence[WorkerReport]


@dataclass(frozen=True, slots=True)
class Remark:
    """`kind` is for programs and never changes; `tone` is "bad" where memory is lost, else "warn"."""

    kind: str
    sentence: str
    tone: str = "warn"


def remarks_on(reports: Reports, here: Collection[str], there: Collection[str] = ()) -> tuple[Remark, ...]:
    """What is off about these processes of one host, worst first. `here` are the identities of the store looked at,
    `there` those of other stores that are configured, too: to write there is nothing odd."""
    found = [*in_memory(reports), *unsaved(reports), *elsewhere(reports, here, there)]
    for remark in _REMARKS:
        found += remark(reports)
    return tuple(found)


def in_memory(reports: Reports) -> Iterator[Remark]:
    places = [place for report in reports for place in report.places if place.kind == "memory"]
    count = sum(any(place.kind == "memory" for place in report.places) for report in reports)
    if not count:
        return
    savers = _listed(sorted({shorten_middle(short_class(place.saver), _LONG) for place in places}))
    who, keeps = _share(count, reports, "keeps its", "keep their")
    ends = "it ends" if len(reports) == 1 else "the process ends"
    yield Remark(
        "saver-in-memory",
        f"{who} {keeps} checkpoints in {'its' if count == 1 else 'their'} own memory ({savers}): they are gone when "
        f"{ends}, and no other worker sees them.",
        "bad",
    )


def unsaved(reports: Reports) -> Iterator[Remark]:
    runs = sum(report.invocations_unsaved for report in reports)
    if runs:
        ran = f"It made {count_noun(runs, 'run')} with a thread_id and no checkpointer"
        yield Remark("no-checkpointer", f"{ran}: nothing of {'them' if runs > 1 else 'it'} was saved.", "bad")


def elsewhere(reports: Reports, here: Collection[str], there: Collection[str] = ()) -> Iterator[Remark]:
    """Places in memory have a sentence of their own."""
    found = {
        report.worker_id: [place.where for place in report.places if _is_foreign(place, here, there)]
        for report in reports
    }
    away = [places for places in found.values() if places]
    if not away:
        return
    places = dict.fromkeys(chain.from_iterable(away))
    who, writes = _share(len(away), reports, "writes its", "write their")
    where = _listed([f"`{shorten_middle(place, _LONG)}`" for place in places])
    yield Remark("store-split", f"{who} {writes} checkpoints to {where}, which is not this store.", "bad")


def missing_every_read(reports: Reports) -> Iterator[Remark]:
    """A process that finds nothing is not hidden by one that does, on the same host."""
    reads, misses = (sum(getattr(report, name) for report in reports) for name in ("reads", "misses"))
    blind = [report for report in reports if report.misses == report.reads >= FEW_READS_BESIDE]
    asks = "what it asks for is not where it looks"
    if misses == reads >= FEW_READS:
        said = f"Every one of its {thousands(reads)} reads found nothing"
    elif blind:
        who, found = _share(len(blind), reports, "found nothing in any of its", "found nothing in any of their")
        said = f"{who} {found} {thousands(sum(report.reads for report in blind))} reads"
        asks = asks if len(blind) == 1 else "what they ask for is not where they look"
    else:
        return
    yield Remark("every-read-missed", f"{said}: {asks}, or these were all first turns.")


def compiling_often(reports: Reports) -> Iterator[Remark]:
    often = [report for report in reports if compiles_often(report)]
    if often:
        compiles, runs = sum(map(kept_compiles, often)), sum(report.invocations for report in often)
        yield Remark(
            "compile-per-request",
            f"It compiled {_graphs(compiles)} for {count_noun(runs, 'run')}: a graph that is compiled once, when the "
            "process starts, can serve them all.",
        )


def mixing_loops(reports: Reports) -> Iterator[Remark]:
    calls = sum(report.loop_mismatches for report in reports)
    if calls:
        yield Remark(
            "loop-mismatch",
            f"{count_noun(calls, 'async call')} came from another event loop than the one the saver was made in: such "
            "calls fail, or never end. Make the saver inside the loop that serves the requests.",
            "bad",
        )


def failing(reports: Reports) -> Iterator[Remark]:
    counts: Counter[str] = Counter()
    for report in reports:
        counts.update(report.exceptions)
    if counts:
        named = [
            f"{thousands(count)} with `{shorten_middle(name, _LONG)}`" for name, count in counts.most_common(_NAMED)
        ]
        rest = sum(counts.values()) - sum(count for _, count in counts.most_common(_NAMED))
        more = [f"{thousands(rest)} with others"] if rest else []
        yield Remark("exceptions", f"{count_noun(sum(counts.values()), 'call')} failed: {_listed([*named, *more], 4)}.")


def dropping(reports: Reports) -> Iterator[Remark]:
    counts: Counter[str] = Counter()
    for report in reports:
        counts.update(report.dropped)
    lost = [_counted(name, counts[name]) for name in _DROPPED if counts[name]]
    if lost:
        are = "is" if sum(counts[name] for name in _DROPPED) == 1 else "are"
        yield Remark(
            "dropped",
            f"{_listed(lost)} {are} in no thread's counts: the ledger did not answer for too long, or could not hold "
            "them. Threads show less than there was; the figures here have them.",
        )


def compiles_often(report: WorkerReport) -> bool:
    compiles = kept_compiles(report)
    return report.invocations >= FEW_RUNS and compiles >= FEW_RUNS and compiles >= OFTEN * report.invocations


def kept_compiles(report: WorkerReport) -> int:
    """Graphs compiled with a checkpointer: what is compiled without one are subgraphs, or keeps nothing."""
    return report.compiles - report.compiles_unsaved


def short_class(saver: str) -> str:
    """ "PostgresSaver" of "langgraph.checkpoint.postgres.PostgresSaver"."""
    return saver.rpartition(".")[2]


_REMARKS: tuple[Callable[[Reports], Iterator[Remark]], ...] = (
    missing_every_read,
    mixing_loops,
    compiling_often,
    failing,
    dropping,
)


def _is_foreign(place: Place, here: Collection[str], there: Collection[str]) -> bool:
    return place.kind != "memory" and is_elsewhere(place, here) is True and not set(place.identities) & set(there)


def _share(count: int, reports: Reports, one: str, many: str) -> tuple[str, str]:
    """Who does it: the only process is "It"."""
    if len(reports) == 1:
        return "It", one
    if count == len(reports):
        return "All its processes", many
    return f"{thousands(count)} of its {thousands(len(reports))} processes", one if count == 1 else many


def _graphs(count: int) -> str:
    return count_noun(count, "graph")


def _counted(name: str, count: int) -> str:
    return count_noun(count, name.removesuffix("s"))


def _listed(words: Sequence[str], most: int = _NAMED) -> str:
    """ "a", "a and b", "a, b and c", "a, b, c and 2 more"."""
    shown = [*words[:most], *([f"{len(words) - most} more"] if len(words) > most else [])]
    return f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "".join(shown)
