"""`/-/metrics`: the index in numbers, for Prometheus."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from inspector.access.asking import viewer_of
from inspector.index.briefly import waiting_briefly
from inspector.metrics.exposition import expose
from inspector.metrics.reading import read_figures
from inspector.views.bar import moment

logger = logging.getLogger(__name__)

#: A scraper gives up after ten seconds unless told otherwise; it should hear why before that.
PATIENCE_MS = 2_000


@require_safe
def show_metrics(request: HttpRequest) -> HttpResponse:
    """Of the index alone, as it is: where it is behind, `index_lag_seconds` says so. 503 in plain text where it cannot
    be read."""
    viewer = viewer_of(request)  # a program with the token is nobody, and sees all
    stores = [setting.name for setting in settings.INSPECTOR.stores]
    names = [name for name in stores if viewer is None or viewer.may_see(name)]
    try:
        with waiting_briefly(PATIENCE_MS):
            figures = read_figures(names, moment(), told_of=viewer.stores if viewer is not None else None)
    except Error as error:
        logger.warning("The index cannot be read for a scrape: %s", error)
        text = "The dashboard's own database does not answer; its log says why.\n"
        return _answer(text.encode(), "text/plain; charset=utf-8", 503)
    return _answer(*expose(figures, request.headers.get("Accept", "")), 200)


def _answer(content: bytes, content_type: str, status: int) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type, status=status)
    response["Cache-Control"] = "no-store"
    response["Vary"] = "Accept"
    return response
