"""Where the dashboard's pages are, under whatever address they were included."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.translation import get_language

#: `app_name` in `urls`.
APP = "inspector"


def is_alone() -> bool:
    """Whether the dashboard is a Django project of its own, or else an app in somebody else's."""
    return bool(getattr(settings, "INSPECTOR_ALONE", False))


def address_of(name: str, *held: str, **named: str) -> str:
    """The path of the page of this name in `urls`. `held` or `named` is what the path itself names."""
    if named:
        return reverse(f"{APP}:{name}", kwargs=named)
    # A list has hundreds of them. A project may have its addresses begin with the language.
    language = get_language() if settings.USE_I18N else None
    return _address(name, held, get_urlconf() or settings.ROOT_URLCONF, get_script_prefix(), language)


@lru_cache(maxsize=512)
def _address(name: str, held: tuple[str, ...], urlconf: str, _prefix: str, _language: str | None) -> str:
    return reverse(f"{APP}:{name}", urlconf, held)
