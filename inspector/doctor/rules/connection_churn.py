"""Connections to Postgres run out: opened for each request, or taken from a pool and not given back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from inspector.doctor.case import Case
from inspector.doctor.coverage import seen_by_workers
from inspector.doctor.evidence.failures import Failures, failures_of, hosts_of, total
from inspector.doctor.finding import Evidence, Fix, Link, Verdict, fine, problem
from inspector.doctor.rule import POSTGRES, Rule
from inspector.doctor.words import hosts_in_words, lasting
from inspector.domain.text import count_noun, thousands
from inspector.stores.signs import Session, Signs

_FIX = Fix(
    before="""\
async def chat(request):
    async with AsyncPostgresSaver.from_conn_string(DB_URI) as saver:  # a new connection each time
        graph = builder.compile(checkpointer=saver)
        return await graph.ainvoke(request.input, request.config)""",
    after="""\
settings = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
# When the process starts; max_size times the processes stays below the server's max_connections.
pool = AsyncConnectionPool(DB_URI, min_size=1, max_size=8, kwargs=settings, open=False)
await pool.open()
graph = builder.compile(checkpointer=AsyncPostgresSaver(pool))


async def chat(request):
    return await graph.ainvoke(request.input, request.config)""",
    note="Whatever else takes connections from the pool has to give them back: `with pool.connection() as connection`, "
    "never `pool.getconn()` alone.",
)
_PHRASES = ("too many clients already", "no connection in time")
#: Share of the server's connections in use from which on the next deployment may find none left.
NEARLY_ALL = 0.9
#: Sessions of one origin that are younger than this (seconds), from which on nobody keeps them: a pool that starts
#: opens a few at once, and then keeps them.
YOUNG = 2.0
MANY_YOUNG = 30


def check(case: Case) -> Verdict:
    return seen_by_workers(case, judge(case.signs, failures_of(case, *_PHRASES, kinds=POSTGRES)))


def judge(signs: Signs, failures: Sequence[Failures]) -> Verdict:
    young = _youngest(signs.sessions or ())
    if failures:
        return _failing(signs, failures, young)
    if _is_nearly_full(signs):
        return problem(
            f"{_used(signs)}: when they are all in use, every new one is refused with 'too many clients already'.",
            title="The server's connections are nearly used up",
            confidence="likely",
            evidence=_lines(signs, young),
        )
    if young:
        (origin, count) = young
        return problem(
            f"{count_noun(count, 'session')} {origin} began within the last {lasting(YOUNG)}: connections are opened "
            "for requests and not kept.",
            title="Connections are opened for every request",
            confidence="possible",
            evidence=_lines(signs, young),
        )
    used = f"{_used(signs)}. " if signs.sessions_limit else ""
    return fine(f"{used}No worker is known to have waited for one in vain.")


def _failing(signs: Signs, failures: Sequence[Failures], young: tuple[str, int] | None) -> Verdict:
    hosts = hosts_of(failures)
    refused = any(one.name.endswith(_PHRASES[0]) for one in failures)
    why = "the server has no connection left" if refused else "none came free in time: each was taken and kept"
    used = f" {_used(signs)}." if signs.sessions_limit else ""
    return problem(
        f"On {hosts_in_words(hosts)} {count_noun(total(failures), 'call')} of the saver got no connection, as "
        f"{why}. What these requests said is not kept.{used}",
        title=f"{hosts_in_words(hosts)} {'runs' if len(hosts) == 1 else 'run'} out of connections",
        confidence="certain",
        severity="high",
        hosts=hosts,
        evidence=(*(one.evidence for one in failures), *_lines(signs, young)),
    )


def _is_nearly_full(signs: Signs) -> bool:
    used, limit = signs.sessions_used, signs.sessions_limit
    return used is not None and limit is not None and used >= NEARLY_ALL * limit


def _used(signs: Signs) -> str:
    used, limit = thousands(signs.sessions_used or 0), thousands(signs.sessions_limit or 0)
    return f"{used} of the server's {limit} connections are in use"


def _youngest(sessions: Sequence[Session]) -> tuple[str, int] | None:
    """Where most of the young sessions come from, when they are many."""
    counts = Counter(
        _origin(session) for session in sessions if session.age_seconds is not None and session.age_seconds < YOUNG
    )
    found = counts.most_common(1)
    return found[0] if found and found[0][1] >= MANY_YOUNG else None


def _origin(session: Session) -> str:
    where = f"from {session.address}" if session.address else "from the server's own machine"
    return f"{where} with the login {session.login}" if session.login else where


def _lines(signs: Signs, young: tuple[str, int] | None) -> tuple[Evidence, ...]:
    lines = [_used(signs)] if signs.sessions_limit else []
    by_origin = Counter(_origin(session) for session in signs.sessions or ())
    lines += [f"{count_noun(count, 'session')} {origin}" for origin, count in by_origin.most_common(5)]
    if young:
        lines.append(f"{count_noun(young[1], 'session')} {young[0]}, younger than {lasting(YOUNG)}")
    return tuple(Evidence(line, Link("stores")) for line in lines)


RULE = Rule(
    slug="connection-churn",
    problem="Connections to Postgres run out",
    good="Connections are to be had",
    severity="medium",
    of_threads=False,
    kinds=POSTGRES,
    fix=_FIX,
    check=check,
    explained_by=("compile-per-request",),
)
