"""Static files whose addresses change with their content, without a build or collect step.

Django's manifest storage needs `collectstatic` into a writable directory before the first page. A pip install
and a read-only container have neither, so the hash goes into the query string (`app.css?v=1a2b3c4d`). It is
computed once per process from the file as it lies.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


class HashedAddresses(StaticFilesStorage):
    """The storage behind `{% static %}`: the plain address and a hash of what it serves."""

    def url(self, name: str | None) -> str:
        plain = super().url(name)
        version = (_read_hash if settings.DEBUG else _remembered_hash)(name) if name else ""
        return f"{plain}?v={version}" if version else plain


def _read_hash(name: str) -> str:
    """The content's hash; "" where there is no such file, which the 404 on it will tell."""
    found = finders.find(name)
    return hashlib.sha256(Path(found).read_bytes()).hexdigest()[:12] if isinstance(found, str) else ""


_remembered_hash = cache(_read_hash)
