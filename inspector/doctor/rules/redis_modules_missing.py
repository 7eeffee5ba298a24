"""A Redis without the search and JSON modules: LangGraph's savers cannot keep anything in it."""

from __future__ import annotations

from collections.abc import Sequence

from inspector.doctor.case import Case
from inspector.doctor.evidence.failures import Failures, failures_of, hosts_of, total
from inspector.doctor.finding import Evidence, Fix, Link, Verdict, fine, problem, unknown
from inspector.doctor.rule import REDIS, Rule
from inspector.doctor.words import hosts_in_words
from inspector.domain.text import count_noun
from inspector.stores.signs import RedisSigns

_FIX = Fix(
    before="""\
services:
  redis:
    image: redis:7""",
    after="""\
services:
  redis:
    image: redis:8  # has search and JSON; before it, redis/redis-stack-server:7.4.0-v3""",
    language="yaml",
    note="Of managed Redis services, many offer the two modules only in some plans. `redis-cli MODULE LIST` "
    "shows them.",
)


def check(case: Case) -> Verdict:
    """The workers first: theirs may be another server than the one that is read."""
    failures = failures_of(case, "unknown command", kinds=REDIS)
    if failures:
        return _of_workers(failures)
    return judge(case.signs.redis)


def judge(signs: RedisSigns | None) -> Verdict:
    if signs is None:
        return unknown("Which modules the server has is not known.", missing="An answer of the server.")
    missing = [name for name, there in (("search", signs.has_search), ("JSON", signs.has_json)) if not there]
    if not missing:
        return fine("The server has the search and JSON modules.")
    modules = f"the {' and '.join(missing)} module{'s' if len(missing) > 1 else ''}"
    return problem(
        f"The server lacks {modules}: the savers' setup() fails with \"unknown command 'FT.INFO'\", and every "
        "checkpoint with it.",
        title=f"Redis lacks {modules}",
        confidence="certain",
        evidence=(Evidence(f"The server does not know a command of {modules}", Link("stores")),),
    )


def _of_workers(failures: Sequence[Failures]) -> Verdict:
    hosts = hosts_of(failures)
    who = hosts_in_words(hosts)
    return problem(
        f"On {who} {count_noun(total(failures), 'call')} of the saver failed because the Redis they lead to does not "
        "know a command: it lacks the search or the JSON module, and keeps no checkpoint.",
        title=f"{who} {'uses' if len(hosts) == 1 else 'use'} a Redis without the modules",
        confidence="certain",
        hosts=hosts,
        evidence=tuple(one.evidence for one in failures),
    )


RULE = Rule(
    slug="redis-modules-missing",
    problem="Redis lacks the search or JSON module",
    good="Redis has the modules that the savers need",
    severity="high",
    of_threads=False,
    kinds=REDIS,
    fix=_FIX,
    check=check,
)
