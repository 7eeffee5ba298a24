"""A refresh that has nothing new to tell: most of what open pages ask for, every few seconds each.

A page carries a tag: a keyed hash of what it follows from, made of facts that cost little to read. The script that
refreshes it sends the tag back; where it would get the same one now, it is told so, with the bar above the page alone.
A tag is as good for half a minute, so whatever the facts do not tell, and whatever moves with the clock alone, shows
within that time. What is so young that the page tells its seconds has no tag.

Facts are read before the page is: what changes in between makes the next refresh bring the page anew.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from inspector import __version__
from inspector.access.asking import viewer_of
from inspector.domain.text import SECONDS_TOLD
from inspector.index.scope import OF_ABSENT
from inspector.index.tallies import read_tally
from inspector.models import StoreEntry, ThreadEntry
from inspector.views.bar import make_bar
from inspector.views.contexts import Unchanged
from inspector.views.page import show, wants_json

#: Seconds for which a tag holds.
HOLDS = 30
_HEADER = "X-Shown"


def make_tag(request: HttpRequest, facts: Any, *, ages: Iterable[datetime | None] = ()) -> str:
    """For the page's root. "" where one of the times that it tells by their age is so young that its text moves with
    every second. The address and the viewer are part of it: what one may see says nothing of what another may."""
    youngest = timezone.now() - timedelta(seconds=SECONDS_TOLD)
    if wants_json(request) or any(at is not None and at > youngest for at in ages):
        return ""
    asked = (__version__, request.get_full_path(), _viewer_key(request), facts)
    told = salted_hmac("inspector.views.still", repr(asked), algorithm="sha256").hexdigest()[:32]
    return f"{int(time.time())}-{told}"


def is_refresh(request: HttpRequest) -> bool:
    """Whether a tag is sent that may still hold."""
    return _HEADER in request.headers


def is_shown(request: HttpRequest, tag: str) -> bool:
    """Whether whoever refreshes has what `tag` stands for, from not long ago."""
    at, mark, told = request.headers.get(_HEADER, "").partition("-")
    if not tag or not mark or not at.isascii() or not at.isdecimal() or len(at) > len(tag):
        return False
    made, _, now_told = tag.partition("-")
    return 0 <= int(made) - int(at) < HOLDS and constant_time_compare(told, now_told)


def show_unchanged(request: HttpRequest, section: str, entry: StoreEntry) -> HttpResponse:
    """How far the index is, and how many orphans and problems there are now; the page itself stays."""
    response = show(request, "bar_swaps", Unchanged(make_bar(request, section, entry)))
    response["HX-Reswap"] = "none"
    return response


def facts_of_index(entry: StoreEntry) -> tuple[Any, list[datetime]]:
    """What lists of a store follow from, and the time of its newest thread: any change of a row changes one of the
    numbers that are kept of all, but for one that is rewritten in place. Beside an error, and while the index is built,
    pages tell what moves all the time: then as if just now something had happened."""
    if not entry.pk or entry.synced_at is None or entry.error or entry.ledger_error:
        return None, [timezone.now()]
    tally = read_tally(entry)
    numbers = [value for name, value in sorted(vars(tally).items()) if not name.startswith("_")]
    newest = ThreadEntry.objects.filter(store=entry).order_by("-last_at").values_list("last_at", flat=True)[:1]
    facts = (entry.pk, numbers, entry.hosts, entry.muted_by, entry.server, list(newest))
    return facts, list(newest)


def lists_absent(flag: str, state: str) -> bool:
    """Whether a list holds threads that are not stored, the newest of which `facts_of_index` does not know."""
    return flag in OF_ABSENT or state == "absent"


def _viewer_key(request: HttpRequest) -> str:
    """Who looks, and what they may see."""
    viewer = viewer_of(request)
    if viewer is None:
        return ""
    stores = None if viewer.stores is None else sorted(viewer.stores)
    return repr((viewer.name, viewer.via, viewer.role, stores, viewer.auditor))
