"""What the provider says of a person, and the lies that it is told to tell."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from jwcrypto import jwk, jwt
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauth2_provider.settings import oauth2_settings
from oauth2_provider.views import TokenView

from tests.oidc.site import PEOPLE

_lie = {"is": ""}


class Validator(OAuth2Validator):
    oidc_claim_scope = None

    def get_additional_claims(self, request: Any) -> dict[str, Any]:
        return {"preferred_username": request.user.username, **PEOPLE[request.user.username]}


@csrf_exempt
def tell_to_lie(request: HttpRequest) -> HttpResponse:
    _lie["is"] = request.POST["how"]
    return JsonResponse(_lie)


@csrf_exempt
def token(request: HttpRequest) -> HttpResponse:
    """As the toolkit answers, with another `id_token` where it is to lie."""
    answer: HttpResponse = TokenView.as_view()(request)
    change = LIES.get(_lie["is"])
    if change is None or answer.status_code != 200:
        return answer
    told = json.loads(answer.content)
    told["id_token"] = change(told["id_token"])
    return JsonResponse({name: value for name, value in told.items() if value})


def _key() -> Any:
    return jwk.JWK.from_pem(oauth2_settings.OIDC_RSA_PRIVATE_KEY.encode())


def _signed(text: str, *, key: Any = None, alg: str = "RS256", **changes: Any) -> str:
    own = _key()
    claims = {**json.loads(jwt.JWT(jwt=text, key=own).claims), **changes}
    header = {"alg": alg, "kid": own.thumbprint(), "typ": "JWT"}
    made = jwt.JWT(header=header, claims=claims, algs=[alg])
    made.make_signed_token(key or own)
    serialized: str = made.serialize()
    return serialized


def _secret_key() -> Any:
    """The provider's public key taken for a shared secret: the oldest confusion of algorithms."""
    return jwk.JWK(kty="oct", k=jwk.base64url_encode(_key().export_to_pem()))


def _unsigned(text: str) -> str:
    head = jwk.base64url_encode(json.dumps({"alg": "none", "typ": "JWT"}))
    return f"{head}.{text.split('.')[1]}."


LIES: dict[str, Callable[[str], str]] = {
    "signature": lambda text: _signed(text, key=jwk.JWK.generate(kty="RSA", size=2048)),
    "changed": lambda text: ".".join([text.split(".")[0], _signed(text, sub="1").split(".")[1], text.split(".")[2]]),
    "secret": lambda text: _signed(text, key=_secret_key(), alg="HS256"),
    "unsigned": _unsigned,
    "nonce": lambda text: _signed(text, nonce="another"),
    "audience": lambda text: _signed(text, aud="another"),
    "issuer": lambda text: _signed(text, iss="https://another.example"),
    "past": lambda text: _signed(text, exp=int(time.time()) - 600, iat=int(time.time()) - 1_200),
    "future": lambda text: _signed(text, iat=int(time.time()) + 7_200, exp=int(time.time()) + 9_000),
    "none": lambda text: "",
    "garbage": lambda text: "no token",
}
