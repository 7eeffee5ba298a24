"""What goes wrong between the dashboard and a provider, in words. No text of the provider's own is repeated: whoever
makes up a link could put words into it."""

from __future__ import annotations

import re

from inspector.access.oidc import provider_name
from inspector.errors import InspectorError

_CODE = re.compile(r"[a-z_]{1,40}")


class NotSignedIn(InspectorError):
    """Somebody could not be signed in, for a reason that trying again, or setting something, may mend."""

    status = 403


class ProviderDown(NotSignedIn):
    """The provider cannot be reached, or answers what no provider does."""

    status = 503


def refused(code: str) -> NotSignedIn:
    """What the provider sent the browser back with, or answered to the dashboard, by its code (RFC 6749, 4.1.2.1 and
    5.2)."""
    name = provider_name()
    match code:
        case "access_denied":
            return NotSignedIn(f"{name} did not sign you in: it was declined there.", "Try again, and allow it.")
        case "invalid_client" | "unauthorized_client":
            return NotSignedIn(
                f"{name} does not know this dashboard, or refused its secret.",
                "Whoever runs the dashboard can compare INSPECTOR_OIDC_CLIENT_ID and INSPECTOR_OIDC_CLIENT_SECRET with "
                "what is registered there.",
            )
        case "invalid_grant":
            return NotSignedIn(
                f"{name} says that this sign-in has been used, or took too long.", "Begin again with the button below."
            )
        case "invalid_scope":
            return NotSignedIn(
                f"{name} does not give what the dashboard asks for.",
                "Whoever runs the dashboard can set INSPECTOR_OIDC_SCOPES to what it gives.",
            )
        case "mismatching_state":
            return not_begun_here()
    told = f" It says {code}." if _CODE.fullmatch(code) else ""
    return NotSignedIn(f"{name} did not sign you in.{told}", "Try again, or ask whoever runs the dashboard.")


def not_begun_here() -> NotSignedIn:
    return NotSignedIn(
        "This sign-in was not begun in this browser, has been used, or is older than an hour.",
        "Begin again with the button below.",
    )


def untrue(code: str, claim: str) -> NotSignedIn:
    """The provider's token does not stand the checks, by the library's code for it."""
    name = provider_name()
    if code == "expired_token" or claim in ("iat", "nbf", "exp"):
        return NotSignedIn(
            f"What {name} sent has run out, or is of the future.",
            "The clocks of the provider and of the dashboard's machine are apart: both need NTP.",
        )
    if claim == "aud":
        return NotSignedIn(
            f"What {name} sent is meant for another program.", "INSPECTOR_OIDC_CLIENT_ID may be of another client."
        )
    if claim == "nonce":
        return not_begun_here()
    if code in ("bad_signature", "invalid_key_id"):
        return NotSignedIn(f"What {name} sent is signed by no key of its own.", "Nobody was signed in. Try again.")
    told = f" ({code})" if _CODE.fullmatch(code) else ""
    return NotSignedIn(f"What {name} sent does not stand the checks{told}.", "Nobody was signed in. Try again.")


def down(why: str) -> ProviderDown:
    return ProviderDown(
        f"{provider_name()} cannot be asked: {why}.",
        "Who is signed in stays so. Whoever runs the dashboard can open INSPECTOR_OIDC_ISSUER with "
        "/.well-known/openid-configuration behind it from where the dashboard runs.",
    )
