"""What has to be set beside an OpenID Connect provider's issuer, and how an issuer may look."""

from __future__ import annotations

import importlib.util
import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from inspector.config.values import Config
from inspector.errors import ConfigError

#: By import name: what the extra `oidc` brings.
_EXTRA = ("authlib", "requests")


def parse_issuer(text: str) -> str:
    """Kept as it is, a slash at its end too: providers compare issuers letter by letter. Without TLS only on this
    machine, for trying it."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError("an issuer is an address as https://login.example.com, without a query")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise ValueError("an issuer begins with https://, unless it is on this machine")
    return text


def parse_scopes(text: str) -> str:
    scopes = text.split()
    if "openid" not in scopes:
        raise ValueError("`openid` is not among them")
    if not all(re.fullmatch(r"[!#-\[\]-~]+", scope) for scope in scopes):
        raise ValueError("a scope has letters, digits and signs of ASCII")
    return " ".join(dict.fromkeys(scopes))


def check_oidc(config: Config) -> None:
    """Raises `ConfigError` where a provider is set and cannot be asked."""
    if not config.oidc_issuer:
        return
    if not config.oidc_client_id or not config.oidc_client_secret:
        raise ConfigError(
            "INSPECTOR_OIDC_ISSUER is set, and the client that the dashboard is to it is not.",
            "Set INSPECTOR_OIDC_CLIENT_ID and INSPECTOR_OIDC_CLIENT_SECRET as well. See docs/deploy/openid-connect.md.",
        )
    if missing := next((name for name in _EXTRA if importlib.util.find_spec(name) is None), ""):
        raise ConfigError(
            f"OpenID Connect needs {missing}, which is not installed.",
            'Install it with: pip install "langgraph-checkpoint-inspector[dashboard,oidc]"',
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
