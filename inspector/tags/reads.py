"""What workers report of a thread in sentences: how often they read it, what they missed, and where they wrote."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.template import Library

from inspector.domain import text
from inspector.tags.hosts import host_name
from inspector.tags.marks import plain
from inspector.tags.words import known_reads

register = Library()

_NAMED = 2  #: hosts that a sentence names
_LONG = 40  #: characters of a host's name


@register.filter
def worker_says(worker: Any, thread: Any) -> str:
    """What stands behind a host's numbers, for whoever points at them. "" in a thread that no probe reports of."""
    if not known_reads(thread):
        return ""
    name = _name(worker)
    put = text.count_noun(worker.put, "checkpoint")
    if worker.reads is None:
        return f"{name} wrote {put}. Its reads are not known: no probe reports them."
    reads = text.count_noun(worker.reads, "read")
    missed = f", {text.thousands(worker.misses)} of them found nothing" if worker.misses else ""
    if not worker.elsewhere:
        return f"{name} wrote {put}; {reads}{missed}."
    place = _place(worker.kept_in)
    if worker.put:
        return f"{name} wrote to {place}, not to this store: {put}; {reads}{missed}."
    return f"{name} looked in {place}, not in this store: {reads}{missed}."


@register.filter
def asked_words(workers: Sequence[Any]) -> str:
    """Who asked for a thread that is not stored: "web-1 asked 3 times, web-2 once"."""
    asked = sorted((worker for worker in workers if worker.reads), key=lambda worker: (-worker.reads, worker.hostname))
    told = [
        f"{_name(worker)}{'' if place else ' asked'} {_times(worker.reads)}"
        for place, worker in enumerate(asked[:_NAMED])
    ]
    more = f" and {text.count_noun(len(asked) - _NAMED, 'more host')}" if len(asked) > _NAMED else ""
    return ", ".join(told) + more


def _name(worker: Any) -> str:
    name = host_name(worker.hostname)
    return plain(name if len(name) <= _LONG else f"{name[:_LONG]}…")


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count) or f"{text.thousands(count)} times"


def _place(kind: str) -> str:
    return "its own memory" if kind == "memory" else "another database"
