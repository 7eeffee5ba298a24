"""Workers write to different stores: what one of them keeps, the others never see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from inspector.doctor.case import Case
from inspector.doctor.coverage import PROBE, sound
from inspector.doctor.evidence.doubles import Double, doubles_of
from inspector.doctor.evidence.processes import hosts_of, process_line
from inspector.doctor.evidence.sites import Found, Site, are_apart, is_settling, nameless
from inspector.doctor.finding import Confidence, Evidence, Fix, Link, Verdict, problem, unknown
from inspector.doctor.rule import Rule
from inspector.doctor.words import hosts_in_words
from inspector.domain.text import count_noun, shorten_middle
from inspector.ledger.remarks import FEW_READS

_FIX = Fix(
    before="""\
# web-1: DATABASE_URL=postgresql://app@db/orders
# web-2: DATABASE_URL is not set, and the default leads elsewhere
pool = ConnectionPool(os.environ.get("DATABASE_URL", "postgresql://localhost/orders"), kwargs=settings)""",
    after="""\
# the same on every worker; without it none starts
pool = ConnectionPool(os.environ["DATABASE_URL"], kwargs=settings)
saver = PostgresSaver(pool)""",
    note="Compare host, port, database, schema (`search_path`) and, on Redis, the number of the database and the "
    "prefixes. What was kept in the other store stays there: move it, or let it end.",
)
#: Threads that are shown of each kind of evidence, and processes of either side, so that there is room for both sides.
_SHOWN = 10
#: Places of which one sentence each is said.
_NAMED = 3
#: Characters of an address.
_LONG = 100


@dataclass(frozen=True, slots=True)
class _Seen:
    """What speaks for a split. `lost` are sites that no configured store is, with the hosts whose checkpoints go there;
    `proved` other configured stores, with those hosts of the `doubles` there that lead nowhere else by their own word;
    `blind` hosts whose place has no name, with the threads in which they found nothing that others had written."""

    here: tuple[str, ...]
    lost: tuple[tuple[Site, tuple[str, ...]], ...]
    doubles: tuple[Double, ...]
    proved: tuple[tuple[Site, tuple[str, ...]], ...]
    blind: dict[str, tuple[str, ...]]


def check(case: Case) -> Verdict:
    sites = case.sites
    seen = _look(case, sites)
    if seen.lost or seen.doubles or seen.blind:
        return _tell(case, seen)
    if not case.everybody:
        why = f"The ledger could not be read: {case.everybody.error}" if case.everybody.error else PROBE
        return unknown("Which store each worker writes to is not known: no worker reports.", missing=why)
    if sites and not case.places.here and all(site.is_foreign for site in sites):
        return unknown(
            "Whether the workers write to this store is not known: its server does not say which one it is.",
            missing="Leave for the dashboard's login to ask: INFO on Redis.",
        )
    unplaced = hosts_in_words(hosts_of(report for report, _ in nameless(case)))
    if unplaced:
        return unknown(
            f"Which store {unplaced} writes to is not known: its server has not said which one it is.",
            missing="An answer to the probe, which asks over a connection of its own with the saver's address. "
            "INSPECTOR_PROBE_IDENTIFY=off, or a server that takes no further connection, keeps it from asking.",
        )
    if is_settling(case):
        return unknown("Some workers began just now, and do not know their store yet.", missing="A minute.")
    return sound(case, _good_news(case, sites))


def _look(case: Case, sites: Sequence[Site]) -> _Seen:
    here = tuple(host for site in sites if site.here for host in site.hosts)
    foreign = [site for site in sites if site.is_foreign]
    away = [(site, tuple(host for host in site.hosts if not _is_here(case, host, site, here))) for site in foreign]
    if not case.places.here and all(site.hosts == hosts for site, hosts in away):
        away = []  # nobody knows which of them is this store
    doubles = tuple(double for double in doubles_of(case) if not _is_mended(double, sites))
    lost = tuple((site, hosts) for site, hosts in away if hosts)
    return _Seen(here, lost, doubles, tuple(_proved(doubles, sites, here)), _blind(case))


def _proved(
    doubles: Sequence[Double], sites: Sequence[Site], here: Collection[str]
) -> Iterator[tuple[Site, tuple[str, ...]]]:
    """Of hosts that go on with threads in another configured store, those whose probes name that store and not this."""
    for site in sites:
        torn = {host for double in doubles if site.store and double.store == site.store for host in _torn(double)}
        if hosts := tuple(host for host in site.hosts if host in torn and host not in here):
            yield site, hosts


def _torn(double: Double) -> set[str]:
    """Hosts that put its checkpoints elsewhere, by the metadata there or, which Redis does not keep, by the ledger."""
    told = {worker.hostname for worker in double.there.workers if worker.reported and not worker.elsewhere}
    return {*double.away, *told}


def _is_here(case: Case, host: str, site: Site, here: Collection[str]) -> bool:
    """Whether it keeps nothing there that this store lacks. Where another of its processes leads here, what arrives may
    be that one's."""
    return _reads_there(host, site) or (host not in here and _arrives(case, host, site))


