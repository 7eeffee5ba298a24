"""Django's settings, built from `inspector.config`. Nothing here is read from the environment twice.

There are no accounts and no sessions, so the apps and middleware for those are left out, and with them their tables.
The checkpoint stores are only read. What people tell the dashboard itself (mutes, a test alert) comes by POST, under
Django's protection against forged requests: the one cookie that there is, set by pages with a form.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF

from inspector import config as _config
from inspector.config import Config
from inspector.errors import ConfigError
from inspector.secret import obtain_key

#: The parsed configuration. Code asks `django.conf.settings.INSPECTOR`, never the environment.
INSPECTOR = _config.load(os.environ)

_PACKAGE = Path(__file__).resolve().parent
#: templates/ and static/ lie at the top of a checkout, the pages of the rules in docs/; a wheel carries them inside the
#: package.
_INSTALLED = _PACKAGE / "_web"
_WEB = _INSTALLED if _INSTALLED.is_dir() else _PACKAGE.parent
RULE_PAGES = _INSTALLED / "rules" if _INSTALLED.is_dir() else _PACKAGE.parent / "docs" / "rules"

DEBUG = INSPECTOR.debug
SECRET_KEY = INSPECTOR.secret_key.reveal() if INSPECTOR.secret_key else obtain_key(INSPECTOR.data_dir / "secret-key")
#: This machine's own names always work: a health check comes by them, and no foreign page can.
ALLOWED_HOSTS = sorted({*INSPECTOR.allowed_hosts, "localhost", "127.0.0.1", "[::1]"})

INSTALLED_APPS = ["django.contrib.staticfiles", "django_htmx", "inspector.apps.InspectorConfig"]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.common.CommonMiddleware",
    "inspector.views.protection.FormProtection",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "inspector.urls"
WSGI_APPLICATION = "inspector.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [_WEB / "templates"],
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]

# Times are stored and sent in UTC; the page says so.
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
LANGUAGE_CODE = "en"


def _sqlite(path: str) -> dict[str, Any]:
    """One writer (the sync pass) and many readers: WAL lets them work at once, IMMEDIATE makes writers queue.

    Without IMMEDIATE a transaction that reads first and writes later fails when another one wrote meanwhile.
    """
    if path and path != ":memory:":
        Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pragmas = {
        "journal_mode": "WAL",
        "synchronous": "NORMAL",  # the index can be rebuilt from the stores; WAL never corrupts it
        "cache_size": -64_000,  # kB
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


def _database() -> dict[str, Any]:
    """The index's database. Raises ConfigError, without the password, for a URL that names none."""
    url = INSPECTOR.database_url
    try:
        if url.scheme == "sqlite":
            return _sqlite(url.path)
        if url.scheme not in ("postgres", "postgresql"):
            raise ValueError(f"{url.scheme}:// is not supported")
        return dict(dj_database_url.parse(url.reveal(), conn_max_age=60, conn_health_checks=True))
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"The index at {url.safe} cannot be used: {error}.",
            "Set INSPECTOR_DATABASE_URL to sqlite:///PATH or postgresql://USER:PASSWORD@HOST/DATABASE.",
        ) from None


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Served from where they lie, in a checkout, an install and a read-only container alike: no collectstatic. An
# address carries a hash of the content (see the storage), so that browsers may keep a file and still see the
# next version.
STATIC_URL = "/static/"
STATICFILES_DIRS = [_WEB / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "inspector.assets.HashedAddresses"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 3600
WHITENOISE_ALLOW_ALL_ORIGINS = False

# Everything comes from here, nothing is inline, and nobody may frame it. What a store holds may be hostile:
# this is the second lock behind escaping.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"  # a thread_id in an address stays here
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"


def trusted_origins(config: Config) -> list[str]:
    """Where forms may come from beside the address that a request names: behind a proxy that speaks TLS, or that gives
    requests another name, that is not what the browser shows. `*` names nothing, and so adds nothing."""
    names = {f"*{name}" if name.startswith(".") else name for name in config.allowed_hosts if "*" not in name}
    origins = {f"https://{name}" for name in names}
    if config.public_url:
        address = urlsplit(config.public_url)
        name = address.netloc.rpartition("@")[2].lower()
        origins.add(f"{address.scheme}://{name.removesuffix(_DEFAULT_PORTS.get(address.scheme, ''))}")
    return sorted(origins)


#: Browsers leave them out.
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}

CSRF_TRUSTED_ORIGINS = trusted_origins(INSPECTOR)
CSRF_FAILURE_VIEW = "inspector.views.errors.refused"
# Cookies do not tell ports apart: a name that another Django on this machine has would change with each of the two.
CSRF_COOKIE_NAME = "inspector-form"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # scripts send the form, and with it the token that is in it
CSRF_COOKIE_AGE = None  # until the browser ends
# Nothing that is told to the dashboard is long, and no form holds a file: none is written to a disk.
DATA_UPLOAD_MAX_MEMORY_SIZE = 65_536
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 0


def _is_fault(record: logging.LogRecord) -> bool:
    return getattr(record, "status_code", 500) != 503


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    # A store that does not answer has been told once, with its reason; that pages said so is no second event.
    "filters": {"faults": {"()": "django.utils.log.CallbackFilter", "callback": _is_fault}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "inspector": {"level": "DEBUG" if DEBUG else "INFO"},
        # Django's own set-up is silent without DEBUG; errors belong on stderr. A missing page is no event.
        "django": {"handlers": [], "level": "INFO" if DEBUG else "WARNING", "propagate": True},
        "django.request": {"level": "ERROR", "filters": ["faults"]},
        # These tell whole addresses of what is asked, and that of a webhook is a secret.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
    },
}
