"""What the page of orphans says in its first sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from inspector.domain.text import count_noun
from inspector.index.orphans import OrphanReport, Part, Rise, Share
from inspector.tags.words import number, percent

#: Shares that lie no further apart are about the same.
_ALIKE = 0.02
#: Hosts stand out that wrote more than this share of the orphans, and so many times what the next one did: at one limit
#: alone, two hosts about it would be named in turn.
_MUCH, _AHEAD = 0.4, 1.5
#: Beside a host that wrote more than this, none is named for its rise.
_MOST = 0.6


def headline(report: OrphanReport, now: datetime, *, unnamed: str) -> str:
    """In plain words how the share of orphans stands, since when, and whose they are: "" where no thread is old enough
    to tell. `unnamed` says who a host without a name is; "" where that is nobody in particular."""
    current, before = report.current, report.baseline
    if current.rate is None:
        return ""
    sentences = [_share(current, before, report.window.words)]
    if report.rise:
        sentences.append(_rise(report.rise, now))
    others = current.orphans - current.muted
    if current.muted:
        are = "is" if current.muted == 1 else "are"
        sentences.append(f"{number(current.muted) if others else 'All'} of them {are} muted.")
    for host in leading_hosts(report, unnamed=unnamed):
        part = _unmuted(host.current) / others
        of = "the others" if current.muted else "them"
        who = host.name or unnamed[:1].upper() + unnamed[1:]
        rose = part <= _MOST and _rises(host) and _rises(report)
        told = f"; its own share rose from {percent(host.before.rate)} to {percent(host.current.rate)}" if rose else ""
        sentences.append(f"{who} wrote {percent(part) if part < 1 else 'all'} of {of}{told}.")
    return " ".join(sentences)


def leading_hosts(report: OrphanReport, *, unnamed: str) -> tuple[Part, ...]:
    """The one or two hosts that wrote clearly more than the others of the orphans that are not muted. Where none did,
    or one that wrote about half, and the share rose: also the host whose own share rose most. Two at most."""
    orphans = _unmuted(report.current)
    if not orphans or len(report.hosts.shown) < 2:
        return ()
    named = [host for host in report.hosts.shown if (host.name or unnamed) and _unmuted(host.current)]
    leading = [host for host in _ahead(report.hosts.shown, orphans) if host in named]
    if leading and (len(leading) > 1 or _unmuted(leading[0].current) > _MOST * orphans):
        return tuple(leading)
    risen = max((host for host in named if _rises(host)), key=_gain, default=None) if _rises(report) else None
    return (*leading, risen) if risen is not None and risen not in leading else tuple(leading)


def _ahead(hosts: Sequence[Part], orphans: int) -> list[Part]:
    """One host, or two about alike, that wrote much of so many orphans and are well ahead of the next one."""
    most = sorted(hosts, key=lambda host: _unmuted(host.current), reverse=True)
    wrote = [_unmuted(host.current) for host in most]
    for many in (1, 2):
        if len(most) > many and wrote[many - 1] >= _AHEAD * wrote[many]:
            return most[:many] if sum(wrote[:many]) > _MUCH * orphans else []
    return []


def _unmuted(share: Share) -> int:
    return share.orphans - share.muted


def _rises(found: Part | OrphanReport) -> bool:
    """Whether its share rose and has not fallen since; of a host also that it is above that of its week before."""
    if found.rise is None or found.rise.until:
        return False
    return isinstance(found, OrphanReport) or _gain(found) > _ALIKE


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
