"""A look at a store that only one of several dashboards takes: they share the index, and its row of the store says when
somebody looked last."""

from __future__ import annotations

from datetime import datetime, timedelta

from inspector.models import StoreEntry


def left(looked_at: datetime | None, now: datetime, rest: float) -> float:
    """Seconds until a look is due that was last taken at `looked_at`; 0 when it is. A look that a wrong clock puts into
    the future counts as none."""
    if looked_at is None or looked_at > now:
        return 0.0
    return max(0.0, (looked_at + timedelta(seconds=rest) - now).total_seconds())


def take(entry: StoreEntry, column: str, before: datetime | None, now: datetime) -> bool:
    """False where another dashboard was the first to take the look that was due since `before`."""
    return bool(StoreEntry.objects.filter(pk=entry.pk, **{column: before}).update(**{column: now}))


def give_back(entry: StoreEntry, column: str, before: datetime | None, now: datetime) -> None:
    """Nothing came of the look."""
    StoreEntry.objects.filter(pk=entry.pk, **{column: now}).update(**{column: before})
