"""Django's settings, built from `inspector.config`. Nothing here is read from the environment twice.

Who looks is asked by the gate (`inspector.views.gate`) before any page is made. Accounts, sessions and failed attempts
are kept in the dashboard's own database. The checkpoint stores are only read. What people tell the dashboard itself
(mutes, a test alert) comes by POST, under Django's protection against forged requests.
"""

from __future__ import annotations

import os
from datetime import timedelta
from urllib.parse import urlsplit

from inspector import config as _config
from inspector import parts
from inspector.config import Config
from inspector.logs.settings import logging_settings
from inspector.secret import obtain_key

#: The parsed configuration. Code asks `django.conf.settings.INSPECTOR`, never the environment.
INSPECTOR = _config.load(os.environ)

#: Nobody else's project: accounts, logins and all tables are ours.
INSPECTOR_ALONE = True
#: Whether `inspector demo` started it: with a directory of its own, to which a link takes the command that it prints.
INSPECTOR_DEMO = False
RULE_PAGES = parts.RULE_PAGES

DEBUG = INSPECTOR.debug
SECRET_KEY = INSPECTOR.secret_key.reveal() if INSPECTOR.secret_key else obtain_key(INSPECTOR.data_dir / "secret-key")
#: This machine's own names always work: a health check comes by them, and no foreign page can.
ALLOWED_HOSTS = sorted({*INSPECTOR.allowed_hosts, "localhost", "127.0.0.1", "[::1]"})

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "axes",
    "django_htmx",
    "inspector.apps.InspectorConfig",
]
MIDDLEWARE = [
    "inspector.views.requests.RequestLog",
    "inspector.views.heads.send_no_content",
    "inspector.views.lengths.hear_numbers",
    "django.middleware.security.SecurityMiddleware",
    "inspector.views.protection.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "inspector.views.protection.KnownAddresses",
    "inspector.views.patience.wait_briefly",
    "inspector.access.sessions.Sessions",
    "inspector.views.protection.FormProtection",
    "inspector.views.gate.Gate",
    "inspector.access.audit.middleware.AuditLog",
    "django.middleware.common.CommonMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "inspector.site"
WSGI_APPLICATION = "inspector.wsgi.application"

TEMPLATES = [parts.TEMPLATES]

# Times are stored and sent in UTC; the page says so.
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
LANGUAGE_CODE = "en"

DATABASES = {"default": parts.database(INSPECTOR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Served from where they lie, in a checkout, an install and a read-only container alike: no collectstatic. An
# address carries a hash of the content (see the storage), so that browsers may keep a file and still see the
# next version.
STATIC_URL = "/static/"
STATICFILES_DIRS = [parts.STATIC]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "inspector.assets.HashedAddresses"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 3600
WHITENOISE_ALLOW_ALL_ORIGINS = False

CONTENT_SECURITY_POLICY = {"DIRECTIVES": parts.POLICY}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"  # a thread_id in an address stays here
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
#: Where people come by https they come by nothing else: browsers are told so, and send cookies by nothing else.
_HTTPS = INSPECTOR.public_url.startswith("https://")
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE = _HTTPS
#: Of `check --deploy`, what is meant to be as it is.
SILENCED_SYSTEM_CHECKS = [
    "security.W003",  # forms are protected by a class made of Django's, which the check does not know by its name
    "security.W005",  # HSTS speaks for this name alone: what else is below it is not ours
    "security.W008",  # TLS ends at the proxy, which is who redirects; probes come by http
    "security.W021",  # whoever owns the domain puts it on the browsers' list, no tool does
]


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

# Who signs in. What somebody may see is asked anew at each request, so a session holds little more than a name.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
SESSION_COOKIE_NAME = "inspector-session"
SESSION_COOKIE_AGE = max(1, int(INSPECTOR.session_hours * 3600))
SESSION_COOKIE_SAMESITE = "Lax"  # a link to a thread, in a chat or an alert, opens it
SESSION_COOKIE_HTTPONLY = True
# A name is locked at an address, not everywhere: who guesses from elsewhere keeps nobody out.
AXES_FAILURE_LIMIT = 5
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # and nothing is written meanwhile
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "inspector.access.throttle.throttle_address"
AXES_LOCKOUT_CALLABLE = "inspector.views.login.locked_out"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken", "token"]
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# Nothing that is told to the dashboard is long, and no form holds a file: none is written to a disk.
DATA_UPLOAD_MAX_MEMORY_SIZE = 65_536
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 0


LOGGING = logging_settings(
    INSPECTOR.log_format,
    log_requests=INSPECTOR.log_format == "json" if INSPECTOR.log_requests is None else INSPECTOR.log_requests,
    debug=DEBUG,
)
