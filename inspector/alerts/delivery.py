"""Sends what is due, one message at a time, so that however many dashboards share a database each message is sent once.

Who sends a message claims it first: a write that succeeds for one of them only, and that keeps the others away until
the attempt must be over. Only where a dashboard ends between a send and the note of it, or a receiver takes longer than
that to answer, is a message sent again; it then has the same id, by which the receiver can tell.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from inspector.alerts.announce import held_until, pending, told_of
from inspector.alerts.backoff import pause_after
from inspector.alerts.channels import Channel, SendFailed
from inspector.alerts.message import FIRING, RESOLVED, message_of, printable
from inspector.models import Delivery

logger = logging.getLogger(__name__)

#: Seconds for each step of an attempt.
TIMEOUT = 10.0
#: How long a claim keeps others away: longer than an attempt takes with all its steps.
_CLAIM = timedelta(seconds=120)


def deliver_due(channels: Sequence[Channel], now: datetime) -> bool:
    """Sends the message that has been due longest; False where none is, or another dashboard was first to each.

    `now` is when the attempt begins; pauses count from its end.
    """
    by_name = {channel.name: channel for channel in channels}
    for delivery in _due(now).filter(channel__in=list(by_name)).select_related("alert__store")[:20]:
        if _holds(delivery, now):
            continue
        claimed = _claim(delivery, now)
        if claimed is not None:
            attempt(by_name[delivery.channel], delivery, now, timeout=TIMEOUT, claimed=claimed)
            return True
    return False


def _due(now: datetime) -> QuerySet[Delivery]:
    """A beginning is told unless the alert ended before anybody heard of it; an end once its beginning was told, or was
    given up though it may have arrived. What is left out here is dropped by `announce`."""
    begun = Delivery.objects.filter(alert=OuterRef("alert"), channel=OuterRef("channel"), event=FIRING)
    settled = told_of(begun.exclude(sent_at=None, dropped_at=None))
    begins = Q(event=FIRING) & (Q(unsure=True) | Q(alert__ended_at=None))
    ends = Q(event=RESOLVED) & Exists(settled)
    return pending(Delivery.objects.filter(begins | ends, due_at__lte=now)).order_by("due_at", "pk")


def _holds(delivery: Delivery, now: datetime) -> bool:
    """Whether the cooldown of an earlier alert of the same host, told since this was made, still goes on. What may have
    arrived already goes on, too."""
    if delivery.event != FIRING or delivery.unsure or delivery.alert is None:
        return False
    until = held_until(delivery.alert, delivery.channel)
    if until is None or until <= now:
        return False
    pending(Delivery.objects.filter(pk=delivery.pk, due_at=delivery.due_at)).update(due_at=until)
    return True


def _claim(delivery: Delivery, now: datetime) -> datetime | None:
    """Until when it is this dashboard's; None where another one was first, or it is not needed any more."""
    until = now + _CLAIM
    free = pending(Delivery.objects.filter(pk=delivery.pk, due_at=delivery.due_at, attempts=delivery.attempts))
    if not free.update(due_at=until, attempts=F("attempts") + 1, unsure=True):
        return None
    return until


def attempt(
    channel: Channel, delivery: Delivery, now: datetime, *, timeout: float, claimed: datetime | None = None
) -> None:
    """Sends it and writes down what came of it. What was `claimed` is tried again; else this was the only attempt."""
    began = time.monotonic()
    try:
        answer = channel.send(message_of(delivery), timeout=timeout)
    except SendFailed as failure:
        _note_failure(channel, delivery, claimed, failure, now + timedelta(seconds=time.monotonic() - began))
        return
    took = time.monotonic() - began
    taken = f"{answer} after {took * 1000:.0f} ms"
    at = now + timedelta(seconds=took)
    own = Delivery.objects.filter(pk=delivery.pk)
    own.update(sent_at=at, dropped_at=None, unsure=False, error="", answer=taken)
    logger.info("%s: the %s %s.", _about(delivery), _name(channel), taken)


def _note_failure(
    channel: Channel, delivery: Delivery, claimed: datetime | None, failure: SendFailed, now: datetime
) -> None:
    """`unsure` stays where an earlier attempt may have arrived, and goes where each of them surely did not."""
    pause = pause_after(delivery.attempts + 1, lasting=failure.lasting, asked=failure.wait) if claimed else None
    own = pending(Delivery.objects.filter(pk=delivery.pk, due_at=claimed or delivery.due_at))
    unsure = delivery.unsure or failure.unsure
    if pause is None:
        own.update(dropped_at=now, error=failure.words, unsure=unsure)
        logger.error("%s: given up after attempt %d. The %s %s.", *_told(channel, delivery, failure))
    else:
        own.update(due_at=now + timedelta(seconds=pause), error=failure.words, unsure=unsure)
        if delivery.error != failure.words:  # the same again is no news
            logger.warning("%s: not sent, attempt %d. The %s %s.", *_told(channel, delivery, failure))


def _told(channel: Channel, delivery: Delivery, failure: SendFailed) -> tuple[str, int, str, str]:
    return _about(delivery), delivery.attempts + 1, _name(channel), failure.words


def _about(delivery: Delivery) -> str:
    if delivery.alert is None:
        return "Test message"
    return f"Message {delivery.pk} ({delivery.event}, host {printable(delivery.alert.hostname) or 'without a name'})"


def _name(channel: Channel) -> str:
    return f"{channel.name} {channel.where}"
