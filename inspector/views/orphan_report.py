"""The report on orphans as its page and its data show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Q

from inspector.index.orphans import WINDOWS, OrphanReport, Part, Parts, Rise, Share, Window
from inspector.models import AlertEntry, StoreEntry
from inspector.views.contexts import (
    OrphanBar,
    OrphanGraph,
    OrphanHost,
    OrphanMark,
    OrphanPart,
    OrphanShape,
    OrphanShare,
    PartRow,
    PartTable,
    WindowChoice,
)

ALERTS = 20  #: that a chart marks, the newest ones

_Part = TypeVar("_Part", OrphanHost, OrphanGraph, OrphanShape)


def report_fields(store: StoreEntry, report: OrphanReport, now: datetime) -> Mapping[str, Any]:
    """Fields of `OrphansPage`, by their names."""
    hosts = _parts(report.hosts, OrphanHost, "hostname")
    graphs = _parts(report.graphs, OrphanGraph, "graph")
    shapes = _parts(report.shapes, OrphanShape, "shape")
    return {
        "rate": report.current.rate,
        "baseline": report.baseline.rate,
        "current": _share(report.current),
        "before": _share(report.baseline),
        "muted": report.current.muted,
        "newest_at": report.newest_at,
        "bucket_seconds": report.window.bucket.total_seconds(),
        "series": tuple(
            OrphanBar(bar.at, bar.share.threads, bar.share.orphans, bar.share.undecided, bar.share.muted)
            for bar in report.series
        ),
        "marks": (*_rise_marks(report.rise), *_alert_marks(store, report.begin, now)),
        "hosts": hosts,
        "more_hosts": report.hosts.more,
        "graphs": graphs,
        "more_graphs": report.graphs.more,
        "shapes": shapes,
        "words": report.window.words,
        "windows": tuple(_choice(window, report.window) for window in WINDOWS),
        "wider": _wider(report, now),
        "tables": (
            _table("host", report.hosts, hosts),
            _table("graph", report.graphs, graphs),
            _table("shape", report.shapes, shapes),
        ),
        **_rise(report.rise),
    }


def _share(share: Share) -> OrphanShare:
    return OrphanShare(share.threads, share.orphans, share.undecided, share.decided, share.rate, share.muted)


def _parts(parts: Parts, kind: type[_Part], field: str) -> tuple[_Part, ...]:
    return tuple(kind(**{field: part.name, **_part(part)}) for part in parts.shown)


def _part(part: Part) -> dict[str, Any]:
    return {
        **asdict(_share(part.current)),
        "random_ids": part.random_ids,
        "before": _share(part.before),
        **_rise(part.rise),
    }


def _table(by: str, parts: Parts, items: tuple[OrphanPart, ...]) -> PartTable:
    return PartTable(by, tuple(map(PartRow, (part.name for part in parts.shown), items)), parts.more)


def _rise(rise: Rise | None) -> dict[str, Any]:
    if rise is None:
        return {"rose_at": None, "fell_at": None, "rose_before": False}
    return {"rose_at": rise.at, "fell_at": rise.until, "rose_before": rise.earlier}


def _rise_marks(rise: Rise | None) -> list[OrphanMark]:
    if rise is None:
        return []
    rose = OrphanMark(rise.at, "rose", earlier=rise.earlier)
    return [rose, OrphanMark(rise.until, "fell")] if rise.until else [rose]


def _alert_marks(store: StoreEntry, begin: datetime, now: datetime) -> list[OrphanMark]:
    """Where alerts of these hosts began and ended, oldest first."""
    lasting = Q(ended_at=None) | Q(ended_at__gte=begin)
    alerts = AlertEntry.objects.filter(lasting, store=store, fired_at__lte=now).order_by("-fired_at")[:ALERTS]
    marks = []
    for alert in alerts:
        if alert.fired_at >= begin:
            marks.append(OrphanMark(alert.fired_at, "fired", alert.hostname))
        if alert.ended_at is not None:
            marks.append(OrphanMark(alert.ended_at, "ended", alert.hostname))
    return sorted(marks, key=lambda mark: mark.at)


def _choice(window: Window, chosen: Window | None = None) -> WindowChoice:
    return WindowChoice(window.name, window.words, window is chosen)


def _wider(report: OrphanReport, now: datetime) -> WindowChoice | None:
    """The shortest window in which a thread began, where none did in this one."""
    newest = report.newest_at
    if newest is None:
        return None
    return next((_choice(window) for window in WINDOWS if newest >= now - window.length), None)