def _arrives(case: Case, host: str, site: Site) -> bool:
    """Whether threads that began after this host's processes did hold checkpoints of it: then the same data goes by
    two names, as that of a replica does whose server may not be asked for the cluster's."""
    theirs = [report for report, _ in site.found if report.hostname == host]
    if any(len({place.slot for place in report.places}) > 1 for report in theirs):
        return False
    began = datetime.fromtimestamp(min(report.started_at for report in theirs), UTC)
    return any(
        row.entry.first_at >= began and any(worker.hostname == host and worker.writes for worker in row.workers)
        for row in case.stored
    )


def _reads_there(host: str, site: Site) -> bool:
    """Whether it only ever reads, and finds what it asks for: at a replica, whose server goes by a name of its own."""
    theirs = [report for report, _ in site.found if report.hostname == host]
    put = sum(report.checkpoints + report.writes for report in theirs)
    return not put and sum(report.reads - report.misses for report in theirs) > 0


def _is_mended(double: Double, sites: Sequence[Site]) -> bool:
    """All of its workers report, and none of them leads to that store any more."""
    reporting = {host for site in sites for host in site.hosts}
    there = {host for site in sites if site.store == double.store for host in site.hosts}
    return bool(double.away) and set(double.away) <= reporting - there


def _blind(case: Case) -> dict[str, tuple[str, ...]]:
    """Hosts that asked for stored threads, of which they hold nothing, after others had written them, and never found
    any: only of hosts whose place has no name, for of the others it is known where they look."""
    hosts = {report.hostname for report, _ in nameless(case)}
    missed: dict[str, list[str]] = {host: [] for host in hosts}
    for row in case.stored if hosts else ():
        late = row.entry.last_miss_at is not None and row.entry.last_miss_at > row.entry.first_at
        in_vain = [worker for worker in row.workers if worker.reads and worker.reads == worker.misses]
        if late and len(in_vain) == 1 and not in_vain[0].writes and in_vain[0].hostname in hosts:
            missed[in_vain[0].hostname].append(row.entry.thread_id)
    return {host: tuple(threads) for host, threads in missed.items() if len(threads) >= FEW_READS}


def _tell(case: Case, seen: _Seen) -> Verdict:
    hosts = {host for _, hosts in seen.lost for host in hosts}
    hosts |= {host for double in seen.doubles for host in double.away} | set(seen.blind)
    hosts |= {host for _, theirs in seen.proved for host in theirs}
    who = hosts_in_words(sorted(hosts)) or "Some workers"
    one = len(hosts) == 1
    threads = [double.here.entry.thread_id for double in seen.doubles]
    threads += [thread_id for ids in seen.blind.values() for thread_id in ids]
    return problem(
        " ".join(_sentences(case, seen, hosts)),
        title=f"{who} {'writes' if one else 'write'} to another store",
        confidence=_confidence(case, seen),
        hosts=tuple(hosts),
        thread_ids=tuple(dict.fromkeys(threads)),
        evidence=tuple(_evidence(case, seen)),
    )


def _sentences(case: Case, seen: _Seen, hosts: Collection[str]) -> Iterator[str]:
    by_where: dict[str, set[str]] = {}
    for site, theirs in seen.lost:
        by_where.setdefault(site.where, set()).update(theirs)
    for where, some in list(by_where.items())[:_NAMED]:
        verb = "writes its" if len(some) == 1 else "write their"
        yield f"{hosts_in_words(sorted(some))} {verb} checkpoints to {_address(where)}, which is not this store."
    if (more := len(by_where) - _NAMED) > 0:
        yield f"So it is with {count_noun(more, 'more place', 'more places')}."
    for store, doubles in _by_store(seen.doubles).items():
        there = sorted(
            {host for double in doubles for host in double.away}
            | {host for site, theirs in seen.proved if site.store == store for host in theirs}
        )
        by = f", where {hosts_in_words(there)} {'writes' if len(there) == 1 else 'write'}" if there else ""
        many = count_noun(len(doubles), "conversation")
        yield f"{many} {'goes' if len(doubles) == 1 else 'go'} on both here and in the store `{store}`{by}."
    for host, threads in seen.blind.items():
        yield f"{host} found nothing in {count_noun(len(threads), 'thread')} that this store holds and others wrote."
    if _may_be_foreign(case, seen):
        yield (
            "No conversation is known to both sides: where these workers belong to another environment that reports to "
            "the same ledger, configure its store as well, or give it a ledger of its own."
        )
        return
    here = [host for host in seen.here or case.unwatched if host and host not in hosts]
    stay = f"{hosts_in_words(here)} {'writes' if len(here) == 1 else 'write'} to this one: a" if here else "A"
    yield f"{stay} conversation that comes from one store to the other begins anew."


