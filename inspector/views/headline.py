"""What the page of orphans says in its first sentences."""

from __future__ import annotations

from datetime import UTC, datetime

from inspector.domain.text import count_noun
from inspector.index.orphans import OrphanReport, Part, Rise, Share
from inspector.templatetags.words import number, percent

#: Shares that lie no further apart are about the same.
_ALIKE = 0.02
#: A host that wrote no more of the orphans is not named.
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
    if host := leading_host(report, unnamed=unnamed):
        part = host.current.orphans / current.orphans
        sentences.append(f"{host.name or unnamed.capitalize()} wrote {percent(part) if part < 1 else 'all'} of them.")
    if current.muted:
        are = "is" if current.muted == 1 else "are"
        sentences.append(f"{number(current.muted) if current.muted < current.orphans else 'All'} of them {are} muted.")
    return " ".join(sentences)


def leading_host(report: OrphanReport, *, unnamed: str) -> Part | None:
    """The host that wrote most of the orphans, where there are others that did not."""
    host = next(iter(report.hosts.shown), None)
    if host is None or not (host.name or unnamed) or host.current.orphans <= _MOST * report.current.orphans:
        return None
    return host if len(report.hosts.shown) > 1 and host.current.orphans else None


def when(at: datetime, now: datetime) -> str:
    """ "14:00" today, else "Nov 20, 14:00"."""
    at = at.astimezone(UTC)
    return f"{at:%H:%M}" if at.date() == now.astimezone(UTC).date() else f"{at:%b} {at.day}, {at:%H:%M}"


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
    fell = f" and fell at {when(rise.until, now)}" if rise.until else ""
    if rise.earlier:
        return f"It had risen before {when(rise.at, now)}{fell}."
    return f"It rose at {when(rise.at, now)}{fell}."
