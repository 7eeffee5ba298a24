"""The dashboard as a site of its own: all addresses at the top, and errors in its clothes."""

from __future__ import annotations

from django.urls import include, path

from inspector.views import errors

urlpatterns = [path("", include("inspector.urls"))]

handler400 = errors.bad_request
handler404 = errors.not_found
handler500 = errors.server_error