def _confidence(case: Case, seen: _Seen) -> Confidence:
    """Certain where all that a worker keeps goes elsewhere, or a thread of this store does: to a store that nobody has
    configured, or to one that goes on with threads of this one. A worker that leads to this store as well may have a
    graph whose store it is meant to be."""
    wholly = any(set(hosts) - set(seen.here) for _, hosts in seen.lost)
    torn = any(worker.elsewhere not in ("", "memory") for row in case.stored for worker in row.workers)
    if _may_be_foreign(case, seen):
        return "possible"
    if seen.proved:
        return "certain"
    if seen.lost and (wholly or torn):
        return "certain" if case.places.here else "likely"
    return "likely" if any(double.away for double in seen.doubles) or seen.blind else "possible"


def _may_be_foreign(case: Case, seen: _Seen) -> bool:
    return not (seen.doubles or seen.blind) and are_apart(case, {host for _, hosts in seen.lost for host in hosts})


def _evidence(case: Case, seen: _Seen) -> Iterator[Evidence]:
    away = (one for site, hosts in (*seen.lost, *seen.proved) for one in site.found if one[0].hostname in hosts)
    yield from map(_process, islice(away, _SHOWN))
    for double in seen.doubles[:_SHOWN]:
        yield _thread(double)
    for host, threads in seen.blind.items():
        for thread_id in threads[:_SHOWN]:
            yield Evidence(f"{host} found nothing in {_short(thread_id)}", Link("thread", {"id": thread_id}))
    yield from (_process(one) for site in case.sites if site.here for one in site.found)


def _process(found: Found) -> Evidence:
    report, place = found
    return process_line(report, _address(place.where))


def _thread(double: Double) -> Evidence:
    here, there = double.here.entry, double.there.entry
    by = f" by {hosts_in_words(double.away)}" if double.away else ""
    return Evidence(
        f"{_short(here.thread_id)}: {count_noun(here.checkpoints, 'checkpoint')} here, {there.checkpoints} in "
        f"`{double.store}`{by}",
        Link("thread", {"id": here.thread_id}),
        there.last_at,
    )


def _good_news(case: Case, sites: Sequence[Site]) -> str:
    here = [site for site in sites if site.here]
    others = [site for site in sites if site.store]
    if not sites:
        processes = count_noun(len(case.crew.reports), "process", "processes")
        return f"None of {processes} writes to another store."
    said = []
    if here:
        verb = "writes to this store" if len(here[0].hosts) == 1 else "share this store"
        said.append(f"{hosts_in_words(here[0].hosts)} {verb}: {_address(here[0].where)}.")
    for site in others:
        verb = "writes" if len(site.hosts) == 1 else "write"
        said.append(f"{hosts_in_words(site.hosts)} {verb} to `{site.store}`, with conversations of its own.")
    for site in (site for site in sites if site.is_foreign):
        what = f"What {hosts_in_words(site.hosts)} {'writes' if len(site.hosts) == 1 else 'write'} to"
        said.append(f"{what} {_address(site.where)} is found here as well.")
    return " ".join(said)


def _by_store(doubles: Iterable[Double]) -> dict[str, list[Double]]:
    found: dict[str, list[Double]] = {}
    for double in doubles:
        found.setdefault(double.store, []).append(double)
    return found


def _address(where: str) -> str:
    return f"`{shorten_middle(where, _LONG)}`"


def _short(thread_id: str) -> str:
    return shorten_middle(thread_id, _LONG)


RULE = Rule(
    slug="store-split",
    problem="Workers write to different stores",
    good="Workers share one store",
    severity="high",
    of_threads=False,
    cause=True,
    fix=_FIX,
    check=check,
    explained_by=("redis-modules-missing",),  # nothing is kept there that could be split off
)
