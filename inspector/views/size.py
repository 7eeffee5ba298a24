"""`/thread/size/`: time and size of one namespace of a thread, over its newest checkpoints."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse

from inspector.domain.growth import ChannelGrowth, StepWeight, sum_stored, weigh_channels
from inspector.domain.pace import (
    TurnTime,
    find_skews,
    in_order,
    slowest_steps,
    sum_waits,
    time_nodes,
    time_steps,
    time_turns,
)
from inspector.errors import NotFound
from inspector.reader import HISTORY, At, WeighedHistory
from inspector.reader.weights import WriteSums
from inspector.views.bar import make_bar
from inspector.views.contexts.size import Detail, Extent, SizePage, StepSize, Stored
from inspector.views.graphs import list_graphs, namespace_items
from inspector.views.opened import open_thread
from inspector.views.page import page_view, show
from inspector.views.parameters import read_optional
from inspector.views.remarks import make_remarks

#: Checkpoints that one page covers.
COVERED = HISTORY
#: Channels with a colour of their own, slowest steps in their table, and turns with a row each.
LAYERS, SLOWEST, ROWS = 6, 10, 20


@page_view
def show_size(request: HttpRequest) -> HttpResponse:
    opened = open_thread(request)
    at = At(before=read_optional(request, "before") or None)
    where = (opened.thread_id, opened.checkpoint_ns)
    found = opened.reader.read_weighed(*where, at=at, budget=COVERED, namespaces=opened.namespaces)
    history = found.history
    names = {item.checkpoint_ns for item in opened.namespaces}
    if opened.checkpoint_ns and opened.checkpoint_ns not in names and not history.checkpoints:
        raise NotFound("This thread has no such namespace.", f"It has {len(names)}; leave `ns` out for the root.")
    checkpoints = in_order(history.checkpoints[::-1])
    by_id = {weight.checkpoint_id: weight for weight in found.weights}
    weights = tuple(by_id[item.checkpoint_id] for item in checkpoints)
    steps = time_steps(checkpoints, found.again)
    turns, skews = time_turns(steps), find_skews(checkpoints)
    channels = weigh_channels(weights, found.weights[0], found.writes.channels) if weights else ()
    page = SizePage(
        store=opened.entry.name,
        thread=opened.thread,
        checkpoint_ns=opened.checkpoint_ns,
        covers=_covers(found),
        before=history.checkpoints[-1].checkpoint_id if history.truncated else "",
        remarks=make_remarks(turns, skews, weights, channels, newest=not history.above),
        turns=turns,
        nodes=time_nodes(steps),
        slowest=slowest_steps(steps, SLOWEST),
        waits=sum_waits(turns),
        skews=skews,
        now_bytes=found.weights[0].total_bytes if found.weights else 0,
        sizes=tuple(_size(weight) for weight in weights),
        channels=channels,
        stored=_stored(weights, channels, found.writes),
        bar=make_bar(request, "threads", opened.entry),
        graphs=list_graphs(namespace_items(opened.namespaces, opened.checkpoint_ns), "", 1),
        extent=_extent(found, turns),
        detail=_detail(turns),
        layers=tuple(item.channel for item in channels if not item.internal and item.size_bytes)[:LAYERS],
        singles=sum(turn.single for turn in turns),
    )
    return show(request, "size", page)


def _covers(found: WeighedHistory) -> dict[str, str | int | bool]:
    ids = [item.checkpoint_id for item in found.history.checkpoints]
    return {
        "from": ids[-1] if ids else "",
        "to": ids[0] if ids else "",
        "checkpoints": len(ids),
        "truncated": found.history.truncated,
    }


def _extent(found: WeighedHistory, turns: Sequence[TurnTime]) -> Extent:
    history = found.history
    times = [item.at for item in history.checkpoints if item.at is not None]
    return Extent(
        oldest_at=min(times, default=None),  # clocks may differ
        newest_at=max(times, default=None),
        newer=history.newer,
        older=history.older,
        earlier_turn=bool(turns) and history.truncated and turns[0].steps[0].why != "input",
    )


def _detail(turns: Sequence[TurnTime]) -> Detail:
    """Newest first."""
    rows = tuple(reversed(turns[-ROWS:]))
    return Detail(rows, max((turn.worked for turn in rows), default=0.0))


def _size(weight: StepWeight) -> StepSize:
    return StepSize(
        checkpoint_id=weight.checkpoint_id,
        step=weight.step,
        turn=weight.turn,
        total_bytes=weight.total_bytes,
        document_bytes=weight.document_bytes,
        channels={name: held.size_bytes for name, held in weight.channels.items()},
    )


def _stored(weights: Sequence[StepWeight], channels: Sequence[ChannelGrowth], writes: WriteSums) -> Stored:
    return Stored(
        total_bytes=sum_stored(weights, channels),
        documents_bytes=sum(weight.document_bytes for weight in weights),
        writes=writes.count,
        writes_bytes=writes.size_bytes,
        writes_cut=writes.cut,
    )
