"""Rows of lists of threads, most of which say what they said a moment ago, on the same page or on another."""

from __future__ import annotations

from hashlib import blake2b
from typing import Any

from django.template import Library
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from inspector.addresses import address_of
from inspector.parts import ENGINE

register = Library()

#: Rows whose markup is kept: a few megabytes. All are let go of when there are more.
KEPT = 4_096
_kept: dict[bytes, SafeString] = {}


@register.simple_tag
def thread_cells(thread: Any, bar: Any) -> SafeString:
    """All of a thread's row but its age. A pure function of what it is given: whoever may not see something of a thread
    gives another thread, and with that gets another row."""
    if thread.also_in or getattr(thread, "verdict", ""):  # these say how long ago something was
        return _render(thread, bar)
    given = repr((address_of("thread"), thread, bar.store, bar.stores, bar.kind))
    key = blake2b(given.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    found = _kept.get(key)
    if found is None:
        found = _render(thread, bar)
        if len(_kept) >= KEPT:
            _kept.clear()
        _kept[key] = found
    return found


def _render(thread: Any, bar: Any) -> SafeString:
    return mark_safe(get_template("_thread_cells.html", using=ENGINE).render({"thread": thread, "page": {"bar": bar}}))  # noqa: S308
