"""`/-/health`: whether the process lives, and how far its index is behind each store."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse

from inspector.errors import ConfigError
from inspector.index.connections import all_readers
from inspector.views.bar import entries_of, index_state
from inspector.views.page import as_data, page_view


@page_view
def show_health(request: HttpRequest) -> HttpResponse:
    """Always 200 while the process answers and its own database does: a store that is down is not our death, and
    shows as `degraded`."""
    try:
        stores = {name: as_data(index_state(entry)) for name, entry in entries_of(all_readers().values()).items()}
    except ConfigError:
        stores = {}  # the pages say what is wrong; a restart would not help
    failing = [name for name, store in stores.items() if store["error"]]
    response = JsonResponse({"status": "degraded" if failing else "ok", "failing": failing, "stores": stores})
    response["Cache-Control"] = "no-store"
    return response
