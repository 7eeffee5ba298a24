"""What somebody else's project still needs for the dashboard, told by `manage.py check`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import global_settings, settings
from django.conf.urls.i18n import is_language_prefix_patterns_used
from django.contrib.staticfiles import finders
from django.core.checks import CheckMessage, Error, Warning
from django.db import router
from django.template import engines
from django.urls import NoReverseMatch, Resolver404, resolve

from inspector.addresses import address_of
from inspector.config import Config
from inspector.parts import ENGINE

_PAGE = "docs/deploy/existing-django-project.md has all steps."
_SIGNED_IN = "django.contrib.auth.middleware.AuthenticationMiddleware"
_FILES = ("inspector/css/base.css", "django_htmx")


def check_project(**_: Any) -> list[CheckMessage]:
    """Of a dashboard that is not alone."""
    return list(_missing())


def _missing() -> Iterator[CheckMessage]:
    if not isinstance(getattr(settings, "INSPECTOR", None), Config):
        yield _error(1, "There is no INSPECTOR in the settings.", "Add INSPECTOR = embed.config().")
    if ENGINE not in engines.templates:
        yield _error(2, "The dashboard's templates are not known.", "Add embed.TEMPLATES to TEMPLATES.")
    if not _tells_who():
        yield _error(3, "Nothing says who is signed in.", f"Add {_SIGNED_IN} to MIDDLEWARE.")
    alias = _alias()
    if alias not in settings.DATABASES:
        yield _error(4, f"There is no database {alias!r}.", f"Add DATABASES[{alias!r}] = embed.database(INSPECTOR).")
    if apps.is_installed("django.contrib.staticfiles") and not all(map(finders.find, _FILES)):
        yield _error(5, "The dashboard's static files are not found.", "Add embed.STATIC to STATICFILES_DIRS.")
    try:
        address_of("home")
    except NoReverseMatch:
        hint = 'Add path("checkpoints/", include("inspector.urls")) to urlpatterns.'
        yield Warning("The dashboard has no address.", f"{hint} {_PAGE}", id="inspector.W001")
    if _nowhere_to_sign_in():
        hint = 'Set LOGIN_URL; "admin:login" where people sign in by the admin.'
        what = f"Who is not signed in is sent to {settings.LOGIN_URL}, where there is no page."
        yield Warning(what, f"{hint} {_PAGE}", id="inspector.W002")


def _error(number: int, what: str, hint: str) -> CheckMessage:
    return Error(what, f"{hint} {_PAGE}", id=f"inspector.E{number:03}")


def _tells_who() -> bool:
    return any(name == _SIGNED_IN or "auth" in name.lower() for name in settings.MIDDLEWARE)


def _nowhere_to_sign_in() -> bool:
    """As in a new project. An address that somebody chose may be another server's."""
    if settings.LOGIN_URL != global_settings.LOGIN_URL or is_language_prefix_patterns_used(settings.ROOT_URLCONF)[0]:
        return False
    try:
        resolve(settings.LOGIN_URL)
    except Resolver404:
        return True
    return False


def _alias() -> str:
    from inspector.models import StoreEntry  # once all apps are there

    return router.db_for_write(StoreEntry)
