"""`/audit/`: who was shown whose content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspector.views.contexts.bar import Bar
from inspector.views.contexts.base import page_only


@dataclass(frozen=True, slots=True)
class OpenedItem:
    """`via` is how that person signed in (see `access.viewer.Viewer`), `page` the name of the page that showed it.
    `address` is "" where the server told none."""

    at: datetime
    username: str
    via: str
    address: str
    store: str
    thread_id: str
    page: str
    request_id: str
    via_words: str = page_only()
    page_words: str = page_only()


@dataclass(frozen=True, slots=True)
class AuditForm:
    """What is in the controls."""

    who: str
    of_store: str
    thread_id: str
    since: str
    until: str
    narrowed: bool


@dataclass(frozen=True, slots=True)
class AuditPage:
    """`total` counts all lines that fit, up to a bound; `kept_days` is for how long lines are kept."""

    opened: tuple[OpenedItem, ...]
    next: str
    total: int
    total_is_exact: bool
    kept_days: int
    bar: Bar = page_only()
    form: AuditForm = page_only()
    stores: tuple[str, ...] = page_only()
    first_page: bool = page_only(default=True)
