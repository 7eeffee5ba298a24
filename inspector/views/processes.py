"""Processes by host: which live, what they did all in all, and how many of them one page can show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from inspector.index.places import Places
from inspector.ledger.places import is_elsewhere
from inspector.ledger.remarks import remarks_on, short_class
from inspector.probe.ledger_schema import SILENT_SECONDS, Place, WorkerReport, thread_key
from inspector.views.contexts import HostGroup, HostItem, NoteItem, PlaceItem, Setup, WorkerItem

#: Processes that were not heard of for so long (seconds) are folded away.
EARLIER = 86_400.0
#: Bytes of markup that one page of hosts may take, and what its parts take without names and addresses.
PAGE_BYTES = 105_000
HOST_BYTES = 1_900
WORKER_BYTES = 1_000
#: Processes of one host that a page shows, and earlier ones.
MOST = 60
MOST_EARLIER = 12
_SUMS = ("invocations", "compiles", "sync_calls", "async_calls", "reads", "misses", "checkpoints", "writes")


@dataclass(frozen=True, slots=True)
class Processes:
    """Every report beside the item that shows it, by host; of a host live ones first, then those heard of last."""

    pairs: tuple[tuple[WorkerReport, WorkerItem], ...]
    places: Places

    @classmethod
    def of(cls, reports: Iterable[WorkerReport], places: Places, now: datetime) -> Processes:
        pairs = [(report, _item(report, places.here, now.timestamp())) for report in reports]
        pairs.sort(key=lambda pair: (pair[0].hostname, *_rank(*pair)))
        return cls(tuple(pairs), places)


def group_hosts(processes: Processes) -> tuple[list[HostGroup], list[HostGroup]]:
    """Hosts that were heard of within a day, those with a live process first, and the others; each by name."""
    groups = [
        _group(hostname, tuple(members), processes)
        for hostname, members in groupby(processes.pairs, key=lambda pair: pair[0].hostname)
    ]
    here = [group for group in groups if group.workers]
    return sorted(here, key=lambda group: not group.host.live), [group for group in groups if not group.workers]


def turn_to(groups: Sequence[HostGroup], number: int) -> tuple[tuple[HostGroup, ...], int, int]:
    """The hosts on one page, its number and how many pages there are. A number beyond the last is the last."""
    pages: list[list[HostGroup]] = [[]]
    room = PAGE_BYTES
    for group in groups:
        room -= _weight(group)
        if room < 0 and pages[-1]:
            pages.append([])
            room = PAGE_BYTES - _weight(group)
        pages[-1].append(group)
    number = min(number, len(pages))
    return tuple(pages[number - 1]), number, len(pages)


def _rank(report: WorkerReport, item: WorkerItem) -> tuple[bool, float]:
    return item.state != "live", -(report.started_at if item.state == "live" else report.seen_at)


def _group(hostname: str, members: Sequence[tuple[WorkerReport, WorkerItem]], processes: Processes) -> HostGroup:
    recent = [pair for pair in members if pair[1].state == "live" or pair[1].age <= EARLIER]
    earlier = [pair for pair in members if pair not in recent]
    counted = [report for report, item in recent if item.state == "live"] or [report for report, _ in recent]
    states = Counter(item.state for _, item in members)
    remarks = remarks_on(counted, processes.places.here, processes.places.there)
    host = HostItem(
        hostname=hostname,
        live=states["live"],
        silent=states["silent"],
        ended=states["ended"],
        notes=tuple(NoteItem(one.kind, one.sentence, one.tone) for one in remarks),
        **{name: sum(getattr(report, name) for report in counted) for name in _SUMS},
    )
    return HostGroup(
        key=thread_key(hostname)[:8],
        host=host,
        workers=tuple(item for _, item in recent[:MOST]),
        earlier=tuple(item for _, item in earlier[:MOST_EARLIER]),
        left_out=len(recent[MOST:]) + len(earlier[MOST_EARLIER:]),
        setups=_setups(counted),
    )


def _setups(reports: Iterable[WorkerReport]) -> tuple[Setup, ...]:
    alike = Counter((tuple(sorted(report.versions.items())), report.hooked, report.stamps) for report in reports)
    return tuple(Setup(count, *what) for what, count in alike.most_common())


def _weight(group: HostGroup) -> int:
    names = sum(len(note.sentence) for note in group.host.notes) + 4 * len(group.host.hostname)
    workers = sum(
        WORKER_BYTES + sum(120 + len(place.where) + len(place.saver) for place in worker.places)
        for worker in group.workers
    )
    setups = sum(100 + sum(len(name) + len(version) + 20 for name, version in setup.versions) for setup in group.setups)
    return HOST_BYTES + names + workers + setups + 300 * len(group.earlier)


def _item(report: WorkerReport, here: Collection[str], now: float) -> WorkerItem:
    places = tuple(_place(place, here) for place in report.places)
    first = places[0] if places else None
    age = max(0.0, now - report.seen_at)
    return WorkerItem(
        worker_id=report.worker_id,
        hostname=report.hostname,
        pid=report.pid,
        program=report.program,
        started_at=time_at(report.started_at),
        seen_at=time_at(report.seen_at),
        state="ended" if report.ended else "silent" if age > SILENT_SECONDS else "live",
        saver=first.saver if first else "",
        store=first.where if first else "",
        elsewhere=first.elsewhere if first else None,
        places=places,
        versions=dict(report.versions),
        exceptions=dict(report.exceptions),
        dropped=dict(report.dropped),
        age=age,
        **{name: getattr(report, name) for name in _SAME},
    )


_SAME = (
    *("hooked", "stamps", "compiles_unsaved", "invocations_unsaved", "open_calls", "loop_mismatches"),
    *_SUMS,
)


def _place(place: Place, here: Collection[str]) -> PlaceItem:
    elsewhere = is_elsewhere(place, here)
    return PlaceItem(place.saver, place.kind, place.where, place.savers, elsewhere, short_class(place.saver))


def time_at(seconds: float) -> datetime | None:
    """A time of the ledger; None for one that no calendar has."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None
