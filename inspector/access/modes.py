"""Which ways in there are. Without one, only whoever runs the dashboard gets in, by a link."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

from inspector.access.oidc import is_oidc_configured, provider_name
from inspector.access.proxy import is_proxy_configured
from inspector.models import Access


def login_is_configured() -> bool:
    """Whether somebody can sign in without a link: what a dashboard needs that others can reach."""
    return bool(ways_in())


def ways_in() -> str:
    """How people sign in without a link, as a part of a sentence; "" where nobody can."""
    ways = {
        "with an account": has_accounts(),
        "through the proxy": is_proxy_configured(),
        f"with {provider_name()}": is_oidc_configured(),
    }
    return " or ".join(way for way, is_open in ways.items() if is_open)


def has_accounts() -> bool:
    """Whether somebody who may see something has a password here."""
    named = Access.objects.values("username")
    accounts = get_user_model().objects.filter(is_active=True, username__in=named)
    return accounts.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).exists()
