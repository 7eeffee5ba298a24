"""`/login/oidc/` and `/login/oidc/callback/`: to the OpenID Connect provider, and back.

The way there is a link and not a form: a browser that follows our policy sends no form that leads elsewhere.
"""

from __future__ import annotations

import logging

from django.conf import settings
from django.contrib.auth import logout
from django.db import Error
from django.http import HttpRequest, HttpResponse

from inspector.access.doors import login_hint
from inspector.access.oidc import is_oidc_configured, provider_name
from inspector.access.oidc.claims import Identity
from inspector.access.oidc.errors import NotSignedIn
from inspector.access.proxies import client_address
from inspector.access.sessions import note_sign_in, signed_in_via
from inspector.addresses import address_of
from inspector.errors import NotFound, OwnDatabaseDown
from inspector.logs.faults import word_for
from inspector.views.login import go_on_to, show_login, wanted
from inspector.views.page import page_view, show_error

logger = logging.getLogger("inspector.access")

#: Seconds for which a sign-in that was begun can be finished.
_BEGUN = 3_600


@page_view
def begin_oidc(request: HttpRequest) -> HttpResponse:
    """To the provider, with `next` kept for the way back."""
    _check(request)
    from inspector.access.oidc.provider import begin

    try:
        address = begin(request, _callback(request), wanted(request))
    except NotSignedIn as error:
        return _failed(request, error)
    if signed_in_via(request) is None:
        request.session.set_expiry(_BEGUN)
    return HttpResponse(status=303, headers={"Location": address, "Cache-Control": "no-store"})


@page_view
def finish_oidc(request: HttpRequest) -> HttpResponse:
    """Where the provider sends the browser back to."""
    _check(request)
    from inspector.access.oidc.provider import finish

    try:
        identity, following = finish(request)
        _sign_in(request, identity)
    except NotSignedIn as error:
        return _failed(request, error)
    except Error as error:
        logger.warning("Nobody can sign in: %s", word_for(error))
        return show_error(request, OwnDatabaseDown())
    return go_on_to(following)


def _check(request: HttpRequest) -> None:
    if not is_oidc_configured():
        raise NotFound("No OpenID Connect provider is set.", login_hint())


def _callback(request: HttpRequest) -> str:
    """As it is registered with the provider."""
    path = address_of("oidc-callback")
    public = settings.INSPECTOR.public_url
    return f"{public}{path}" if public else request.build_absolute_uri(path)


def _sign_in(request: HttpRequest, identity: Identity) -> None:
    logout(request)  # whoever was signed in before, and what was kept for the way back
    note_sign_in(request, "oidc", identity.groups, name=identity.name)
    logger.info("%s signed in by %s from %s.", identity.name, provider_name(), _origin(request))


def _failed(request: HttpRequest, error: NotSignedIn) -> HttpResponse:
    logger.warning("A sign-in by %s from %s failed: %s", provider_name(), _origin(request), error.message)
    return show_login(request, error=f"{error.message} {error.hint}", status=error.status)


def _origin(request: HttpRequest) -> str:
    return client_address(request) or "a local socket"
