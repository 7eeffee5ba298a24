"""Signing in with an OpenID Connect provider. Its library is needed only where one is set, and imported only then."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings


def is_oidc_configured() -> bool:
    return bool(settings.INSPECTOR.oidc_issuer)


def provider_name() -> str:
    """What people call the provider; "" where none is set."""
    config = settings.INSPECTOR
    return config.oidc_name or urlsplit(config.oidc_issuer).hostname or ""
