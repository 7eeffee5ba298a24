"""Messages about alerts by channel, and by how far they have come."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from django.db.models import Case, CharField, Count, Q, Value, When

from inspector.models import Delivery

CHANNELS = ("webhook", "email")
#: On its way: not tried yet ("waiting") or tried in vain ("retrying"). At its end: "sent", "failed" (given up), or
#: "dropped" (not needed any more).
STATES = ("waiting", "retrying", "sent", "failed", "dropped")

_STATE = Case(
    When(sent_at__isnull=False, then=Value("sent")),
    When(dropped_at__isnull=False, error="", then=Value("dropped")),
    When(dropped_at__isnull=False, then=Value("failed")),
    When(error="", then=Value("waiting")),
    default=Value("retrying"),
    output_field=CharField(),
)


def read_deliveries(stores: Collection[str] | None = None) -> Mapping[tuple[str, str], int]:
    """Every channel and state, also where there is none: only then does a change from 0 show. Those about some `stores`
    alone, by their names, with tests, which are about none; None for all."""
    told = Delivery.objects.all()
    if stores is not None:
        told = told.filter(Q(alert=None) | Q(alert__store__name__in=stores))
    rows = told.annotate(state=_STATE).values_list("channel", "state").annotate(number=Count("pk"))
    found = {(channel, state): number for channel, state, number in rows.order_by()}
    return {(channel, state): found.get((channel, state), 0) for channel in CHANNELS for state in STATES}
