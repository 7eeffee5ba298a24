"""Query parameters as values. A wrong one is told with the right ones beside it; none is silently replaced."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone

from inspector.domain.coordinates import parse_time
from inspector.domain.thread_ids import SHAPES
from inspector.errors import BadRequest

_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
HIGHEST_LIMIT = 500
HIGHEST_PAGE = 999


def read_text(request: HttpRequest, name: str, default: str = "") -> str:
    """The parameter as it was sent. NUL bytes are in no id and no database takes them."""
    value = request.GET.get(name, default)
    if "\x00" in value:
        raise BadRequest(f"`{name}` holds a NUL character.", "No store can hold one in an id.")
    return value


def read_optional(request: HttpRequest, name: str) -> str | None:
    """None where the parameter is not given at all; "" is a value."""
    return read_text(request, name) if name in request.GET else None


#: In a query string, "" means any host, graph or shape, so what has no name needs a word.
UNNAMED = "(unnamed)"


def read_named(request: HttpRequest, name: str) -> str | None:
    """The name of a host, a graph or the like: None for any, which an empty parameter of a form says as well, and ""
    for those that have none."""
    value = read_text(request, name)
    return "" if value == UNNAMED else value or None


def read_shape(request: HttpRequest) -> str | None:
    """The shape of ids to list. Raises `BadRequest` for one that there is not, with those that there are."""
    shape = read_named(request, "shape")
    if shape and shape not in SHAPES:
        raise BadRequest(f"`shape` cannot be {shape[:60]!r}.", f"It can be {', '.join(SHAPES)} or {UNNAMED}.")
    return shape


def read_choice(request: HttpRequest, name: str, choices: tuple[str, ...], default: str) -> str:
    value = read_text(request, name) or default
    if value not in choices:
        raise BadRequest(f"`{name}` cannot be {value[:60]!r}.", f"It can be {', '.join(choices)}.")
    return value


def read_limit(request: HttpRequest, default: int = 50) -> int:
    return _read_count(request, "limit", default, HIGHEST_LIMIT)


def read_page(request: HttpRequest, name: str = "page") -> int:
    """The number of a page, from 1 on."""
    return _read_count(request, name, 1, HIGHEST_PAGE)


def _read_count(request: HttpRequest, name: str, default: int, highest: int) -> int:
    text = read_text(request, name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= highest):
        raise BadRequest(f"`{name}` must be 1 to {highest}.", f"Leave it out for {default}.")
    return int(text)


def read_time(request: HttpRequest, name: str) -> datetime | None:
    """An ISO 8601 time, or an age as `30m`, `24h` or `7d`."""
    text = read_text(request, name).strip()
    if not text:
        return None
    number, unit = text[:-1], text[-1]
    if unit in _UNITS and number.isascii() and number.isdigit() and len(number) < 6:
        return timezone.now() - timedelta(**{_UNITS[unit]: int(number)})
    found = parse_time(text.replace(" ", "+"))
    if found is None:
        raise BadRequest(f"`{name}` is no time.", "Give it as 2026-11-22T09:30:00Z, or as an age: 30m, 24h, 7d.")
    return found
