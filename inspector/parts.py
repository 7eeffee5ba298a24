"""What the dashboard brings wherever it runs: as a Django project of its own, or as an app in somebody else's.

Without a setting of Django's, so that settings can be made of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF

from inspector.config import Config
from inspector.errors import ConfigError

_PACKAGE = Path(__file__).resolve().parent
#: templates/ and static/ lie at the top of a checkout, the pages of the rules in docs/; a wheel carries them inside the
#: package.
_INSTALLED = _PACKAGE / "_web"
_WEB = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent
RULE_PAGES = _INSTALLED / "rules" if _INSTALLED.is_dir() else _PACKAGE.parent / "docs" / "rules"
STATIC = _WEB / "static"

#: The engine that knows our templates and tags, and whose names meet no others: another project has a `base.html` and
#: maybe a tag library `links` as well.
ENGINE = "inspector"
#: Modules of `inspector.tags`. They are no `templatetags`, as those of one app are known in the templates of all.
# fmt: off
_LIBRARIES = (
    "calls", "changes", "charts", "conversations", "evidence", "findings", "finds", "follow", "growth_chart",
    "hidden", "hosts", "ids", "lane_words", "lanes", "layouts", "links", "marks", "mutes", "orphans", "overview",
    "pace_chart", "picking", "reads", "room", "rows", "steps", "tasks", "timeline", "tokens", "values", "words",
    "workers", "written",
)
# fmt: on
TEMPLATES: dict[str, Any] = {
    "BACKEND": "inspector.engine.OwnTemplates",
    "NAME": ENGINE,
    "DIRS": [_WEB / "templates"],
    "OPTIONS": {
        "context_processors": ["django.template.context_processors.request"],
        "libraries": {
            **{name: f"inspector.tags.{name}" for name in _LIBRARIES},
            "static": "django.templatetags.static",
            "django_htmx": "django_htmx.templatetags.django_htmx",
        },
    },
}

#: Everything comes from here, nothing is inline, and nobody may frame it. What a store holds may be hostile: this is
#: the second lock behind escaping.
POLICY: dict[str, list[str]] = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "object-src": [NONE],
    "connect-src": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
}


def database(config: Config) -> dict[str, Any]:
    """The dashboard's own database, as an entry of `DATABASES`. Raises ConfigError, without the password, for a URL
    that names none."""
    url = config.database_url
    try:
        if url.scheme == "sqlite":
            return _sqlite(url.path)
        if url.scheme not in ("postgres", "postgresql"):
            raise ValueError(f"{url.scheme}:// is not supported")
        found: dict[str, Any] = dict(dj_database_url.parse(url.reveal(), conn_max_age=60, conn_health_checks=True))
        options = {"connect_timeout": 2, **dict(found.pop("OPTIONS", {}))}
        return {**found, "OPTIONS": options}  # pages tell at once that it is gone
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"The index at {url.safe} cannot be used: {error}.",
            "Set INSPECTOR_DATABASE_URL to sqlite:///PATH or postgresql://USER:PASSWORD@HOST/DATABASE.",
        ) from None


def _sqlite(path: str) -> dict[str, Any]:
    """One writer (the sync pass) and many readers: WAL lets them work at once, IMMEDIATE makes writers queue.

    Without IMMEDIATE a transaction that reads first and writes later fails when another one wrote meanwhile.
    """
    if path and path != ":memory:":
        Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pragmas = {
        "journal_mode": "WAL",
        "synchronous": "NORMAL",  # the index can be rebuilt from the stores; WAL never corrupts it
        # kB, in each of the web server's threads. More saves nothing: the kernel keeps the file's pages for all.
        "cache_size": -8_000,
        "mmap_size": 0,  # of a file that is not cached, each page of it would come with megabytes around it
        "temp_store": "MEMORY",
        "journal_size_limit": 67_108_864,
        "wal_autocheckpoint": 8_000,  # pages: a first build writes megabytes at a time
    }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path or ":memory:",
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "".join(f"PRAGMA {name}={value};" for name, value in pragmas.items()),
        },
    }
