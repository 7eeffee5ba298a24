"""The ways to people, as the settings name them."""

from __future__ import annotations

from inspector.alerts.channels.base import Channel, SendFailed
from inspector.alerts.channels.email import Email
from inspector.alerts.channels.webhook import Webhook
from inspector.config import Config, MailServer

__all__ = ["Channel", "SendFailed", "configured_channels"]


def configured_channels(config: Config) -> tuple[Channel, ...]:
    """None where nothing is set."""
    found: list[Channel] = []
    if config.webhook_url is not None:
        found.append(Webhook(config.webhook_url, config.webhook_secret))
    if config.email_url is not None and config.email_to:
        found.append(Email(MailServer.of(config.email_url), config.email_from, config.email_to))
    return tuple(found)
