"""Two runs work on one thread at the same time: both go on from the same checkpoint, and one of them is lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from inspector.doctor.case import Case
from inspector.doctor.evidence.lately import DAY, Found, find, within
from inspector.doctor.evidence.lineage import Lineage, hosts_of
from inspector.doctor.evidence.races import Race, find_races
from inspector.doctor.finding import Confidence, Evidence, Fix, Link, Verdict, fine, problem
from inspector.doctor.rule import Rule
from inspector.doctor.words import hosts_in_words, lasting
from inspector.domain.text import count_noun, shorten_middle

SLUG = "siblings"
#: Threads with branches that are read: so many, and up to so many more while the time (seconds) lasts.
LEAST, MOST, SECONDS = 6, 24, 0.1
#: Threads from which on runs without a beginning, on one host, are taken for races.
SEVERAL = 3
_SHOWN = 8
_LONG_ID = 24

_FIX = Fix(
    before="""\
def handle(request):
    config = {"configurable": {"thread_id": request.thread_id}}
    graph.invoke({"messages": [("user", request.text)]}, config)""",
    after="""\
def handle(request):
    config = {"configurable": {"thread_id": request.thread_id}}
    with pool.connection() as connection, connection.transaction():
        # One run a thread, in all workers. The lock ends with the transaction.
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [request.thread_id])
        graph.invoke({"messages": [("user", request.text)]}, config)""",
    note="`pool` needs a connection for each request that waits, so give the locks a pool of their own. A queue with "
    "one consumer for each thread_id does as well. In the browser, disable the send button while an answer is under "
    "way, and let a retry of the same request wait for the first one.",
)


def check(case: Case) -> Verdict:
    found = find(case, SLUG, flag="siblings", since=case.moment.now - DAY)
    if not found.rows:
        return fine("No thread of the last day has two runs that began at the same checkpoint.")
    races: list[Race] = []
    branches = looked = 0
    for row in within(found.rows, least=LEAST, most=MOST, seconds=SECONDS):
        told = find_races(Lineage.read(case, row.entry.thread_id))
        races += told.races
        branches += told.branches
        looked += 1
    lately = [race for race in races if race.at is None or race.at >= case.moment.now - DAY]
    confidence = _confidence(lately)
    if confidence is None:
        return _fine(found, looked, branches, races)
    return _problem(lately, confidence, found, looked)


def _confidence(races: Sequence[Race]) -> Confidence | None:
    """Of them together; None where there is too little to speak of a race."""
    said = {race.confidence for race in races}
    for confidence in ("certain", "likely"):
        if confidence in said:
            return confidence
    return "possible" if len({race.lineage.thread_id for race in races}) >= SEVERAL else None


def _fine(found: Found, looked: int, branches: int, races: Sequence[Race]) -> Verdict:
    looked_at = (
        count_noun(looked, "thread") if looked == found.total else f"the newest {looked} of {found.total} threads"
    )
    said = f"In {looked_at} of the last day that branch, no run began while another one worked on the thread"
    told = [
        f"{count_noun(branches, 'branch', 'branches')} began after the other had ended, as with edits and new tries"
    ]
    if races:
        told.append("earlier races are listed below")
    tail = f": {'; '.join(told)}." if branches or races else "."
    return fine(said + tail, evidence=tuple(_evidence(races)))


def _problem(races: Sequence[Race], confidence: Confidence, found: Found, looked: int) -> Verdict:
    threads = tuple(dict.fromkeys(race.lineage.thread_id for race in races))
    hosts = hosts_of(host for race in races for host in race.hosts)
    lost = sum(race.lost_turns for race in races)
    who = hosts_in_words(hosts) if hosts else "Workers"
    run = "runs" if len(hosts) == 1 else "run"
    title = f"{who} {run} one conversation twice at the same time"
    least = "" if looked == found.total else " at least"
    turns = f"{count_noun(lost, 'turn')} of the lost branches {'is' if lost == 1 else 'are'} not remembered"
    sure = "" if confidence != "possible" else " So it looks; a program that tries several branches leaves the same."
    return problem(
        f"{who} began a run while another one worked on the same thread, in{least} "
        f"{count_noun(len(threads), 'thread')} within the last day. Both went on from the same "
        "checkpoint; only one branch is read from then on. "
        f"{turns if lost else 'What the other one did is not remembered'}.{sure}",
        title=title,
        confidence=confidence,
        evidence=tuple(_evidence(races)),
        hosts=hosts,
        thread_ids=threads,
    )


def _evidence(races: Sequence[Race]) -> Iterator[Evidence]:
    for race in races[:_SHOWN]:
        thread_id = race.lineage.thread_id
        here = f"{shorten_middle(thread_id, 60)}: "
        parent = Link("thread", {"id": thread_id, "ns": "", "checkpoint": race.parent_id})
        first, second = (host or "a worker" for host in race.hosts)
        text = f"{here}{first} and {second} both went on from checkpoint {_short(race.parent_id)}, "
        yield Evidence(f"{text}their first checkpoints {lasting(race.apart)} apart", parent, race.at)
        for row in race.lost:
            turns = race.lineage.lost_turns(row)
            holds = f"with {count_noun(turns, 'turn')}" if turns else "with what the run answered"
            branch = f"{here}the branch of {race.lineage.host(row) or 'a worker'} from {_short(row.checkpoint_id)} on"
            link = Link("thread", {"id": thread_id, "ns": "", "checkpoint": row.checkpoint_id})
            yield Evidence(f"{branch}, {holds}, is lost to the newest checkpoint", link, race.lineage.time(row))


def _short(checkpoint_id: str) -> str:
    return shorten_middle(checkpoint_id, _LONG_ID)


RULE = Rule(
    slug=SLUG,
    problem="Two runs work on one conversation at the same time",
    good="No two runs work on one conversation at the same time",
    severity="high",
    fix=_FIX,
    check=check,
)
