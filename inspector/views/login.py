"""`/login/` and `/logout/`: by a link that works once, or by a name and a password."""

from __future__ import annotations

import logging

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.core.exceptions import SuspiciousOperation
from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.encoding import iri_to_uri
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from inspector.access.asking import viewer_of
from inspector.access.link import TOKEN, use_link
from inspector.access.modes import has_accounts
from inspector.access.oidc import is_oidc_configured, provider_name
from inspector.access.proxies import client_address
from inspector.access.proxy import is_made_up, is_proxy_configured
from inspector.access.sessions import note_sign_in
from inspector.addresses import address_of
from inspector.errors import BadRequest, OwnDatabaseDown
from inspector.logs.faults import word_for
from inspector.views.actions import action_view, go_on
from inspector.views.contexts import LoginPage
from inspector.views.page import as_data, draw, show_error, wants_json

logger = logging.getLogger("inspector.access")

#: Characters of an address that people are sent back to, and of a name.
_LONGEST, _NAME = 8_000, 254

LINK_USED = "This link has been used, is older than a day, or is of another dashboard. Each works once."
WRONG = "The name or the password is wrong."
LOCKED = "Too many attempts: nobody can sign in by this name from here for 15 minutes."


@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """A link is used by opening it; HEAD, which scanners of links send, leaves it as it is."""
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD, POST"})
    try:
        if request.method == "POST":
            return _by_password(request)
        token = request.GET.get(TOKEN, "")
        if token:
            return _by_link(request, token)
        if viewer_of(request) is not None:
            return go_on_to(wanted(request))
        return show_login(request)
    except SuspiciousOperation:  # more fields than Django takes
        return show_error(
            request, BadRequest("The request could not be read.", f"Open {address_of('login')} and try again.")
        )
    except Error as error:
        logger.warning("Nobody can sign in: %s", word_for(error))
        return show_error(request, OwnDatabaseDown())


@csrf_exempt  # no form of another site's brings the session's cookie along: so the bar of every page needs no token
@action_view
def sign_out(request: HttpRequest) -> HttpResponse:
    """Of a session here. Whom a proxy signs in signs out there."""
    logout(request)
    return go_on("login")


def locked_out(request: HttpRequest, response: object, credentials: object) -> HttpResponse:
    """In place of what a sign-in would have been answered, once there were too many: see `settings.AXES_…`."""
    return show_login(request, error=LOCKED, status=429)


def _by_password(request: HttpRequest) -> HttpResponse:
    name, password = request.POST.get("username", "")[:_NAME], request.POST.get("password", "")
    user = authenticate(request, username=name, password=password) if "\x00" not in name + password else None
    if user is None:
        logger.warning("A sign-in from %s was refused.", client_address(request) or "a local socket")
        return show_login(request, error=WRONG, status=401)
    login(request, user)
    note_sign_in(request, "password")
    logger.info("%s signed in from %s.", user.get_username(), client_address(request) or "a local socket")
    return go_on_to(wanted(request))


def _by_link(request: HttpRequest, token: str) -> HttpResponse:
    if request.method == "HEAD":
        return show_login(request)
    if not use_link(token):
        return show_login(request, error=LINK_USED, status=403, used=True)
    logout(request)  # whoever was signed in before
    note_sign_in(request, "link")
    logger.info("A link was used from %s.", client_address(request) or "a local socket")
    return go_on_to(wanted(request))


def show_login(request: HttpRequest, *, error: str = "", status: int = 200, used: bool = False) -> HttpResponse:
    """The page with all ways in, and what went wrong with one of them."""
    accounts = has_accounts()
    page = LoginPage(
        next=wanted(request),
        error=error,
        by_password=accounts,
        by_proxy=is_proxy_configured(),
        by_link=used or not (accounts or is_proxy_configured() or is_oidc_configured()),
        link_command=_link_command(request),
        by_oidc=provider_name(),
        username=request.POST.get("username", "")[:_NAME],
        not_believed=client_address(request) if is_made_up(request) else "",
    )
    if wants_json(request):
        response: HttpResponse = JsonResponse(as_data(page), status=status)
    else:
        response = draw(request, "login.html", {"page": page}, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _link_command(request: HttpRequest) -> str:
    """ "" of a demo: its command begins with a directory, which is for its terminal and not for whoever asks."""
    if getattr(settings, "INSPECTOR_DEMO", False):
        return ""
    port = request.get_host().removesuffix(".").rpartition(":")[2]
    return f"inspector link --port {port}" if port.isdecimal() else "inspector link"


def wanted(request: HttpRequest) -> str:
    """Where they were going: a path of this dashboard, and nothing else. "" for the first page."""
    address = request.POST.get("next") or request.GET.get("next", "")
    is_own = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if is_own and len(address) <= _LONGEST and address.isprintable() else ""


def go_on_to(address: str) -> HttpResponse:
    """Once somebody is signed in. `address` is one that `wanted` gave."""
    location = iri_to_uri(address or address_of("home"))
    return HttpResponse(status=303, headers={"Location": location, "Cache-Control": "no-store"})
