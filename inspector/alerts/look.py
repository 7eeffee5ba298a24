"""One look at a store: what its hosts' newest threads say, read when it is asked for and once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from inspector.alerts.expected import Expected, Past
from inspector.alerts.judge import REACH, SIZE, Limits, Silence, oldest, others_now
from inspector.alerts.paces import Paces
from inspector.alerts.past import GRAPHS, read_past
from inspector.alerts.reading import Newest, hosts_of, newest_of, read_told
from inspector.alerts.window import Begun, Window, window_of
from inspector.index.begun import HOUR, Sums, floor
from inspector.index.begun import Begun as BegunThreads
from inspector.index.kinds import Moment
from inspector.models import AlertEntry, HourTally, StoreEntry

#: From this share of the threads that went on having done so at another host, any host may get any turn.
_SHARED = 0.1
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Look:
    """`moment.now` is when the index was last sure to know all: later, nobody knows whether a thread went on."""

    entry: StoreEntry
    moment: Moment
    limits: Limits
    _read: dict[str, Newest] = field(default_factory=dict)
    _pasts: dict[tuple[object, ...], Past] = field(default_factory=dict)

    @cached_property
    def hosts(self) -> list[str]:
        """Those with threads enough to tell."""
        return hosts_of(self.entry, self.moment.now, self.limits.threads)

    @cached_property
    def alerts(self) -> tuple[AlertEntry, ...]:
        """Those that fire, and those that ended so lately that their threads are still looked at."""
        theirs = AlertEntry.objects.filter(store=self.entry).order_by("-fired_at", "-pk")
        fires = theirs.filter(ended_at=None)
        return (*fires, *theirs.filter(ended_at__gte=self.moment.now - REACH))

    def ended_at(self, host: str) -> datetime | None:
        """When its last alert ended: what began before that has been judged."""
        return max((alert.ended_at for alert in self.alerts if alert.hostname == host and alert.ended_at), default=None)

    def newest(self, host: str) -> Newest:
        if host not in self._read:
            self._read[host] = newest_of(self.entry, host, self.moment)
        return self._read[host]

    def seems_odd(self, host: str) -> bool:
        """Whether so many are left if all of them are: that costs no more than to read them."""
        threads, after = self.newest(host).threads, self.ended_at(host)
        windows = (window_of(threads, lambda _: 1.0, size, after=after) for size in self.limits.sizes)
        return any(self.limits.are_met(window) for window in windows)

    def window(self, host: str, size: float, *, after: datetime | None = None) -> Window:
        newest = self.newest(host)

        def weigh(thread: Begun) -> float:
            age = (self.moment.now - thread.idle_since).total_seconds() - newest.lag
            return self._paces.weight(host, thread.graph, age)

        return window_of(newest.threads, weigh, size, after=after)

    @cached_property
    def _told(self) -> tuple[Paces, float]:
        told = list(read_told(self.entry, self.moment))
        gone = [len(thread.hosts) > 1 for thread in told if thread.gap is not None]
        return Paces.learn(told, self.moment.orphan_after), sum(gone) / len(gone) if gone else 0.0

    @property
    def _paces(self) -> Paces:
        return self._told[0]

    def harm(self, window: Window, bad: set[str]) -> float:
        """The part of all requests that hosts which forget may have taken from others' conversations, while these
        threads began. `bad` are those that fire now."""
        if self._told[1] < _SHARED:
            return 0.0
        since = oldest(window)
        lately = {alert.hostname for alert in self.alerts if alert.ended_at and alert.ended_at >= since}
        bad = (bad | lately) & set(self.hosts)
        return len(bad) / max(len(self.hosts), 1)

    def expect(self, host: str, window: Window) -> Expected:
        """What was to be expected of these threads."""
        graphs = Counter(dict(Counter(thread.graph for thread in window.threads).most_common(GRAPHS)))
        found = self._past(host, window, graphs).expect(host, graphs, window.threads[0].first_at.hour)
        return found or others_now(self._windows_of_others(host).values()) or Expected()

    def _past(self, host: str, window: Window, graphs: Counter[str]) -> Past:
        """Windows of several sizes mostly have the same one: it ends with a full hour."""
        end = floor(min(self.moment.orphan_before, oldest(window)), HOUR)
        key = (host, end, *sorted(graphs))
        if key not in self._pasts:
            self._pasts[key] = read_past(self.entry, end, host, list(graphs))
        return self._pasts[key]

    def _windows_of_others(self, host: str) -> Mapping[str, Window]:
        bad = {alert.hostname for alert in self.alerts if alert.ended_at is None}
        others = [other for other in self.hosts if other != host and other not in bad]
        return {other: self.window(other, SIZE) for other in others}

    def silence(self, host: str, since: datetime) -> Silence:
        """How long it has begun nothing; `since` is when something was last known of it, if no thread is there."""
        threads = self.newest(host).threads
        last = max(threads[0].first_at, since) if threads else since
        length = self.moment.now - last
        others = BegunThreads(self.entry, self.moment).count(last + _INSTANT, self.moment.now).threads
        return Silence(length, others, self._part(host, last))

    def _part(self, host: str, until: datetime) -> float:
        """Of all threads begun in the day before, those of this host."""
        kept = HourTally.objects.filter(store=self.entry, hour__gte=floor(until - REACH, HOUR), hour__lte=until)
        sums = {
            by: sum(kept.filter(by=by, name=name).values_list("threads", flat=True), Sums().threads)
            for by, name in (("host", host), ("all", ""))
        }
        return min(1.0, sums["host"] / sums["all"]) if sums["all"] else 0.0
