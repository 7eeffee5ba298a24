"""Where a page leads to that mutes what it shows."""

from __future__ import annotations

from django.template import Library

from inspector.domain.id_families import run_prefix
from inspector.patterns import exactly
from inspector.tags.links import section_url

register = Library()


@register.simple_tag
def mute_url(what: str, text: str, store: str, stores: tuple[str, ...]) -> str:
    """The form that mutes, filled in: `what` is "id", "owner", "host" or "graph", and `text` one of these."""
    return _form(what, exactly(text), store, stores)


@register.simple_tag
def mute_like_url(thread_id: str, store: str, stores: tuple[str, ...]) -> str:
    """The same for all threads of an id's family; for the id alone where it is of none."""
    prefix = run_prefix(thread_id)
    return _form("id", f"{exactly(prefix)}*" if prefix else exactly(thread_id), store, stores)


def _form(what: str, pattern: str, store: str, stores: tuple[str, ...]) -> str:
    return f"{section_url('mutes', store, stores, what=what, pattern=pattern)}#mute"
