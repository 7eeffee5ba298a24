"""Forged requests: what a foreign page sends by somebody's browser is refused by Django, see `settings`."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware


class FormProtection(CsrfViewMiddleware):
    """Django's own, with a cookie that is for https only wherever the page came by it."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response = super().process_response(request, response)
        cookie = response.cookies.get(settings.CSRF_COOKIE_NAME)
        if cookie is not None and came_by_https(request):
            cookie["secure"] = True
        return response


def came_by_https(request: HttpRequest) -> bool:
    """As far as it is known: by the connection, by what a proxy says of it, or by the address that people are given.
    Nothing but a cookie gets stricter by it, so whoever makes it up keeps only himself out."""
    if request.is_secure() or request.headers.get("X-Forwarded-Proto", "").strip().lower() == "https":
        return True
    public = urlsplit(settings.INSPECTOR.public_url)
    return public.scheme == "https" and public.netloc.lower() == request.META.get("HTTP_HOST", "").lower()
