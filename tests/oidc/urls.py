"""The provider's addresses: the toolkit's own, with one that can be told to lie, and a page to sign in."""

from __future__ import annotations

from django.contrib.auth.views import LoginView
from django.urls import include, path

from tests.oidc.claims import tell_to_lie, token

urlpatterns = [
    path("o/token/", token, name="token"),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    path("sign-in/", LoginView.as_view(template_name="sign-in.html"), name="sign-in"),
    path("lie/", tell_to_lie),
]
