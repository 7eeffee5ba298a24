"""People of several roles, signed in by a trusted proxy's header, and the lines that they leave."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from typing import Any

from django.conf import settings
from django.test import Client, override_settings
from django.utils import timezone

from inspector.config import Config
from inspector.models import Access, Opened
from tests.pages.browse import Browser

HEADER = "X-Forwarded-User"


@contextmanager
def proxy_trusted(**changes: Any) -> Iterator[None]:
    """The test client is a proxy that is believed."""
    config: Config = settings.INSPECTOR
    trusted = dataclasses.replace(
        config, proxy_addresses=(ip_network("127.0.0.0/8"),), proxy_user_header=HEADER, **changes
    )
    with override_settings(INSPECTOR=trusted):
        yield


def person(name: str, role: str = "content", *, auditor: bool = False, stores: list[str] | None = None) -> Browser:
    """A browser of somebody who was given that role."""
    Access.objects.create(username=name, role=role, auditor=auditor, stores=stores, made_at=timezone.now())
    return Browser(Client(headers={HEADER: name, "X-Forwarded-For": "10.1.2.3"}))


def noted() -> set[tuple[str, str, str]]:
    """Who was shown which thread by which page."""
    return {(line.username, line.thread_id, line.page) for line in Opened.objects.all()}
