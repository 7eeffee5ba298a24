"""The token of programs that look at numbers: it opens `/-/metrics` and the details of `/-/health`."""

from __future__ import annotations

from hmac import compare_digest

from django.conf import settings
from django.http import HttpRequest


def has_metrics_token(request: HttpRequest) -> bool:
    """Whether the request carries INSPECTOR_METRICS_TOKEN. Compared in a time that tells nothing of it."""
    token = settings.INSPECTOR.metrics_token
    given = _given(request)
    if token is None or given is None:
        return False
    return compare_digest(given.encode(), token.reveal().encode())


def has_some_token(request: HttpRequest) -> bool:
    """Whether the request carries any: a program asks, which no page to sign in helps."""
    return _given(request) is not None


def _given(request: HttpRequest) -> str | None:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    return given.strip() if kind.lower() == "bearer" else None
