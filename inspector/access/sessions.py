"""What a session knows of who signed in. What they may see is asked anew at each request, and is never kept in it."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import timedelta
from typing import cast

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from inspector.access.proxies import came_by_https
from inspector.access.viewer import Via

_VIA, _GROUPS, _NAME = "inspector-via", "inspector-groups", "inspector-name"
_ISSUER = "inspector-issuer"
#: The names that Django gives to sessions.
_NAMED = re.compile(r"[a-z0-9]{32}")


class Sessions(SessionMiddleware):
    """Django's own, with a cookie that is for https only wherever the page came by it. What can be no session's name
    is not asked for: Postgres takes no NUL, and its refusal would read as if the database were down."""

    def process_request(self, request: HttpRequest) -> None:
        if not _NAMED.fullmatch(request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")):
            request.COOKIES.pop(settings.SESSION_COOKIE_NAME, None)
        super().process_request(request)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie is not None and came_by_https(request):
            cookie["secure"] = True
        return response


def note_sign_in(request: HttpRequest, via: Via, groups: Collection[str] = (), name: str = "") -> None:
    """After Django has signed somebody in, or in its place for a link: the session gets a new name, so that nobody who
    knew the old one is in it, and an end that nothing puts off: with each thing that is written into it later, as where
    another sign-in is begun, Django would else begin its time anew. `groups` and `name` are what a provider told of
    somebody who has no account here. Sessions that have ended are cleared away."""
    from django.contrib.sessions.models import Session  # not in every project that the dashboard is a part of

    request.session.cycle_key()
    request.session.set_expiry(timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE))
    request.session[_VIA] = via
    request.session[_GROUPS] = sorted(groups)
    request.session[_NAME] = name
    request.session[_ISSUER] = settings.INSPECTOR.oidc_issuer if via == "oidc" else ""
    Session.objects.filter(expire_date__lt=timezone.now()).delete()


def signed_in_via(request: HttpRequest) -> Via | None:
    """None where the session is nobody's."""
    return cast("Via | None", request.session.get(_VIA))


def name_told(request: HttpRequest) -> str:
    """What the provider that is set calls who signed in; "" where that was at another one."""
    issuer = settings.INSPECTOR.oidc_issuer
    return str(request.session.get(_NAME, "")) if issuer and request.session.get(_ISSUER) == issuer else ""


def groups_told(request: HttpRequest) -> tuple[str, ...]:
    """The groups that a provider told when this session began."""
    return tuple(request.session.get(_GROUPS, ()))
