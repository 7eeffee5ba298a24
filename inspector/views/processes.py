"""Processes by host: which live, what they did all in all, and how many of them one page can show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby

from inspector.index.places import Places
from inspector.ledger.base import Heard, Workers
from inspector.ledger.places import is_elsewhere
from inspector.ledger.remarks import remarks_on, short_class
from inspector.probe.ledger_schema import SILENT_SECONDS, Place, WorkerReport, thread_key
from inspector.views.contexts import HostGroup, HostItem, NoteItem, PlaceItem, Setup, WorkerItem
from inspector.views.room import earlier_that_fit, setups_that_fit, workers_that_fit

#: Processes that were not heard of for so long (seconds) are folded away.
EARLIER = 86_400.0
#: A live process that was not heard of for so long (seconds) has missed two of the probe's heartbeats, 10 s each.
LATE = 25.0
_SUMS = ("invocations", "compiles", "sync_calls", "async_calls", "reads", "misses", "checkpoints", "writes")

Pair = tuple[WorkerReport, WorkerItem]
Sees = Callable[[str], bool]  #: whether the viewer may look at the store of this name


@dataclass(frozen=True, slots=True)
class Processes:
    """Every report beside the item that shows it, by host; of a host live ones first, then those heard of last. `more`
    when the ledger knows of others: then nothing is summed up, for other ones are read at every turn."""

    pairs: tuple[Pair, ...]
    places: Places
    more: bool = False

    @classmethod
    def of(cls, workers: Workers, places: Places, sees: Sees) -> Processes:
        pairs = [(heard.report, _item(heard, places, sees)) for heard in workers.heard]
        pairs.sort(key=lambda pair: (pair[0].hostname, *_rank(*pair)))
        return cls(tuple(pairs), places, workers.more)

    def of_host(self, hostname: str | None) -> Processes:
        """Those on one host; all of them for None."""
        if hostname is None:
            return self
        return replace(self, pairs=tuple(pair for pair in self.pairs if pair[0].hostname == hostname))


def group_hosts(processes: Processes) -> tuple[list[HostGroup], list[HostGroup]]:
    """Hosts that were heard of within a day, those with a live process first, and the others; each by name."""
    groups = [
        _group(hostname, tuple(members), processes)
        for hostname, members in groupby(processes.pairs, key=lambda pair: pair[0].hostname)
    ]
    here = [group for group in groups if group.workers]
    return sorted(here, key=lambda group: not group.host.live), [group for group in groups if not group.workers]


def _rank(report: WorkerReport, item: WorkerItem) -> tuple[bool, float]:
    return item.state != "live", -report.started_at if item.state == "live" else item.age


def _group(hostname: str, members: Sequence[Pair], processes: Processes) -> HostGroup:
    recent = [pair for pair in members if _is_recent(pair[1])]
    earlier = [item for _, item in members if not _is_recent(item)]
    counted = [report for report, item in recent if item.state == "live"] or [report for report, _ in recent]
    setups = _setups(counted)
    workers = workers_that_fit([item for _, item in recent])
    listed = earlier_that_fit(earlier)
    shown = setups_that_fit(setups)
    return HostGroup(
        key=thread_key(hostname)[:8],
        host=_host(hostname, members, counted, processes),
        workers=workers,
        earlier=listed,
        left_out=len(recent) - len(workers) + len(earlier) - len(listed),
        setups=shown,
        setups_left_out=len(setups) - len(shown),
        differ=len({setup.versions for setup in setups}) > 1,
    )


def _is_recent(item: WorkerItem) -> bool:
    return item.state == "live" or item.age <= EARLIER


def _host(hostname: str, members: Sequence[Pair], counted: Sequence[WorkerReport], processes: Processes) -> HostItem:
    states = Counter(item.state for _, item in members)
    remarks = remarks_on(counted, processes.places.here, processes.places.there)
    return HostItem(
        hostname=hostname,
        live=states["live"],
        silent=states["silent"],
        ended=states["ended"],
        notes=tuple(NoteItem(one.kind, one.sentence, one.tone) for one in remarks),
        hooked=any(report.hooked for report in counted),
        findings=(),
        partial=processes.more,
        other=(),
        **{name: None if processes.more else sum(getattr(report, name) for report in counted) for name in _SUMS},
    )


def _setups(reports: Iterable[WorkerReport]) -> tuple[Setup, ...]:
    alike = Counter((tuple(sorted(report.versions.items())), report.hooked, report.stamps) for report in reports)
    return tuple(Setup(count, *what) for what, count in alike.most_common())


def _item(heard: Heard, known: Places, sees: Sees) -> WorkerItem:
    report = heard.report
    places = tuple(_place(place, known, sees) for place in report.places)
    first = places[0] if places else None
    state = "ended" if report.ended else "silent" if heard.ago > SILENT_SECONDS else "live"
    return WorkerItem(
        worker_id=report.worker_id,
        hostname=report.hostname,
        pid=report.pid,
        program=report.program,
        started_at=time_at(report.started_at),
        seen_at=time_at(report.seen_at),
        state=state,
        saver=first.saver if first else "",
        store=first.where if first else "",
        elsewhere=first.elsewhere if first else None,
        places=places,
        versions=dict(report.versions),
        exceptions=dict(report.exceptions),
        dropped=dict(report.dropped),
        age=heard.ago,
        late=state == "live" and heard.ago > LATE,
        **{name: getattr(report, name) for name in _SAME},
    )


_SAME = (
    *("hooked", "stamps", "compiles_unsaved", "invocations_unsaved", "open_calls", "loop_mismatches"),
    *_SUMS,
)


def _place(place: Place, known: Places, sees: Sees) -> PlaceItem:
    elsewhere = is_elsewhere(place, known.here)
    store = known.store_at(place.identities) if elsewhere else ""
    where = place.where
    if store and not sees(store):
        store = where = ""
    return PlaceItem(place.saver, place.kind, where, place.savers, elsewhere, store, short_class(place.saver))


def time_at(seconds: float) -> datetime | None:
    """A time of the ledger; None for one that no calendar has."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None
