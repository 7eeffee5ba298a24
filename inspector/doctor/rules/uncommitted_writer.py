"""A worker writes checkpoints and never commits: its own session sees them, and nobody else does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from inspector.doctor.case import Case
from inspector.doctor.evidence.lost import Lost
from inspector.doctor.finding import EVIDENCE, Confidence, Evidence, Fix, Link, Verdict, fine, problem, unknown
from inspector.doctor.rule import POSTGRES, Rule
from inspector.doctor.words import hosts_in_words, lasting
from inspector.domain.text import count_noun, shorten_middle, thousands
from inspector.stores.signs import Session

_FIX = Fix(
    before="""\
import psycopg
from langgraph.checkpoint.postgres import PostgresSaver
from psycopg.rows import dict_row

connection = psycopg.connect(DB_URI, row_factory=dict_row)
graph = builder.compile(checkpointer=PostgresSaver(connection))""",
    after="""\
import psycopg
from langgraph.checkpoint.postgres import PostgresSaver
from psycopg.rows import dict_row

connection = psycopg.connect(DB_URI, autocommit=True, prepare_threshold=0, row_factory=dict_row)
graph = builder.compile(checkpointer=PostgresSaver(connection))""",
    note="A pool takes the same settings as `kwargs`. `idle_in_transaction_session_timeout` on the server ends such "
    "sessions, so that the mistake shows as an error.",
)
#: Seconds for which rows may well be uncommitted: a request that is one transaction waits for its model meanwhile.
_A_WHILE = 30.0
#: From here on no request explains it.
_LONG_TIME = 300.0
#: Threads that lack checkpoints, for each session that holds some, from which on a session is not at one request.
_THREADS_EACH = 2
#: Two clocks may differ by so much.
_MARGIN = timedelta(seconds=5)
_LONG = 100


def check(case: Case) -> Verdict:
    sessions = case.signs.sessions
    if sessions is None:
        return unknown(
            "Whether a session holds checkpoints that it does not commit is not known.",
            missing=" ".join(case.signs.notes) or "The server's pg_stat_activity and pg_locks.",
        )
    holding = [session for session in sessions if session.holds_writes]
    if not holding:
        return fine(f"None of {count_noun(len(sessions), 'other session')} holds checkpoints that are not committed.")
    lost, traceless = case.lost, case.traceless
    idle = [session for session in holding if session.state != "active" and _age(session) >= _A_WHILE]
    theirs = _since(case.moment.now, holding, lost)
    if len({one.thread_id for one in theirs}) > _THREADS_EACH * len(holding):
        return _problem(holding, theirs, traceless, "certain")
    if idle:
        no_request = traceless or max(map(_age, idle)) >= _LONG_TIME
        confidence: Confidence = "likely" if no_request else "possible"
        return _problem(idle, _since(case.moment.now, idle, lost), traceless, confidence)
    return _at_work(case, holding, complete=not lost and not traceless)


def _since(now: datetime, holding: Sequence[Session], lost: Sequence[Lost]) -> list[Lost]:
    """What was put when one of these transactions had begun. What was lost before that is not in any of them: it was
    deleted, or a backup was restored, and somebody writes at every moment."""
    begun = now - timedelta(seconds=max(map(_age, holding))) - _MARGIN
    return [one for one in lost if one.at >= begun]


def _at_work(case: Case, holding: Sequence[Session], *, complete: bool) -> Verdict:
    """Every write holds its rows until it is committed, most of them for milliseconds."""
    said = f"{_subject(holding)} checkpoints that are not committed yet, none of them idle for {lasting(_A_WHILE)}"
    if complete and case.crew and not case.unwatched:
        return fine(f"{said}, and the store shows all that the workers report.")
    return unknown(
        f"{said}: they may be at work.",
        missing=f"Another look, {lasting(_A_WHILE)} from now. With the probe in all workers it is known at once.",
        evidence=tuple(map(_session, holding)),
    )


def _subject(holding: Sequence[Session]) -> str:
    return "One session holds" if len(holding) == 1 else f"{thousands(len(holding))} sessions hold"


def _age(session: Session) -> float:
    """0 where the login may not see it, until the dashboard itself has watched the transaction for a while."""
    return session.transaction_seconds or 0.0


def _problem(
    holding: Sequence[Session], lost: Sequence[Lost], traceless: dict[str, int], confidence: Confidence
) -> Verdict:
    hosts = tuple(sorted({one.hostname for one in lost if one.hostname} | traceless.keys()))
    oldest = max(map(_age, holding))
    since = f", for {lasting(oldest)}{' or less' if len(holding) > 1 else ''} so far" if oldest else ""
    said = [
        f"{_subject(holding)} uncommitted checkpoints{since}: nobody else sees them, and they end with the session."
    ]
    threads = {one.thread_id for one in lost}
    if threads:
        said.append(
            f"{hosts_in_words(hosts) or 'Some worker'} put {thousands(sum(one.number for one in lost))} checkpoints "
            f"into {thousands(len(threads))} of the newest threads that the store does not show."
        )
    said += [f"Of {thousands(count)} that {host} has put in all, it shows none." for host, count in traceless.items()]
    if confidence == "possible":
        said.append("A single long request that is one transaction looks the same.")
    who = hosts_in_words(hosts)
    return problem(
        " ".join(said),
        title=f"{who} {'does not commit its' if len(hosts) == 1 else 'do not commit their'} checkpoints" if who else "",
        confidence=confidence,
        hosts=hosts,
        thread_ids=tuple(dict.fromkeys(one.thread_id for one in lost)),
        evidence=(*map(_session, holding), *map(_thread, lost))[:EVIDENCE],
    )


def _session(session: Session) -> Evidence:
    """Who it is, as far as this login may see."""
    who = [
        f"application {shorten_middle(session.application, _LONG)}" if session.application else "",
        f"login {session.login}" if session.login else "",
        f"from {session.address}" if session.address else "",
        session.state,
        f"in this transaction for {lasting(_age(session))}" if _age(session) else "",
    ]
    return Evidence(f"Server process {session.number}: {', '.join(filter(None, who))}", Link("stores"))


def _thread(lost: Lost) -> Evidence:
    who = lost.hostname or "its hosts"
    text = (
        f"{shorten_middle(lost.thread_id, _LONG)}: {who} put {thousands(lost.put)}, {thousands(lost.held)} can be seen"
    )
    return Evidence(text, Link("thread", {"id": lost.thread_id}), lost.at)


RULE = Rule(
    slug="uncommitted-writer",
    problem="A session does not commit its checkpoints",
    good="Checkpoints are committed",
    severity="high",
    of_threads=False,
    cause=True,
    kinds=POSTGRES,
    fix=_FIX,
    check=check,
)
