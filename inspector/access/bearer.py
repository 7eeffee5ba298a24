"""The token of programs that look at numbers: it opens `/-/metrics` and the details of `/-/health`."""

from __future__ import annotations

from hmac import compare_digest

from django.conf import settings
from django.http import HttpRequest


def has_metrics_token(request: HttpRequest) -> bool:
    """Whether the request carries INSPECTOR_METRICS_TOKEN. Compared in a time that tells nothing of it."""
    token = settings.INSPECTOR.metrics_token
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if token is None or kind.lower() != "bearer":
        return False
    return compare_digest(given.strip().encode(), token.reveal().encode())
