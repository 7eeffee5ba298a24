"""A test: one message over each channel at once, so that whoever set it up sees whether it arrives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from inspector.alerts.channels import Channel
from inspector.alerts.delivery import attempt
from inspector.alerts.message import TEST
from inspector.errors import BadRequest, InspectorError
from inspector.models import Delivery, StoreEntry
from inspector.models.database import atomic

#: No two tests within so many seconds, whoever asks for them.
BETWEEN = 10
#: Seconds for each step of a test's attempt: somebody waits for the page.
_TIMEOUT = 5.0
_KEPT = timedelta(days=30)


class TooSoon(InspectorError):
    """A test was sent a moment ago."""

    status = 429


def send_test(channels: Sequence[Channel], now: datetime) -> tuple[Delivery, ...]:
    """Each is tried once. Raises `TooSoon`, and `BadRequest` where no channel is set."""
    if not channels:
        raise BadRequest("No channel is set, so there is nothing to test.", "The page Alerts says how to set one.")
    between = timedelta(seconds=BETWEEN)  # on either side: who was first here may have looked at the clock later
    with atomic():
        list(StoreEntry.objects.select_for_update().order_by("pk").values_list("pk")[:1])  # one press after the other
        tests = Delivery.objects.filter(event=TEST, alert=None)
        if tests.filter(made_at__gt=now - between, made_at__lt=now + between).exists():
            raise TooSoon(f"A test was sent less than {BETWEEN} seconds ago.", "Wait a moment and send it again.")
        tests.filter(made_at__lt=now - _KEPT).delete()
        made = [
            Delivery.objects.create(channel=one.name, event=TEST, made_at=now, due_at=now, attempts=0)
            for one in channels
        ]
    for channel, delivery in zip(channels, made, strict=True):
        attempt(channel, delivery, now, timeout=_TIMEOUT)
    return tuple(Delivery.objects.filter(pk__in=[one.pk for one in made]).order_by("pk"))
