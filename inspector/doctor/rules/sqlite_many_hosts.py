"""Several hosts write to one SQLite file: its locks keep processes of one machine apart, and no others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from inspector.doctor.case import Case
from inspector.doctor.evidence.failures import Failures, failures_of, hosts_of, total
from inspector.doctor.finding import Evidence, Fix, Link, Verdict, fine, problem, unknown
from inspector.doctor.rule import SQLITE, Rule
from inspector.doctor.words import hosts_in_words
from inspector.domain.text import count_noun
from inspector.probe.ledger_schema import Place

_FIX = Fix(
    before="""\
import sqlite3

from langgraph.checkpoint.sqlite import SqliteSaver

connection = sqlite3.connect("/shared/checkpoints.sqlite3", check_same_thread=False)
graph = builder.compile(checkpointer=SqliteSaver(connection))""",
    after="""\
from langgraph.checkpoint.postgres import PostgresSaver
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

settings = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
pool = ConnectionPool(DB_URI, kwargs=settings)
graph = builder.compile(checkpointer=PostgresSaver(pool))""",
    note="SQLite is right for one process, or a few on one machine. Over NFS or a shared volume its locks may not "
    "hold, and the file can be damaged.",
)
#: Hosts that wrote within it write still.
_LATELY = timedelta(days=1)


def check(case: Case) -> Verdict:
    failures = failures_of(case, "database is locked", kinds=SQLITE)
    reporting = _reporting(case)
    return judge(reporting, _writing(case), failures, named=not any(host == "" for host in case.unwatched))


def judge(reporting: Sequence[str], writing: Sequence[str], failures: Sequence[Failures], *, named: bool) -> Verdict:
    """`reporting` are hosts whose probes name this file, `writing` those that its newest threads name; `named` says
    that none of those is without a name."""
    hosts = tuple(sorted({*reporting, *writing}))
    if failures:
        return _failing(tuple(sorted({*hosts, *hosts_of(failures)})), failures)
    if len(hosts) > 1:
        return problem(
            f"{hosts_in_words(hosts)} write to this one file. SQLite lets one of them write at a time and makes the "
            "others wait, and on a shared volume its locks may not hold.",
            title=f"{hosts_in_words(hosts)} share one SQLite file",
            confidence="certain" if len(reporting) > 1 else "likely",
            hosts=hosts,
            evidence=tuple(_evidence(host, reporting) for host in hosts),
        )
    if not named:
        return unknown(
            "How many hosts write to this file is not known: some checkpoints name none.",
            missing="The probe in the workers, or `worker_hostname` in the metadata of their configs.",
        )
    if not hosts:
        return unknown("Nobody is known to write to this file.", missing="A worker that writes.")
    return fine(f"Only {hosts[0]} writes to this file.")


def _failing(hosts: tuple[str, ...], failures: Sequence[Failures]) -> Verdict:
    who = hosts_in_words(hosts_of(failures))
    shared = f" {count_noun(len(hosts), 'host')} use this file." if len(hosts) > 1 else ""
    return problem(
        f"On {who} {count_noun(total(failures), 'call')} of the saver failed with 'database is locked': another "
        f"process was writing and did not let go in time. What these requests said is not kept.{shared}",
        title=f"{who} {'waits' if len(hosts_of(failures)) == 1 else 'wait'} in vain for a locked SQLite file",
        confidence="certain",
        severity="high",
        hosts=hosts,
        evidence=tuple(one.evidence for one in failures),
    )


def _reporting(case: Case) -> tuple[str, ...]:
    here = case.places.here

    def is_here(place: Place) -> bool:
        return bool(here & set(place.identities))

    return tuple(sorted({report.hostname for report, _ in case.crew.places(is_here) if report.checkpoints}))


def _writing(case: Case) -> tuple[str, ...]:
    since = case.moment.now - _LATELY
    rows = (row for row in case.stored if row.entry.last_at >= since)
    return tuple(sorted({one.hostname for row in rows for one in row.workers if one.writes and one.hostname}))


def _evidence(host: str, reporting: Sequence[str]) -> Evidence:
    if host in reporting:
        return Evidence(f"{host}: its probe names this very file", Link("workers", {"host": host}))
    return Evidence(f"{host}: threads of the last day name it", Link("threads", {"host": host}))


RULE = Rule(
    slug="sqlite-many-hosts",
    problem="Several hosts share one SQLite file",
    good="One host writes to the SQLite file",
    severity="medium",
    kinds=SQLITE,
    fix=_FIX,
    check=check,
)
