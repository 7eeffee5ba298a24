"""From the environment to a configuration."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from inspector.config.oidc import check_oidc
from inspector.config.table import INDEX_FILE, SETTINGS
from inspector.config.values import Config, Setting
from inspector.errors import ConfigError
from inspector.secret import StoreUrl


def load(environ: Mapping[str, str]) -> Config:
    """Build the configuration; only the files named in …_FILE variables are read, and nothing is written.

    A variable that is set but empty counts as not set, as compose files leave it. Raises ConfigError.
    """
    values: dict[str, Any] = {setting.field: _value_of(setting, environ) for setting in SETTINGS}
    values["stores"] = values["stores"] or ()
    values["muted"] = values["muted"] or ()
    values["email_to"] = values["email_to"] or ()
    values["proxy_addresses"] = values["proxy_addresses"] or ()
    for name in ("content_groups", "shape_groups", "auditor_groups"):
        values[name] = values[name] or ()
    for name in ("proxy_user_header", "proxy_groups_header", "oidc_issuer", "oidc_client_id", "oidc_name"):
        values[name] = values[name] or ""
    values["public_url"] = values["public_url"] or ""
    values["data_dir"] = values["data_dir"] or default_data_dir()
    if values["database_url"] is None:
        values["database_url"] = StoreUrl(f"sqlite:///{quote(str(values['data_dir'] / INDEX_FILE))}")
    config = Config(**values)
    check_oidc(config)
    return config


def _value_of(setting: Setting, environ: Mapping[str, str]) -> Any:
    source, text = _text_of(setting, environ)
    if not text:
        return None
    try:
        return setting.parse(text)
    except ValueError as error:
        raise ConfigError(f"{source} cannot be used: {error}.", f"See docs/configuration.md. {setting.help}") from None


def _text_of(setting: Setting, environ: Mapping[str, str]) -> tuple[str, str]:
    """Where the value comes from, to name it in an error, and its text; "" where nothing gives one."""
    variable, file_variable = setting.variable, f"{setting.variable}_FILE"
    text = environ.get(variable, "").strip()
    path = environ.get(file_variable, "").strip() if setting.secret else ""
    if text and path:
        raise ConfigError(f"{variable} and {file_variable} are both set.", "Set one of the two.")
    if path:
        try:
            return file_variable, Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise ConfigError(f"The file that {file_variable} names cannot be read: {reason}.") from None
    if not text and setting.fallback:
        fallback = environ.get(setting.fallback, "")
        if fallback:
            return setting.fallback, fallback
    return variable, text or setting.default


def default_data_dir() -> Path:
    """The user's data directory by the platform's custom. It is named here and made by who writes into it."""
    from platformdirs import user_data_path

    return user_data_path("checkpoint-inspector", appauthor=False)
