"""Workers put checkpoints into this store, by their own word, and the store does not hold them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta

from inspector.doctor.case import Case
from inspector.doctor.coverage import no_reports, sound
from inspector.doctor.evidence.lost import Lost
from inspector.doctor.finding import Confidence, Evidence, Fix, Link, Verdict, problem, unknown
from inspector.doctor.rule import Rule
from inspector.doctor.words import hosts_in_words
from inspector.domain.text import count_noun, shorten_middle, thousands

_FIX = Fix(
    before="""\
connection = psycopg.connect(DB_URI, autocommit=True, prepare_threshold=0, row_factory=dict_row)
graph = builder.compile(checkpointer=PostgresSaver(connection))

with connection.transaction():
    answer = graph.invoke(message, config)
    write_log(connection, answer)  # raises: the transaction is rolled back, and the checkpoints with it""",
    after="""\
settings = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
graph = builder.compile(checkpointer=PostgresSaver(ConnectionPool(DB_URI, kwargs=settings)))

answer = graph.invoke(message, config)
with connection.transaction():
    write_log(connection, answer)""",
    note="Look as well for jobs that delete from the checkpoint tables, and for a restore of an old backup.",
)
#: A transaction of a request may be under way for so long.
_UNDER_WAY = timedelta(seconds=60)
#: Threads of one host from which on it is no accident.
_SEVERAL = 2
#: Threads that are shown, of each kind of evidence.
_SHOWN = 10
_LONG = 100


def check(case: Case) -> Verdict:
    if not case.crew:
        return no_reports(case, "Whether the store holds all that workers put is not known: no worker reports.")
    told = [one for one in case.lost if not case.mutes.thread("writes-not-found", one.thread_id)]
    lost = [one for one in told if not _is_under_way(case, one)]
    gone = {host: count for host, count in case.traceless.items() if not _finds(case, host)}
    again = _asked_again(case, gone)
    if lost or again:
        return _problem(lost, {host: gone[host] for host in again}, again)
    if gone:
        return _undecided(gone)
    put = sum(report.checkpoints for report in case.crew.reports)
    return sound(case, f"Workers report {count_noun(put, 'checkpoint')} put, and none of the newest threads lacks any.")


def _finds(case: Case, host: str) -> bool:
    """Whether reads of it find something, though nothing of it is left: others have deleted what it put, then. Where it
    is what others put, and what it adds is lost, those threads tell."""
    return any(report.reads > report.misses for report in case.crew.by_host[host])


def _asked_again(case: Case, hosts: Collection[str]) -> dict[str, tuple[str, ...]]:
    """By host, threads that are not stored, that it has put checkpoints into, and that somebody asked for after that:
    what is deleted at its end, nobody asks for. Hosts with several of them."""
    found: dict[str, list[str]] = {}
    for row in case.newest if hosts else ():
        for worker in () if row.entry.stored else row.workers:
            if worker.hostname in hosts and worker.reported and not worker.elsewhere:
                found.setdefault(worker.hostname, []).append(row.entry.thread_id)
    return {host: tuple(threads) for host, threads in found.items() if len(threads) >= _SEVERAL}


def _undecided(gone: Mapping[str, int]) -> Verdict:
    said = [
        f"Of {count_noun(put, 'checkpoint')} that {host} has put in all, the store holds none."
        for host, put in gone.items()
    ]
    return unknown(
        f"{' '.join(said)} An application that deletes each thread when it is done with it looks the same as one whose "
        "checkpoints are rolled back.",
        missing="Somebody who asks for one of these threads again: whoever deletes a thread has no more use for it.",
        evidence=tuple(map(_host_evidence, gone.items())),
    )


def _is_under_way(case: Case, lost: Lost) -> bool:
    """Whether it may yet be committed. A transaction that goes on holds its locks, which everybody may see."""
    sessions = () if case.kind == "redis" else case.signs.sessions
    if sessions is not None and not any(session.holds_writes for session in sessions):
        return False
    return lost.at > case.moment.now - _UNDER_WAY


def _problem(lost: list[Lost], traceless: Mapping[str, int], again: Mapping[str, tuple[str, ...]]) -> Verdict:
    hosts = tuple(sorted({one.hostname for one in lost if one.hostname} | traceless.keys()))
    who = hosts_in_words(hosts) or "Some worker"
    threads = {one.thread_id for one in lost}
    said = []
    if lost:
        number, put = sum(one.number for one in lost), sum(one.put for one in lost)
        said.append(
            f"{who} reported {count_noun(put, 'checkpoint')} put into {thousands(len(threads))} of the newest threads, "
            f"and the store lacks {thousands(number)} of them, though nothing older was pruned there."
        )
    for host, count in traceless.items():
        said.append(
            f"Of {count_noun(count, 'checkpoint')} that {host} has put in all, the store holds none, and "
            f"{thousands(len(again[host]))} of their threads were asked for again since, in vain."
        )
    said.append("They were rolled back, or deleted soon after.")
    return problem(
        " ".join(said),
        title=f"The store does not hold what {who if hosts else 'some worker'} put",
        confidence=_confidence(len(threads)),
        hosts=hosts,
        thread_ids=tuple(
            dict.fromkeys([one.thread_id for one in lost] + [one for ids in again.values() for one in ids])
        ),
        evidence=(
            *map(_evidence, lost[:_SHOWN]),
            *map(_host_evidence, traceless.items()),
            *(_gone_evidence(host, one) for host, threads in again.items() for one in threads[:_SHOWN]),
        ),
    )


def _confidence(threads: int) -> Confidence:
    """Of a host that left no trace at all, somebody may have deleted each thread when it was done with, and another
    one asked for it."""
    return "likely" if threads >= _SEVERAL else "possible"


def _evidence(lost: Lost) -> Evidence:
    who = lost.hostname or "its hosts"
    held = f"the store holds {thousands(lost.held)}"
    text = f"{shorten_middle(lost.thread_id, _LONG)}: {who} put {thousands(lost.put)}, {held}"
    return Evidence(text, Link("thread", {"id": lost.thread_id}), lost.at)


def _host_evidence(told: tuple[str, int]) -> Evidence:
    host, count = told
    return Evidence(f"{host}: {count_noun(count, 'checkpoint')} put, none is stored", Link("workers", {"host": host}))


def _gone_evidence(host: str, thread_id: str) -> Evidence:
    text = f"{shorten_middle(thread_id, _LONG)}: {host} put checkpoints, and a read after that found none"
    return Evidence(text, Link("thread", {"id": thread_id}))


RULE = Rule(
    slug="writes-not-found",
    problem="The store does not hold what workers put",
    good="The store holds what workers put",
    severity="high",
    cause=True,
    fix=_FIX,
    check=check,
    explained_by=("uncommitted-writer", "store-split", "saver-in-memory", "redis-expiry", "redis-eviction"),
)
