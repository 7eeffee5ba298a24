"""Prepared statements behind a pooler that hands one session of the server from client to client."""

from __future__ import annotations

import re
from collections.abc import Iterator

from inspector.doctor.case import Case
from inspector.doctor.coverage import no_reports, sound
from inspector.doctor.evidence.failures import failures_of, hosts_of, total
from inspector.doctor.evidence.processes import process_line
from inspector.doctor.finding import Evidence, Fix, Verdict, problem
from inspector.doctor.rule import POSTGRES, Rule
from inspector.doctor.words import hosts_in_words
from inspector.domain.text import count_noun

_FIX = Fix(
    before="""\
settings = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
pool = ConnectionPool(POOLER_URI, kwargs=settings)""",
    after="""\
settings = {"autocommit": True, "prepare_threshold": None, "row_factory": dict_row}  # prepare nothing
pool = ConnectionPool(POOLER_URI, kwargs=settings)""",
    note="`from_conn_string` sets prepare_threshold=0, so make the connection or pool yourself. A pooler in session "
    "mode, or one that keeps track of prepared statements (PgBouncer from 1.21 on, with max_prepared_statements), will "
    "do as well.",
)
_PHRASES = ("prepared statement already exists", "prepared statement does not exist")
#: Where PgBouncer and Supabase's pooler listen.
_POOLER = re.compile(r":(6432|6543)(?=[/?]|$)")


def check(case: Case) -> Verdict:
    if not case.crew:
        return no_reports(case, "Whether prepared statements fail in the workers is not known: no worker reports.")
    failures = failures_of(case, *_PHRASES, kinds=POSTGRES)
    ports = tuple(_ports(case))
    if not failures:
        processes = count_noun(len(case.crew.reports), "process", "processes")
        return sound(case, f"In none of {processes} a prepared statement was there twice, or was gone.", evidence=ports)
    hosts = hosts_of(failures)
    who = hosts_in_words(hosts)
    return problem(
        f"On {who} {count_noun(total(failures), 'call')} of the saver failed because a prepared statement was there "
        "already, or was gone: behind a pooler that hands one session of the server from client to client, they find "
        "each other's statements. A run whose saver fails ends there, and what it was told is not kept.",
        title=f"{who} {'uses' if len(hosts) == 1 else 'use'} prepared statements behind a pooler",
        confidence="certain",
        hosts=hosts,
        evidence=(*(one.evidence for one in failures), *ports),
    )


def _ports(case: Case) -> Iterator[Evidence]:
    """A pooler's port says nothing by itself: it may work in session mode, and nobody may prepare anything."""
    for report, place in case.crew.places(lambda place: place.kind == "postgres"):
        if found := _POOLER.search(place.where):
            yield process_line(report, f"port {found[1]}, where poolers listen")


RULE = Rule(
    slug="pooler-prepared",
    problem="Prepared statements fail behind a pooler",
    good="Prepared statements do not fail",
    severity="high",
    of_threads=False,
    kinds=POSTGRES,
    fix=_FIX,
    check=check,
)
