"""Picking one checkpoint to compare another one with, and the addresses of comparisons."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from django.http import HttpRequest
from django.template import Context, Library

from inspector.addresses import address_of
from inspector.domain.coordinates import step_of
from inspector.tags.links import query_of

register = Library()

#: Parameters of a thread's page that carry what was picked.
PICK = ("pick", "pick_id", "pick_ns", "pick_store", "pick_step")

_NUMBER = re.compile(r"-?[0-9]{1,9}", re.ASCII)


class Place(Protocol):
    """Where a checkpoint is (`views.contexts.CheckpointPlace`, `SideItem`)."""

    @property
    def store(self) -> str: ...
    @property
    def thread_id(self) -> str: ...
    @property
    def checkpoint_ns(self) -> str: ...
    @property
    def checkpoint_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Picked:
    """The checkpoint that the present address carries as side A. `here` when it is of the thread on the page."""

    store: str
    thread_id: str
    checkpoint_ns: str
    checkpoint_id: str
    here: bool
    step: int | None = None


@register.simple_tag(takes_context=True)
def picked(context: Context, store: str, thread_id: str) -> Picked | None:
    """What was picked; None where nothing was. What the address leaves out is the page's own, and the root."""
    given = _request(context).GET
    if not given.get("pick"):
        return None
    return Picked(
        store=given.get("pick_store") or store,
        thread_id=given.get("pick_id") or thread_id,
        checkpoint_ns=given.get("pick_ns", ""),
        checkpoint_id=given["pick"],
        step=_step(given["pick"], given.get("pick_step", "")),
        here=given.get("pick_id", thread_id) in ("", thread_id) and given.get("pick_store", store) in ("", store),
    )


@register.simple_tag(takes_context=True)
def pick_url(context: Context, checkpoint_id: str, checkpoint_ns: str, step: int | None) -> str:
    """The present page with a step of its thread picked, which every link of the page then keeps. The step's number
    goes along: the checkpoint may not be on the pages that name it."""
    query = _request(context).GET.copy()
    for name in PICK:
        query.pop(name, None)
    query["pick"] = checkpoint_id
    query["checkpoint"] = checkpoint_id
    if checkpoint_ns:
        query["pick_ns"] = checkpoint_ns
    if step is not None:
        query["pick_step"] = str(step)
    return f"?{query_of((name, value) for name, values in query.lists() for value in values)}"


@register.simple_tag
def place_url(stores: Sequence[str], place: Place) -> str:
    """A checkpoint on its thread's page."""
    pairs = [("store", place.store if len(stores) > 1 else ""), ("id", place.thread_id)]
    pairs += [("ns", place.checkpoint_ns), ("checkpoint", place.checkpoint_id)]
    return f"{address_of('thread')}?{query_of((name, value) for name, value in pairs if value or name == 'id')}"


@register.simple_tag
def compare_url(stores: Sequence[str], a: Place, b: Place) -> str:
    """A comparison's own address, both checkpoints named: it shows the same tomorrow."""
    several = len(stores) > 1
    pairs = [("store", a.store if several else ""), ("id", a.thread_id)]
    pairs += [("ns", a.checkpoint_ns), ("checkpoint", a.checkpoint_id)]
    kept = [(name, value) for name, value in pairs if value or name == "id"]
    other = [("with_store", b.store if b.store != a.store else "")]
    other += [("with_id", b.thread_id if b.thread_id != a.thread_id else "")]
    kept += [(name, value) for name, value in other if value]
    if b.checkpoint_ns != (a.checkpoint_ns if a.thread_id == b.thread_id else ""):
        kept.append(("with_ns", b.checkpoint_ns))
    kept.append(("with_checkpoint", b.checkpoint_id))
    return f"{address_of('thread-compare')}?{query_of(kept)}"


@register.simple_tag(takes_context=True)
def compare_with(context: Context, stores: Sequence[str], pick: Place, store: str, selected: Place) -> str:
    """The comparison of what was picked with a step of the page's thread. Of two steps of one namespace the older one
    comes first, whichever was picked: what came since is what people look for. `pick.js` does the same."""
    thread_id = _request(context).GET.get("id", "")
    this = Picked(store, thread_id, selected.checkpoint_ns, selected.checkpoint_id, here=True)
    if _space(pick) == _space(this) and this.checkpoint_id < pick.checkpoint_id:
        return compare_url(stores, this, pick)
    return compare_url(stores, pick, this)


def _space(place: Place) -> tuple[str, str, str]:
    return place.store, place.thread_id, place.checkpoint_ns


def _step(checkpoint_id: str, told: str) -> int | None:
    """As the address tells it, else as LangGraph's ids carry it, which ids of others need not."""
    return int(told) if _NUMBER.fullmatch(told) else step_of(checkpoint_id)


def _request(context: Context) -> HttpRequest:
    request: HttpRequest = context["request"]
    return request
