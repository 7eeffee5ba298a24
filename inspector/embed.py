"""The dashboard as an app in a Django project that is there already: what its settings need, by one import.

`docs/deploy/existing-django-project.md` has the steps. The addresses are `include("inspector.urls")`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import django_htmx

from inspector import parts
from inspector.config import PREFIX, SETTINGS, Config, load
from inspector.errors import ConfigError
from inspector.routing import ALIAS

__all__ = ["ALIAS", "APPS", "ROUTER", "STATIC", "TEMPLATES", "config", "database"]

#: For INSTALLED_APPS, at its end: commands of yours go before ours of the same name.
APPS = ["inspector.apps.InspectorConfig"]
#: For TEMPLATES, at its end: an engine of our own, so that no template or tag of ours meets one of yours.
TEMPLATES = parts.TEMPLATES
#: For STATICFILES_DIRS. All that is in them is in `inspector/` and `django_htmx/`.
STATIC = [parts.STATIC, Path(django_htmx.__file__).parent / "static"]
#: For DATABASE_ROUTERS.
ROUTER = "inspector.routing.OwnTables"


def config(**given: str) -> Config:
    """For INSPECTOR: every setting of docs/configuration.md, from the environment, or given here by its name in small
    letters, without the prefix: `config(stores="prod=postgresql://…", orphan_after="2h")`. Raises `ConfigError`."""
    known = {setting.variable for setting in SETTINGS}
    variables = {f"{PREFIX}{name.upper()}": text for name, text in given.items()}
    if unknown := sorted(variables.keys() - known):
        raise ConfigError(f"There is no setting {unknown[0]}.", "docs/configuration.md has all of them.")
    files = {f"{variable}_FILE" for variable in variables}
    return load({**{name: text for name, text in os.environ.items() if name not in files}, **variables})


def database(config: Config) -> dict[str, Any]:
    """For DATABASES["inspector"]: the one that INSPECTOR_DATABASE_URL names, else a SQLite file in
    INSPECTOR_DATA_DIR."""
    return parts.database(config)
