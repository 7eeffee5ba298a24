"""`settings.LOGGING`."""

from __future__ import annotations

import logging
from typing import Any

REQUESTS = "inspector.requests"
AUDIT = "inspector.audit"


def logging_settings(log_format: str, *, log_requests: bool, debug: bool) -> dict[str, Any]:
    """As `logging.config.dictConfig` takes it. `log_format` is `text` or `json`."""
    form = "inspector.logs.formats.JsonFormat" if log_format == "json" else "inspector.logs.formats.TextFormat"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": form}},
        # A store that does not answer has been told once, with its reason; that pages said so is no second event.
        "filters": {"faults": {"()": "django.utils.log.CallbackFilter", "callback": _is_fault}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "inspector": {"level": "DEBUG" if debug else "INFO"},
            REQUESTS: {"level": "INFO" if log_requests else "WARNING"},
            # Who opened what is for what collects logs; people read the page of it. What could not be put there is
            # a warning.
            AUDIT: {"level": "INFO" if log_format == "json" else "WARNING"},
            # Django's own set-up is silent without DEBUG; errors belong on stderr. A missing page is no event.
            "django": {"handlers": [], "level": "INFO" if debug else "WARNING", "propagate": True},
            "django.request": {"level": "ERROR", "filters": ["faults"]},
            # These tell whole addresses of what is asked, and that of a webhook is a secret.
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
        },
    }


def _is_fault(record: logging.LogRecord) -> bool:
    return getattr(record, "status_code", 500) != 503
