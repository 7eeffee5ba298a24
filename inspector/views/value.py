"""`/thread/value/`: one channel's value at one checkpoint as JSON, and nothing around it."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse

from inspector.errors import NotFound
from inspector.views.bar import reader_of
from inspector.views.contexts import Tree
from inspector.views.page import as_data, page_view
from inspector.views.parameters import read_text


@page_view
def show_value(request: HttpRequest) -> JsonResponse:
    """What was cut of it carries `$omitted`, as everywhere. Not found is also a value too large to be read."""
    channel = read_text(request, "channel")
    where = (read_text(request, "id"), read_text(request, "ns"), read_text(request, "checkpoint"))
    reader = reader_of(request)
    checkpoint = reader.read_checkpoint(*where)
    if checkpoint is None:
        raise NotFound("This thread holds no such checkpoint.", "It may have been pruned.")
    if channel not in checkpoint.channel_versions:
        raise NotFound("This checkpoint has no such channel.", "The page of the step lists those that it has.")
    states = reader.read_state(checkpoint, load=[channel], only=[channel])
    state = next((one for one in states if one.channel == channel and one.loaded), None)
    if state is None:
        raise NotFound("This value is larger than what is read of one.", "Downloads hold the thread in full.")
    response = JsonResponse(as_data(Tree(state.value)), safe=False, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "no-store"
    return response
