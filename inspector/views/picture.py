"""What the picture of a thread shows: every step of a short one; of a long one those around the page's, and a strip of
the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from inspector.domain.branches import Branches, find_branches
from inspector.domain.coordinates import time_of
from inspector.domain.outline import Outline, OutlineStep
from inspector.domain.picture import Overview, Picture, PictureStep
from inspector.domain.thread import ThreadHistory
from inspector.errors import StoreError
from inspector.reader import Reader
from inspector.views.contexts import CheckpointItem
from inspector.views.weight import address_bytes

#: A namespace of no more steps is drawn whole, step by step.
WHOLE = 120
#: Steps that are drawn before and behind those of the page.
AROUND = 12
#: Bytes that the addresses of all dots may take.
_ADDRESSES = 12_000


def make_picture(reader: Reader, history: ThreadHistory, items: Sequence[CheckpointItem]) -> Picture:
    """`items` are the page's steps, newest first."""
    outline, error = _outline(reader, history, items)
    steps = outline.steps
    places = {step.checkpoint_id: place for place, step in enumerate(steps)}
    listed = {item.checkpoint_id: item for item in items}
    on_page = [places[name] for name in listed if name in places]
    first, last = (min(on_page), max(on_page)) if on_page else (-1, -1)
    room = max(0, _ADDRESSES // (address_bytes(history.thread_id) + 1) - len(items))
    around = min(AROUND, room // 2)
    if not on_page:  # the page lies before what the outline holds
        drawn: Sequence[OutlineStep] = [_step(item) for item in reversed(items)]
    elif len(steps) <= min(WHOLE, room + len(items)) and not outline.older:
        drawn = steps
    else:
        drawn = steps[max(0, first - around) : last + around + 1]
    branches = outline.branches if on_page else find_branches(drawn)
    counts = Counter(step.hostname for step in steps or drawn)
    return Picture(
        steps=tuple(_drawn(step, listed.get(step.checkpoint_id), branches) for step in drawn),
        hosts=tuple(counts),
        counts=tuple(counts.items()),
        overview=_overview(outline, first, last, items) if len(drawn) < len(steps) + outline.older else None,
        branches=branches.branches,
        siblings=len(branches.siblings),
        error=error,
    )


def _outline(reader: Reader, history: ThreadHistory, items: Sequence[CheckpointItem]) -> tuple[Outline, str]:
    """The page's own steps where there are no others, else from memory. A picture of the page alone is better than
    none."""
    if not history.truncated and not history.above:
        return _page(items), ""
    try:
        return reader.read_outline(history.thread_id, history.checkpoint_ns), ""
    except StoreError as error:
        return _page(items), f"Only the steps of this page are drawn: {error}"


def _page(items: Sequence[CheckpointItem]) -> Outline:
    steps = tuple(_step(item) for item in reversed(items))
    return Outline(steps, find_branches(steps))


def _overview(outline: Outline, first: int, last: int, items: Sequence[CheckpointItem]) -> Overview:
    oldest = items[-1].checkpoint_id if items else ""
    return Overview(outline.steps, outline.older, outline.folded, first, last, oldest)


def _step(item: CheckpointItem) -> OutlineStep:
    return OutlineStep(
        item.checkpoint_id, item.parent_checkpoint_id, item.step, item.source, item.at, item.turn, item.hostname
    )


def _drawn(step: OutlineStep, item: CheckpointItem | None, branches: Branches) -> PictureStep:
    name = step.checkpoint_id
    parent = step.parent_checkpoint_id or ""
    parent_at = time_of(parent)
    return PictureStep(
        name,
        step.parent_checkpoint_id,
        step.step,
        step.source,
        step.at,
        step.turn,
        step.hostname,
        (step.at - parent_at).total_seconds() if step.at is not None and parent_at is not None else None,
        level=branches.levels.get(name, 0),
        sibling=name in branches.siblings,
        fork=name in branches.forks,
        listed=item is not None,
        node_names=item.node_names if item is not None else (),
        size_bytes=item.size_bytes if item is not None else None,
        marks=item.marks if item is not None else (),
    )
