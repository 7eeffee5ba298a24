"""The provider, by Authlib: where its pages are, the way to it and back, and what of its token is checked.

The code flow with PKCE, state and nonce. The token is checked for its signature (by a key that the provider publishes,
with an asymmetric algorithm), issuer, audience, times, nonce and the hash of the access token.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError  # type: ignore[import-untyped]
from authlib.integrations.django_client import OAuth  # type: ignore[import-untyped]
from django.conf import settings
from django.http import HttpRequest
from joserfc.errors import JoseError

from inspector.access.oidc.claims import Identity, find_claim, identify
from inspector.access.oidc.errors import NotSignedIn, down, not_begun_here, refused, untrue
from inspector.config import Config

#: Seconds that the provider has for each answer, that clocks may be apart, and for which its addresses are kept.
PATIENCE, APART, KEPT = 8.0, 60, 3_600.0
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
#: A secret that both sides know, and no signature at all, are none of them.
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")


def begin(request: HttpRequest, redirect_uri: str, following: str) -> str:
    """The provider's address to send the browser to. `following` is where it wants to go in the end. Raises
    `ProviderDown`."""
    client = _client()
    way = client.create_authorization_url(redirect_uri)
    client.save_authorize_data(request, redirect_uri=redirect_uri, following=following, **way)
    address: str = way["url"]
    return address


def finish(request: HttpRequest) -> tuple[Identity, str]:
    """Who has come back from the provider, and where that browser wanted to go. Each way back works once. Raises
    `NotSignedIn` and `ProviderDown`."""
    state = request.GET.get("state", "")
    client = _client()
    begun = client.framework.get_state_data(request.session, state)
    if begun is None:
        raise not_begun_here()
    if code := request.GET.get("error", ""):
        client.framework.clear_state_data(request.session, state)
        raise refused(code)
    return identify(_claims(client, request), settings.INSPECTOR), begun.get("following", "")


def _claims(client: Any, request: HttpRequest) -> Mapping[str, Any]:
    config: Config = settings.INSPECTOR
    checks = {
        "iss": {"essential": True, "value": client.server_metadata["issuer"]},
        "aud": {"essential": True, "value": config.oidc_client_id},
    }
    try:
        token = client.authorize_access_token(request, claims_options=checks, leeway=APART)
        claims = token.get("userinfo")
        if not claims:
            raise untrue("missing_id_token", "")
        return {**_more_claims(client, token, claims, config), **claims}
    except AuthlibBaseError as error:
        raise refused(error.error or "") from error
    except JoseError as error:
        raise untrue(error.error, getattr(error, "claim", "")) from error
    except requests.RequestException as error:
        raise down(_word(error)) from error
    except (ValueError, KeyError, TypeError) as error:  # an answer that is no JSON, or a token that is none
        raise untrue("invalid_answer", "") from error


def _more_claims(client: Any, token: Any, claims: Mapping[str, Any], config: Config) -> Mapping[str, Any]:
    """Some providers tell of names and groups only here."""
    wanted = (config.oidc_username_claim, config.oidc_groups_claim)
    if "userinfo_endpoint" not in client.server_metadata or all(find_claim(claims, name) for name in wanted):
        return {}
    told = client.userinfo(token=token)
    if told.get("sub") != claims["sub"]:
        raise untrue("another_person", "")
    found: Mapping[str, Any] = told
    return found


def _client() -> Any:
    return _make_client(settings.INSPECTOR, int(time.monotonic() // KEPT))


@lru_cache(maxsize=2)
def _make_client(config: Config, period: int) -> Any:
    """Asked of the provider anew in each `period`. A failure is not kept."""
    secret = config.oidc_client_secret.reveal() if config.oidc_client_secret else ""
    found = _discover(config.oidc_issuer)
    return OAuth().register(
        "inspector",
        client_id=config.oidc_client_id,
        client_secret=secret,
        client_kwargs={
            "scope": config.oidc_scopes,
            "code_challenge_method": "S256",
            "default_timeout": PATIENCE,
            "token_endpoint_auth_method": _auth_method(found),
        },
        access_token_url=found["token_endpoint"],
        authorize_url=found["authorization_endpoint"],
        **found,
    )


def _discover(issuer: str) -> dict[str, Any]:
    """What the provider says of itself (OpenID Connect Discovery 1.0), as far as it is used."""
    try:
        answer = requests.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", timeout=PATIENCE)
        answer.raise_for_status()
        told = answer.json()
    except requests.RequestException as error:
        raise down(_word(error)) from error
    told = {name: value for name, value in told.items() if value is not None} if isinstance(told, dict) else {}
    if not all(_is_address(told.get(name), issuer) for name in _NEEDED):
        raise down("its answer does not say where it signs people in")
    if told.get("issuer") != issuer:
        raise down(f"it calls itself {str(told.get('issuer'))[:200]!r}, and not as INSPECTOR_OIDC_ISSUER does")
    algorithms = [one for one in told.get("id_token_signing_alg_values_supported", ()) if one in _ALGORITHMS]
    if not algorithms:
        raise down("it signs by no algorithm with a public key")
    names: tuple[str, ...] = (*_NEEDED, "issuer", "token_endpoint_auth_methods_supported")
    if _is_address(told.get("userinfo_endpoint"), issuer):
        names = (*names, "userinfo_endpoint")
    found = {name: told[name] for name in names if name in told}
    return {**found, "id_token_signing_alg_values_supported": algorithms}


def _is_address(value: Any, issuer: str) -> bool:
    """With TLS, unless the issuer itself is on this machine without."""
    return isinstance(value, str) and urlsplit(value).scheme in ("https", urlsplit(issuer).scheme)


def _auth_method(found: Mapping[str, Any]) -> str:
    offered = found.get("token_endpoint_auth_methods_supported", ())
    return "client_secret_post" if "client_secret_basic" not in offered and offered else "client_secret_basic"


def _word(error: requests.RequestException) -> str:
    """Without the address, in which a library may put what is secret."""
    if error.response is not None:
        return f"it answers with status {error.response.status_code}"
    match error:
        case requests.exceptions.SSLError():
            return "its certificate is not trusted"
        case requests.Timeout():
            return f"it has not answered within {PATIENCE:g} s"
        case requests.exceptions.JSONDecodeError():
            return "what it answers is no JSON"
    return "it cannot be reached"


__all__ = ["NotSignedIn", "begin", "finish"]
