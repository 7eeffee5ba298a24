"""What people are told, the same for every channel: ids, hosts and counts, never a stored value."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings

from inspector.addresses import address_of
from inspector.alerts.words import headline, random_in_words, where_listed
from inspector.domain.text import exact_minute, one_line, shorten_middle
from inspector.models import AlertEntry, Delivery

FIRING, RESOLVED, TEST = "firing", "resolved", "test"
#: Threads that a message names.
_THREADS = 5
_LONGEST_ID = 120
#: What would end a line, or turn the way it is read around. Hosts and ids are whatever workers say.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_MEANING = "Nobody went on with these threads: people who talk to that host are probably not remembered."
_ENDS = {
    "fixed": "Its newer threads go on as they should.",
    "quiet": "It has begun no more threads.",
    "muted": "Its threads are muted now.",
}


@dataclass(frozen=True, slots=True)
class Message:
    """One message. Texts are of printable characters; links are "" where no public address is set."""

    id: str  #: the same over all attempts, and for nothing else
    event: str  #: firing, resolved or test
    store: str
    hostname: str
    fingerprint: str  #: of store and host: what tells a receiver that a resolution belongs to an alert
    headline: str  #: one line
    lines: tuple[str, ...]  #: what is to be said beside it, a sentence or two each
    started_at: datetime
    ended_at: datetime | None
    thread_ids: tuple[str, ...]
    threads: int
    orphans: int
    expected: float | None  #: share, from 0 to 1
    basis: str
    answers: str  #: the id of the message that this one answers, or ""
    alert_link: str
    host_link: str
    doctor_link: str


def message_of(delivery: Delivery) -> Message:
    """The message of a delivery, from its alert as it is now."""
    if delivery.alert is None:
        return _test(delivery)
    alert = delivery.alert
    store, host = printable(alert.store.name), printable(alert.hostname)
    resolved = delivery.event == RESOLVED
    threads = tuple(shorten_middle(printable(str(one)), _LONGEST_ID) for one in alert.thread_ids[:_THREADS])
    return Message(
        id=_id(alert.pk, alert.fired_at, delivery.channel, delivery.event),
        event=delivery.event,
        store=store,
        hostname=host,
        fingerprint=hashlib.sha256(f"{store}\n{host}".encode()).hexdigest()[:16],
        headline=one_line(_headline(alert, resolved=resolved), 300),
        lines=_resolved_lines(alert) if resolved else _firing_lines(alert),
        started_at=alert.fired_at,
        ended_at=alert.ended_at if resolved else None,
        thread_ids=threads,
        threads=alert.threads,
        orphans=alert.orphans,
        expected=alert.expected,
        basis=alert.basis,
        answers=_id(alert.pk, alert.fired_at, delivery.channel, FIRING) if resolved else "",
        alert_link=_link("alerts", alert.store.name),
        host_link=_link("threads", alert.store.name, **where_listed(alert)),
        doctor_link=_link("doctor", alert.store.name),
    )


def printable(text: str) -> str:
    """The text on one line, with a replacement mark for what cannot be seen."""
    return _UNPRINTABLE.sub("�", text)


def _headline(alert: AlertEntry, *, resolved: bool) -> str:
    said = printable(headline(alert))
    return f"Over: {said}" if resolved else said


def _firing_lines(alert: AlertEntry) -> tuple[str, ...]:
    return (
        " ".join(filter(None, (_MEANING, random_in_words(alert)))),
        f"The alert fired at {exact_minute(alert.fired_at)}.",
    )


def _resolved_lines(alert: AlertEntry) -> tuple[str, ...]:
    ended = f" and ended at {exact_minute(alert.ended_at)}" if alert.ended_at else ""
    return (
        _ENDS.get(alert.end, "It is as it should be again."),
        f"The alert fired at {exact_minute(alert.fired_at)}{ended}.",
    )


def _test(delivery: Delivery) -> Message:
    return Message(
        id=_id(delivery.pk, delivery.made_at, delivery.channel, TEST),
        event=TEST,
        store="",
        hostname="",
        fingerprint=hashlib.sha256(b"test").hexdigest()[:16],
        headline="This is a test: alerts of Checkpoint Inspector reach you here.",
        lines=("Somebody pressed the test button. Nothing is wrong, and nothing has to be done.",),
        started_at=delivery.made_at,
        ended_at=None,
        thread_ids=(),
        threads=0,
        orphans=0,
        expected=None,
        basis="none",
        answers="",
        alert_link=_link("alerts", ""),
        host_link="",
        doctor_link="",
    )


def _id(number: int, at: datetime, channel: str, event: str) -> str:
    """The same on every dashboard that shares the database, and another one in every other database."""
    return str(uuid5(NAMESPACE_URL, f"checkpoint-inspector/{number}/{at.timestamp():.6f}/{channel}/{event}"))


def _link(name: str, store: str, **query: str) -> str:
    """ "" where nobody has said where people open the dashboard. The store is named where there is a choice."""
    if not settings.INSPECTOR.public_url:
        return ""
    named = {"store": store} if store and len(settings.INSPECTOR.stores) > 1 else {}
    asked = urlencode({**named, **query})
    return f"{settings.INSPECTOR.public_url}{address_of(name)}{f'?{asked}' if asked else ''}"
