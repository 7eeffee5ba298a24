"""The stores that workers write to, as their reports name them: places that share an identity are one site."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.index.places import Places
from inspector.probe.ledger_schema import Place, WorkerReport

if TYPE_CHECKING:
    from inspector.doctor.case import Case

#: Kinds of places that outlive the process, and that can be told apart by their identities.
LASTING = ("postgres", "redis", "sqlite")
#: Probes ask a server who it is in the background, soon after a worker's start. Until then (seconds) nothing follows
#: from a place without a name.
SETTLING = 60.0
#: Threads of each side, of which none is shared, from which on two sides may have nothing to do with each other.
APART = 20

Found = tuple[WorkerReport, Place]


@dataclass(frozen=True, slots=True)
class Site:
    """One store, whatever workers call it. `store` is the name of another configured store, "" where it is none."""

    found: tuple[Found, ...]
    here: bool  #: the store that is looked at
    store: str = ""

    @property
    def hosts(self) -> tuple[str, ...]:
        return tuple(sorted({report.hostname for report, _ in self.found}))

    @property
    def where(self) -> str:
        """As the first host calls it; never with a password."""
        return min(self.found, key=lambda one: one[0].hostname)[1].where

    @property
    def is_foreign(self) -> bool:
        """No configured store."""
        return not self.here and not self.store


def sites_of(case: Case) -> tuple[Site, ...]:
    """The store that is looked at first, the others in order of their hosts. Places in memory, and those that have no
    identity, are in none."""
    by_name: dict[str, list[Found]] = {}
    for one in case.everybody.places(_is_named):
        names = _names(one[1], case.places)
        group: list[Found] = [one]
        for known in {id(found): found for name in names if (found := by_name.get(name)) is not None}.values():
            group, other = sorted((group, known), key=len, reverse=True)  # so that few change their group
            group += other
            names |= {name for _, place in other for name in _names(place, case.places)}
        by_name |= dict.fromkeys(names, group)
    sites = [_site(found, case.places) for found in {id(found): found for found in by_name.values()}.values()]
    return tuple(sorted(sites, key=lambda site: (not site.here, site.store, site.hosts, site.where)))


def nameless(case: Case) -> tuple[Found, ...]:
    """Places outside the processes that have not said which data they are, though they had the time to."""
    return tuple(one for one in case.everybody.places(_is_unnamed) if _had_time(one[0]))


def is_settling(case: Case) -> bool:
    """Whether a place may still say which data it is."""
    return any(not _had_time(report) for report, _ in case.everybody.places(_is_unnamed))


def are_apart(case: Case, hosts: Collection[str]) -> bool:
    """Whether these hosts and all others have many threads each, and not one in common: as those of another environment
    have that reports to the same ledger. Requests that go now to this worker and now to that one soon meet."""
    theirs = others = 0
    for row in case.newest:
        mine = [worker.hostname in hosts for worker in row.workers]
        if any(mine) and not all(mine):
            return False
        theirs += any(mine)
        others += bool(mine) and not any(mine)
    return min(theirs, others) >= APART


def is_local(place: Place) -> bool:
    """Whether its address leads to another store on every machine: loopback, a Unix socket, a file."""
    if place.kind == "sqlite":
        return True
    hosts = _hosts(place)
    if not place.identities and "" in hosts:  # left to the environment, which nobody has told us of
        return False
    return bool(hosts) and all(_LOOPBACK.fullmatch(host) for host in hosts)


_LOOPBACK = re.compile(
    r"|localhost|localhost\.localdomain|127(\.\d{1,3}){3}|\[?::1\]?|\[?/.*|0\.0\.0\.0", re.IGNORECASE
)
_URL = re.compile(r"(?:postgresql|redis)://(?:[^@/\[]*@)?(\[[^\]]*\]|/[^?]*|[^/?]*)")


def _hosts(place: Place) -> list[str]:
    """Of `Place.where`, which `probe.places` writes. libpq takes several, with commas."""
    found = _URL.match(place.where)
    if found is None:
        return []
    return [re.sub(r":\d*$", "", host) if host[:1] not in "[/" else host for host in found[1].split(",")]


def _is_named(place: Place) -> bool:
    return place.kind in LASTING and bool(place.identities)


def _is_unnamed(place: Place) -> bool:
    return place.kind in LASTING and not place.identities


def _had_time(report: WorkerReport) -> bool:
    return report.ended or report.seen_at - report.started_at >= SETTLING


def _names(place: Place, places: Places) -> set[str]:
    """With a name more for a configured store, which may have gone by several that no single place knows."""
    names = set(place.identities)
    if names & places.here:
        return {*names, "here"}
    return {*names, f"store {store}"} if (store := places.store_at(sorted(names))) else names


def _site(found: Iterable[Found], places: Places) -> Site:
    found = tuple(found)
    names = [name for _, place in found for name in place.identities]
    here = any(name in places.here for name in names)
    return Site(found, here, "" if here else places.store_at(names))
