"""Who a provider's claims name, and the groups that they list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from inspector.access.oidc import provider_name
from inspector.access.oidc.errors import NotSignedIn
from inspector.config import Config

#: Before each name. So nobody whom a provider names is taken for an account of the dashboard, or for somebody whom a
#: proxy names, and has what was given to those.
PREFIX = "oidc:"
#: Characters of a name as the tables hold it, and groups of one person as a session holds them.
_LONGEST, _GROUPS = 254 - len(PREFIX), 2_000


@dataclass(frozen=True, slots=True)
class Identity:
    """`name` begins with `PREFIX`."""

    name: str
    groups: tuple[str, ...]


def identify(claims: Mapping[str, Any], config: Config) -> Identity:
    """Raises `NotSignedIn` where the claims name nobody for sure."""
    claim = config.oidc_username_claim
    name = find_claim(claims, claim)
    if not isinstance(name, str) or not name.strip():
        raise _without(claim, "says nothing in")
    if claim == "email" and claims.get("email_verified") not in (True, "true"):
        raise _without(claim, "has not verified what it says in")
    name = _small(name.strip()) if claim == "email" else name.strip()
    if len(name) > _LONGEST or not name.isprintable():
        raise _without(claim, "says what can be no name in")
    return Identity(PREFIX + name, _groups(find_claim(claims, config.oidc_groups_claim)))


def find_claim(claims: Mapping[str, Any], name: str) -> Any:
    """By its whole name, which may have dots as addresses do, else as a claim within claims."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(part)
    return found


def _small(address: str) -> str:
    """Of ASCII alone: beyond it there are signs that become a letter of somebody else's address, as the sign for kelvin
    becomes a k."""
    return address.lower() if address.isascii() else address


def _groups(value: Any) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(dict.fromkeys(one for one in values if isinstance(one, str) and one))[:_GROUPS]


def _without(claim: str, says: str) -> NotSignedIn:
    return NotSignedIn(
        f"{provider_name()} {says} the claim {claim!r}, by which the dashboard knows people.",
        "Whoever runs the dashboard can have the provider send it, or name another in INSPECTOR_OIDC_USERNAME_CLAIM.",
    )
