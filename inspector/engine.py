"""Our templates' engine. It knows no tags but ours, and nobody else's engine knows those."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.checks import CheckMessage
from django.template.backends.django import DjangoTemplates


class OwnTemplates(DjangoTemplates):
    """Without the tag libraries of the apps that are installed: another project may have one called `links` too."""

    def get_templatetag_libraries(self, custom_libraries: Mapping[str, str]) -> dict[str, str]:
        return dict(custom_libraries)

    def check(self, **_: Any) -> list[CheckMessage]:
        """Django would warn of names that are the same in two engines."""
        return []
