"""A worker's address for the store leads to its own machine, while other workers write somewhere else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from inspector.doctor.case import Case
from inspector.doctor.coverage import no_reports, sound
from inspector.doctor.evidence.processes import hosts_of, process_line
from inspector.doctor.evidence.sites import Found, Site, are_apart, is_local, is_settling, nameless
from inspector.doctor.finding import Confidence, Evidence, Fix, Verdict, problem, unknown
from inspector.doctor.rule import Rule
from inspector.doctor.words import hosts_in_words
from inspector.domain.text import count_noun, shorten_middle

_FIX = Fix(
    before="""\
DB_URI = os.environ.get("DB_URI", "postgresql://app@localhost/orders")
pool = ConnectionPool(DB_URI, kwargs=settings)""",
    after="""\
DB_URI = os.environ["DB_URI"]  # no default: a worker without it does not start
pool = ConnectionPool(DB_URI, kwargs=settings)""",
    note="In a container, localhost is the container itself. A relative path to a SQLite file is another file in every "
    "working directory: for several hosts, use Postgres or Redis.",
)
_APART = (
    " No conversation is known to them and to others: they may be of another environment that reports to the same "
    "ledger."
)
_LONG = 100


def check(case: Case) -> Verdict:
    if not case.crew:
        return no_reports(case, "Which addresses the workers use is not known: no worker reports.")
    sites = case.sites
    alone = _alone(case, sites)
    unsure = [] if alone else list(_maybe(case, sites))
    found = [one for site in alone for one in site.found] or unsure
    if not found and is_settling(case):
        return unknown("Some workers began just now, and do not know their store yet.", missing="A minute.")
    if not found:
        return sound(case, _good_news(case, sites))
    hosts = hosts_of(report for report, _ in found)
    who = hosts_in_words(hosts)
    keeps = "keeps its" if len(hosts) == 1 else "keep their"
    others = sorted(_writers(case, sites) - {*hosts})
    elsewhere = "each of them on another machine"
    if others:
        elsewhere = f"and {hosts_in_words(others)} {'writes' if len(others) == 1 else 'write'} elsewhere"
    apart = are_apart(case, hosts)
    doubt = "" if alone else ", as far as can be told from the address alone"
    return problem(
        f"{who} {keeps} checkpoints at {_addresses(found)}, which only the same machine reaches, {elsewhere}: no "
        f"other worker sees what is kept there{doubt}.{_APART if apart else ''}",
        title=f"{who} {keeps} checkpoints on {'its' if len(hosts) == 1 else 'their'} own machine",
        confidence="possible" if apart else _confidence(alone),
        hosts=hosts,
        evidence=tuple(_evidence(one) for one in found),
    )


def _alone(case: Case, sites: Sequence[Site]) -> list[Site]:
    """Those that one host has for itself, while others write to another store. Several hosts at one loopback address
    are one machine. What another configured store holds is meant to be there."""
    databases = Counter(name for site in sites for name in _databases(site))
    writers = _writers(case, sites)
    return [
        site
        for site in sites
        if not site.store
        and len(site.hosts) == 1
        and all(is_local(place) for _, place in site.found)
        and not (site.here and any(case.unwatched))  # somebody else writes to it, and reports nothing
        and not any(databases[name] > 1 for name in _databases(site))  # others reach it, too
        and writers - {*site.hosts}
    ]


def _databases(site: Site) -> set[str]:
    """Names of a site without the last part, a schema or a prefix: who shares one is at the same server's database."""
    names = (name for _, place in site.found for name in place.identities)
    return {name.rpartition("/")[0] for name in names} - {""}


def _maybe(case: Case, sites: Sequence[Site]) -> Iterator[Found]:
    """Where the server has not said which one it is, and the address alone speaks."""
    writers = _writers(case, sites)
    for report, place in nameless(case):
        if is_local(place) and writers - {report.hostname}:
            yield report, place


def _writers(case: Case, sites: Sequence[Site]) -> set[str]:
    """Who writes to this store or to one that is not configured: one that is, beside this one, is not looked at."""
    return {host for site in sites if not site.store for host in site.hosts} | {host for host in case.unwatched if host}


def _confidence(alone: Sequence[Site]) -> Confidence:
    """The numbers of a file on a network drive may differ from machine to machine."""
    if not alone:
        return "possible"
    return "likely" if all(site.found[0][1].kind == "sqlite" for site in alone) else "certain"


def _good_news(case: Case, sites: Sequence[Site]) -> str:
    local = hosts_of(report for site in sites for report, place in site.found if is_local(place))
    if not local:
        return (
            f"None of {count_noun(len(case.crew.reports), 'process', 'processes')} uses an address of its own machine."
        )
    if len(local) == 1:
        return f"{local[0]} uses an address of its own machine, and no other worker writes to another store."
    return f"{hosts_in_words(local)} use an address of their own machine, and it is the same machine for all of them."


def _addresses(found: Sequence[Found]) -> str:
    return hosts_in_words(list(dict.fromkeys(_address(place.where) for _, place in found)))


def _evidence(found: Found) -> Evidence:
    report, place = found
    return process_line(report, _address(place.where))


def _address(where: str) -> str:
    return f"`{shorten_middle(where, _LONG)}`"


RULE = Rule(
    slug="store-on-localhost",
    problem="A worker keeps its checkpoints on its own machine",
    good="No worker keeps checkpoints on a machine of its own",
    severity="high",
    of_threads=False,
    cause=True,
    fix=_FIX,
    check=check,
    explained_by=("redis-modules-missing",),  # nothing is kept there that could be split off
)
