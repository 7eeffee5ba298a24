"""Workers whose counts came before they knew which data their place is: a probe asks its server in the background.

Until a worker knows, its rows are taken for this store's, as those of a server are that nobody may ask. What it counted
meanwhile is not counted again when it knows, so the fold remembers from where on to read it once more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from inspector.ledger.base import Counted
from inspector.probe.ledger_schema import Place, WorkerReport

#: Places waited for at a time. Where there are more, it is a server that nobody may ask.
MOST = 200
#: Kinds whose places get a name.
_NAMED = ("postgres", "redis", "sqlite")


def unplaced(counted: Iterable[Counted]) -> set[str]:
    """Names of the workers' places that counted something and may yet say which data they are."""
    return {_name(row.worker_id, row.place) for row in counted if row.place is not None and _waits(row.place)}


def find_placed(waiting: Mapping[str, str], reports: Iterable[WorkerReport]) -> tuple[set[str], dict[str, str]]:
    """Which of the places are known now, and those to wait for further on: of workers that report still."""
    told = {_name(report.worker_id, place): (report, place) for report in reports for place in report.places}
    placed = {name for name in waiting if name in told and not _waits(told[name][1])}
    left = {
        name: after
        for name, after in waiting.items()
        if name in told and name not in placed and not told[name][0].ended
    }
    return placed, dict(list(left.items())[:MOST])


def _waits(place: Place) -> bool:
    return place.kind in _NAMED and not place.identities


def _name(worker_id: str, place: Place) -> str:
    return f"{worker_id}:{place.slot}"
