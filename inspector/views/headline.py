"""What the page of orphans says in its first sentences."""

from __future__ import annotations

from datetime import UTC, datetime

from inspector.domain.text import count_noun
from inspector.index.orphans import OrphanReport, Part, Rise, Share
from inspector.templatetags.words import number, percent

#: Shares that lie no further apart are about the same.
_ALIKE = 0.02
#: Only a host that wrote more than this share of the orphans is named.
_MOST = 0.5


def headline(report: OrphanReport, now: datetime, *, unnamed: str) -> str:
    """In plain words how the share of orphans stands, since when, and whose they are: "" where no thread is old enough
    to tell. `unnamed` says who a host without a name is; "" where that is nobody in particular."""
    current, before = report.current, report.baseline
    if current.rate is None:
        return ""
    sentences = [_share(current, before, report.window.words)]
    if report.rise:
        sentences.append(_rise(report.rise, now))
    host, others = leading_host(report, unnamed=unnamed), current.orphans - current.muted
    if current.muted:
        are = "is" if current.muted == 1 else "are"
        sentences.append(f"{number(current.muted) if others else 'All'} of them {are} muted.")
    if host:
        part = (host.current.orphans - host.current.muted) / others
        of = "the others" if current.muted else "them"
        who = host.name or unnamed[:1].upper() + unnamed[1:]
        wrote = f"{who} wrote {percent(part) if part < 1 else 'all'} of {of}"
        sentences.append(f"{wrote}{_risen(host) if part <= _MOST else ''}.")
    return " ".join(sentences)


def leading_host(report: OrphanReport, *, unnamed: str) -> Part | None:
    """The host that wrote most of the orphans that are not muted, where there are other hosts; where none did and the
    share rose, the one whose own share rose most."""
    named = [host for host in report.hosts.shown if host.name or unnamed]
    host = max(named, key=lambda one: one.current.orphans - one.current.muted, default=None)
    if host is None or len(report.hosts.shown) < 2:
        return None
    orphans = report.current.orphans - report.current.muted
    if orphans and host.current.orphans - host.current.muted > _MOST * orphans:
        return host
    lasts = orphans and report.rise and not report.rise.until
    risen = [one for one in named if one.rise and not one.rise.until and _gain(one) > _ALIKE]
    return max(risen, key=_gain, default=None) if lasts else None


def _risen(host: Part) -> str:
    return f"; its own share rose from {percent(host.before.rate)} to {percent(host.current.rate)}"


def _gain(host: Part) -> float:
    """What its share is above that of the week before; 0 where either is not known."""
    now, before = host.current.rate, host.before.rate
    return 0.0 if now is None or before is None else now - before


def when(at: datetime, now: datetime) -> str:
    """ "at 14:00" today, else "on Nov 20 at 14:00"."""
    at = at.astimezone(UTC)
    return f"at {at:%H:%M}" if at.date() == now.astimezone(UTC).date() else f"on {at:%b} {at.day} at {at:%H:%M}"


def _share(current: Share, before: Share, window: str) -> str:
    were = "was" if current.decided == 1 else "were"
    began = f"begun in the last {window} {were} left after one turn"
    if not current.orphans:
        told = f"None of {count_noun(current.decided, 'thread')} {began}"
    else:
        told = f"{percent(current.rate)} of {count_noun(current.decided, 'thread')} {began}"
    if before.rate is None or current.rate is None:
        return f"{told}; in the week before, no thread began."
    if abs(current.rate - before.rate) <= _ALIKE:
        return f"{told}, about as many as in the week before ({percent(before.rate)})."
    return f"{told}, {percent(before.rate)} in the week before."


def _rise(rise: Rise, now: datetime) -> str:
    fell = f" and fell {when(rise.until, now)}" if rise.until else ""
    return f"The share {'had risen already' if rise.earlier else 'rose'} {when(rise.at, now)}{fell}."
