"""Threads made for one run each, by their names: a prefix, and what is new every time. Nobody goes on with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inspector.doctor.case import Case
from inspector.doctor.evidence.cohort import Begun, pace_of
from inspector.doctor.evidence.pace import Pace
from inspector.doctor.evidence.resumed import were_resumed
from inspector.doctor.evidence.suspects import ODD, ODD_GUESSED
from inspector.doctor.finding import Confidence, Evidence, Fix, Link, Severity, Verdict, fine, problem, unknown
from inspector.doctor.rule import Rule
from inspector.doctor.words import at_time, hosts_in_words, listed
from inspector.domain.id_families import count_form, run_prefix
from inspector.domain.text import count_noun, shorten_middle, thousands

_FIX = Fix(
    before="""\
config = {"configurable": {"thread_id": f"{session_id}:{run_id}"}}
graph.invoke({"messages": [("user", text)]}, config)""",
    after="""\
# one thread for the session, and the run's name where nobody looks a thread up by it
config = {"configurable": {"thread_id": session_id}, "metadata": {"run_id": run_id}}
graph.invoke({"messages": [("user", text)]}, config)""",
    note="A run that nobody ever goes on with needs no checkpoints: compile its graph without a checkpointer, and give "
    "no thread_id. Where the threads are kept on purpose, as a record, mute their prefix.",
)
#: Threads of a family from which on it is told.
_MANY = 30
_PREFIXES, _SHOWN = 5, 60


@dataclass(frozen=True, slots=True)
class _Runs:
    """A family of threads, and of these the ones that nobody read again."""

    name: str
    threads: Sequence[Begun]
    told: int  #: of them, those of which a probe tells who read them

    @property
    def form(self) -> str:
        """ "nightly:*", "session-*:*"; "…:run-*" where prefixes have nothing in common."""
        forms = {count_form(thread.thread_id) for thread in self.threads}
        return shorten_middle(forms.pop() if len(forms) == 1 else self.name, _SHOWN)

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(sorted({host for thread in self.threads for host in thread.hosts if host}))


def check(case: Case) -> Verdict:
    cohort = case.cohort
    if not cohort.threads:
        return unknown("No thread began lately.", missing="Conversations. This looks at threads as they begin.")
    pace = pace_of(cohort.conversations)
    found = [runs for name, threads in cohort.runs.items() if (runs := _find(name, threads, pace)) is not None]
    found = [runs for runs in found if not were_resumed(case, runs.threads)]
    if not found:
        return fine(
            f"{count_noun(len(cohort.threads), 'thread')} looked at: none is one of many made for one run each."
        )
    found.sort(key=lambda runs: (-len(runs.threads), runs.name))
    count = sum(len(runs.threads) for runs in found)
    hosts = tuple(sorted({host for runs in found for host in runs.hosts}))
    names = listed([f"`{runs.form}`" for runs in found], "kinds")
    since = min(runs.threads[-1].row.entry.first_at for runs in found)
    return problem(
        f"{hosts_in_words(hosts) or 'Somebody'} made {count_noun(count, 'thread')} for one run each since "
        f"{at_time(since)} ({names}): nobody went on with them, and the store keeps them all.",
        title=f"{hosts_in_words(hosts) or 'Somebody'} {'makes' if len(hosts) < 2 else 'make'} a thread for every run",
        confidence=_confidence(found, pace),
        severity=_severity(count, len(cohort.threads)),
        hosts=hosts,
        thread_ids=tuple(thread.thread_id for runs in found for thread in runs.threads),
        evidence=tuple(line for runs in found for line in _evidence(runs)),
    )


def _find(name: str, threads: Sequence[Begun], pace: Pace | None) -> _Runs | None:
    """None where they are few, young, or read by somebody later."""
    unread = [thread for thread in threads if not thread.went_on and not _was_found(thread)]
    if len(unread) < max(_MANY, 0.9 * len(threads)):
        return None
    surprise = (pace or Pace()).surprise(thread.age for thread in unread)
    if surprise < (ODD if pace else ODD_GUESSED):
        return None
    return _Runs(name, unread, sum(bool(thread.row.entry.reads) for thread in unread))


def _was_found(thread: Begun) -> bool:
    return (thread.row.entry.reads or 0) > (thread.row.entry.misses or 0)


def _confidence(found: Sequence[_Runs], pace: Pace | None) -> Confidence:
    """Only probes tell that nobody read them."""
    if pace is None:
        return "possible"
    return "certain" if all(runs.told == len(runs.threads) for runs in found) else "likely"


def _severity(count: int, of: int) -> Severity:
    return "medium" if count > of / 2 else "low"


def _evidence(runs: _Runs) -> Iterator[Evidence]:
    prefixes = Counter(run_prefix(thread.thread_id) for thread in runs.threads)
    for prefix, count in prefixes.most_common(_PREFIXES):
        shown = shorten_middle(prefix, _SHOWN)
        text = f"`{shown}`: {count_noun(count, 'thread')} of one turn"
        yield Evidence(text, Link("threads", {"q": prefix}))
    if (more := len(prefixes) - _PREFIXES) > 0:
        yield Evidence(f"{thousands(more)} more prefixes of the form `{runs.form}`")
    if runs.told:
        yield Evidence(f"{thousands(runs.told)} of these threads were read, each in vain and before it was written")
    for host in runs.hosts:
        count = sum(host in thread.hosts for thread in runs.threads)
        text = f"{host}: {count_noun(count, 'thread')} of `{runs.form}`"
        yield Evidence(text, Link("threads", {"host": host, "turns": "one"}))


RULE = Rule(
    slug="thread-per-run",
    problem="A thread for every run",
    good="Threads are made for conversations, not for runs",
    severity="low",
    cause=True,
    fix=_FIX,
    check=check,
)
