"""`/-/health`: whether the process lives, whether it can take people in, and how far its index is behind each store."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from inspector.access.bearer import has_metrics_token
from inspector.addresses import address_of
from inspector.errors import ConfigError
from inspector.index.briefly import waiting_briefly
from inspector.index.connections import all_readers
from inspector.index.lease import syncer_state
from inspector.index.ready import NO_ANSWER, why_not_ready
from inspector.models import StoreEntry
from inspector.views.bar import entries_of, index_state
from inspector.views.page import as_data, page_view
from inspector.views.parameters import read_choice, read_text

LIVE, READY = "live", "ready"
_PATIENCE_MS = 1_000
#: To those who may know, where nothing can be known.
_DEGRADED: dict[str, Any] = {"status": "degraded", "failing": [], "stores": {}}


@page_view
def show_health(request: HttpRequest) -> HttpResponse:
    """Without parameters always 200 while the process answers: a store that is down is not our death, and shows as
    `degraded`. Who it is that asks decides how much is told."""
    check = read_choice(request, "check", (LIVE, READY), LIVE) if read_text(request, "check") else ""
    if check == LIVE:  # no database is asked: what a restart cannot mend is no reason for one
        return _answer({"status": "ok"})
    if check == READY:
        reason = why_not_ready(settings.INSPECTOR)
        return _answer({"status": "not ready", "reason": reason}, 503) if reason else _answer({"status": "ready"})
    return _answer(_state(request))


def asks_no_index(request: HttpRequest) -> bool:
    """Whether this is the question that a process is killed by: an index that is down must not have it killed."""
    return request.path == address_of("health") and request.GET.get("check") == LIVE


def without_index(request: HttpRequest) -> HttpResponse | None:
    """What a probe hears where the index failed before it was asked. None for a page, which says so itself."""
    if request.path != address_of("health"):
        return None
    if request.GET.get("check") == READY:
        return _answer({"status": "not ready", "reason": NO_ANSWER}, 503)
    return _answer(_DEGRADED if may_see_details(request) else {"status": "degraded"})


def may_see_details(request: HttpRequest) -> bool:
    """Names of stores and what is wrong with them are for whoever signed in, and for programs with the token."""
    return getattr(request, "viewer", None) is not None or has_metrics_token(request)


def _state(request: HttpRequest) -> dict[str, Any]:
    try:
        with waiting_briefly(_PATIENCE_MS):
            entries = entries_of(all_readers().values())
            stores = {name: _store(entry) for name, entry in entries.items()}
    except ConfigError:
        stores = {}  # the pages say what is wrong; a restart would not help
    except Error:
        return _DEGRADED if may_see_details(request) else {"status": "degraded"}
    status = "degraded" if _failing(stores) else "ok"
    if not may_see_details(request):
        return {"status": status}
    viewer = getattr(request, "viewer", None)
    seen = {name: store for name, store in stores.items() if viewer is None or viewer.may_see(name)}
    return {"status": status, "failing": _failing(seen), "stores": seen}


def _store(entry: StoreEntry) -> dict[str, Any]:
    return {**as_data(index_state(entry)), "syncer": syncer_state(entry, timezone.now())}


def _failing(stores: dict[str, dict[str, Any]]) -> list[str]:
    return [name for name, store in stores.items() if store["error"]]


def _answer(told: dict[str, Any], status: int = 200) -> HttpResponse:
    response = JsonResponse(told, status=status)
    response["Cache-Control"] = "no-store"
    return response
