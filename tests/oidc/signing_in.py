"""The dashboard beside a real provider, and what a browser does between the two."""

from __future__ import annotations

import dataclasses
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.test import Client

from inspector.config import Config
from inspector.config.groups import parse_groups
from inspector.secret import Secret
from tests.oidc.running import Provider
from tests.oidc.site import CLIENT_ID, CLIENT_SECRET

CALLBACK = "/login/oidc/callback/"


def configured(provider: Provider, **changes: Any) -> Config:
    config: Config = settings.INSPECTOR
    return dataclasses.replace(
        config,
        oidc_issuer=provider.issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=Secret(CLIENT_SECRET),
        oidc_name="Example SSO",
        content_groups=parse_groups("support"),
        shape_groups=parse_groups("ops"),
        auditor_groups=parse_groups("staff"),
        **changes,
    )


def begin(client: Client, **query: str) -> str:
    answer = client.get("/login/oidc/", query)
    assert answer.status_code == 303, answer.content[:500]
    return answer["Location"]


def path_of(address: str) -> str:
    """What the browser asks the dashboard for."""
    parts = urlsplit(address)
    assert parts.netloc == "testserver"
    return f"{parts.path}?{parts.query}"


def come_in(client: Client, provider: Provider, name: str, **query: str) -> Any:
    return client.get(path_of(provider.sign_in(begin(client, **query), name)))


def viewer_after(client: Client) -> Any:
    """Who the gate takes the browser for."""
    return client.get("/stores/").wsgi_request.viewer  # type: ignore[attr-defined]


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())
