"""Alerts as the dashboard writes them down, and messages as they are sent, at times that a test chooses."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings

from inspector.alerts.announce import announce
from inspector.alerts.channels import Channel, configured_channels
from inspector.alerts.delivery import deliver_due
from inspector.config import Config
from inspector.models import AlertEntry, Delivery, StoreEntry
from inspector.secret import Secret, StoreUrl, WebhookUrl

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def configured(**changes: Any) -> Config:
    config: Config = settings.INSPECTOR
    kinds = {"webhook_url": WebhookUrl, "email_url": StoreUrl, "webhook_secret": Secret}
    return dataclasses.replace(config, **{name: kinds.get(name, lambda one: one)(one) for name, one in changes.items()})


def fire(entry: StoreEntry, host: str = "web-3", at: datetime = NOW, **more: Any) -> AlertEntry:
    figures: dict[str, Any] = {"threads": 40, "orphans": 38, "expected": 0.06, "basis": "host", "random_ids": 38}
    return AlertEntry.objects.create(
        store=entry,
        hostname=host,
        fired_at=at,
        since=at - HOUR,
        **{**figures, "thread_ids": ["6f9619ff-8b86-d011-b42d-00cf4fc964ff"], **more},
    )


def end(alert: AlertEntry, at: datetime, why: str = "fixed") -> None:
    AlertEntry.objects.filter(pk=alert.pk).update(ended_at=at, end=why)
    announce(alert.store, at)


def send_all(at: datetime, channels: tuple[Channel, ...] | None = None) -> int:
    """Sends what is due at a time; how many attempts that took."""
    chosen = configured_channels(settings.INSPECTOR) if channels is None else channels
    attempts = 0
    while deliver_due(chosen, at):
        attempts += 1
    return attempts


def rows() -> list[tuple[str, str, str]]:
    """Every message as host, event and what became of it."""
    found = Delivery.objects.select_related("alert").order_by("pk")
    return [(one.alert.hostname if one.alert else "", one.event, _fate(one)) for one in found]


def _fate(delivery: Delivery) -> str:
    if delivery.sent_at:
        return "sent"
    return "dropped" if delivery.dropped_at else "pending"
