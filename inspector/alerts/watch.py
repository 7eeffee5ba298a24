"""Whether alerts of a store begin or end: looks at what its hosts began lately, and writes what follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from inspector.alerts.expected import Expected
from inspector.alerts.judge import SIZE, Limits, fires, is_fixed, is_quiet
from inspector.alerts.look import Look
from inspector.alerts.window import Window
from inspector.index.kinds import Moment
from inspector.index.queries import stored_threads
from inspector.models import AlertEntry, StoreEntry
from inspector.models.database import atomic

#: Threads that an alert names.
NAMED = 20
#: So large a part of them is muted when what an alert was about is.
_MUTED = 0.8
#: Others' threads are not counted for a host that paused for less.
_PAUSE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Judged:
    """What one look changed."""

    began: tuple[AlertEntry, ...] = ()
    ended: tuple[AlertEntry, ...] = ()


def judge_store(entry: StoreEntry, moment: Moment) -> Judged:
    """Begins and ends alerts. Says nothing of a store whose index is not complete, or which could not be read: that
    nobody went on with a thread is known only up to when the last pass began."""
    if entry.synced_at is None or (entry.error and not entry.skipped):
        return Judged()
    as_of = Moment(min(moment.now, entry.synced_at), moment.orphan_after)
    look = Look(entry, as_of, limits())
    ended = {alert.pk: why for alert in look.alerts if alert.ended_at is None and (why := _why_ended(look, alert))}
    bad = {alert.hostname for alert in look.alerts if alert.ended_at is None}
    began = [_alert(look, *found, moment.now) for found in _find_bad(look, bad)]
    return _write(entry, began, ended, moment.now) if began or ended else Judged()


def limits() -> Limits:
    """As they are set."""
    config = settings.INSPECTOR
    return Limits(config.alert_share, config.alert_rise, config.alert_threads)


def _why_ended(look: Look, alert: AlertEntry) -> str:
    """ "" while it goes on."""
    if _is_muted(alert):
        return "muted"
    window = look.window(alert.hostname, max(SIZE, look.limits.threads), after=alert.since)
    if window.threads:
        expected = look.expect(alert.hostname, window).share
        if is_fixed(window, expected, look.limits, fired_with=alert.expected):
            return "fixed"
    newest = look.newest(alert.hostname).threads
    if newest and look.moment.now - newest[0].first_at < _PAUSE:
        return ""
    return "quiet" if is_quiet(look.silence(alert.hostname, alert.since)) else ""


def _is_muted(alert: AlertEntry) -> bool:
    """Threads that the store deleted meanwhile say nothing."""
    said = list(stored_threads([alert.store_id], alert.thread_ids).values_list("muted", flat=True))
    return bool(said) and sum(said) >= _MUTED * len(said)


def _find_bad(look: Look, firing: set[str]) -> list[tuple[str, Window, Expected]]:
    """Hosts of which an alert begins. The worst is judged first: what it took from the others' conversations is not
    held against them."""
    odd = [host for host in look.hosts if host not in firing and look.seems_odd(host)]
    windows = {host: _windows(look, host) for host in odd}
    odd.sort(key=lambda host: max((window.share for window in windows[host]), default=0.0), reverse=True)
    bad, found = set(firing), []
    for host in odd:
        for window in windows[host]:
            expected = look.expect(host, window)
            if fires(window, expected, look.limits, harm=look.harm(window, bad)):
                found.append((host, window, expected))
                bad.add(host)
                break
    return found


def _windows(look: Look, host: str) -> list[Window]:
    """The small one first. Those of which no alert can begin are left out, as what is expected costs more to read."""
    made = (look.window(host, size, after=look.ended_at(host)) for size in look.limits.sizes)
    return [window for window in made if look.limits.are_met(window)]


def _alert(look: Look, host: str, window: Window, expected: Expected, now: datetime) -> AlertEntry:
    threads = round(window.decided)
    left = window.orphans
    orphans = max(0, threads - window.gone)
    return AlertEntry(
        store=look.entry,
        hostname=host,
        fired_at=now,
        since=window.since(expected.share),
        threads=threads,
        orphans=orphans,
        expected=expected.share,
        basis=expected.basis,
        random_ids=min(orphans, sum(thread.random_id for thread in left)),
        thread_ids=[thread.thread_id for thread in left[:NAMED]],
    )


def _write(entry: StoreEntry, began: Sequence[AlertEntry], ended: dict[int, str], now: datetime) -> Judged:
    """What another dashboard has written meanwhile stays."""
    with atomic():
        StoreEntry.objects.select_for_update().get(pk=entry.pk)
        over = []
        for alert in AlertEntry.objects.filter(pk__in=ended, ended_at=None):
            alert.ended_at, alert.end = now, ended[alert.pk]
            alert.save(update_fields=["ended_at", "end"])
            over.append(alert)
        known = set(AlertEntry.objects.filter(store=entry, ended_at=None).values_list("hostname", flat=True))
        fresh = [alert for alert in began if alert.hostname not in known]
        for alert in fresh:
            alert.save()
    return Judged(tuple(fresh), tuple(over))
