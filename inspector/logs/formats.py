"""The two forms of a line: text for people, JSON for what collects logs. Both hold the same.

A formatter sees every line whoever wrote it, the libraries too: here is where texts of exceptions are left out.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from inspector.logs.faults import faults, lines, word_for
from inspector.logs.request_id import current_id

#: `logger.info(…, extra={FIELDS: {"store": "prod"}})`: what a line tells beside its message. What libraries put into
#: their records (Django a whole request) is left out.
FIELDS = "fields"
_LONG = 4_000  #: characters of a message


class TextFormat(logging.Formatter):
    """`2026-11-23T10:02:03.004Z WARNING inspector.index: message [request id]`, and the trace below it."""

    def format(self, record: logging.LogRecord) -> str:
        request = current_id()
        line = f"{_time(record)} {record.levelname} {record.name}: {_message(record)}"
        if request:
            line += f" [{request}]"
        error = _error(record)
        return line if error is None else "\n".join([line, *lines(error)])


class JsonFormat(logging.Formatter):
    """One object a line: `time, level, logger, message, request_id`, the line's own fields, and `exception`."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": _message(record),
        }
        if request := current_id():
            told["request_id"] = request
        fields = getattr(record, FIELDS, None)
        if isinstance(fields, Mapping):
            told = {**fields, **told}
        error = _error(record)
        if error is not None:
            told["exception"] = faults(error)
        return json.dumps(told, default=_kind)


def _time(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _message(record: logging.LogRecord) -> str:
    """In one line, so that no text can pretend to be a line of its own."""
    try:
        text = str(record.msg) % _safe(record.args) if record.args else _safe_text(record.msg)
    except Exception:
        text = "A line whose words do not fit it."  # the library's own complaint would show all of them
    if len(text) > _LONG:
        text = text[:_LONG] + "…"
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)


def _safe(arguments: Any) -> Any:
    if isinstance(arguments, Mapping):
        return {name: _safe_one(value) for name, value in arguments.items()}
    return tuple(_safe_one(value) for value in arguments)


def _safe_one(value: Any) -> Any:
    return word_for(value) if isinstance(value, BaseException) else value


def _safe_text(message: Any) -> str:
    return str(_safe_one(message))


def _error(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if record.exc_info else None


def _kind(value: Any) -> str:
    return type(value).__name__
