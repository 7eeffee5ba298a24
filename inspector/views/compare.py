"""`/thread/compare/`: two checkpoints of a thread, of two branches, namespaces, threads or stores."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse

from inspector.domain.channels import is_internal
from inspector.reader.branch import Kin, read_kin
from inspector.reader.pairs import PairSide, read_pair
from inspector.views.bar import make_bar, reader_named
from inspector.views.change_items import change_items, differing_channels, fit_changes
from inspector.views.choices import list_choices
from inspector.views.contexts import (
    ChannelChangeItem,
    CompareForm,
    ComparePage,
    RelationItem,
)
from inspector.views.graphs import namespace_items
from inspector.views.opened import OpenThread, open_thread
from inspector.views.page import page_view, show, wants_json
from inspector.views.parameters import read_optional, read_text
from inspector.views.sides import Side, find_side, naming, relation_of

#: Namespaces that the form lists, the newest ones.
_NAMESPACES = 40
_OF_B = ("with_id", "with_ns", "with_checkpoint", "with_store")


@dataclass(frozen=True, slots=True)
class _Compared:
    relation: RelationItem | None = None
    changes: tuple[ChannelChangeItem, ...] = ()
    unchanged: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


@page_view
def show_compare(request: HttpRequest) -> HttpResponse:
    opened = open_thread(request)
    a = find_side("A", opened.reader, opened.thread_id, opened.checkpoint_ns, read_text(request, "checkpoint"))
    b = _side_b(request, opened) if any(name in request.GET for name in _OF_B) else None
    with naming("A", opened.reader):
        kin = read_kin(opened.reader.store, opened.thread_id, opened.checkpoint_ns)
    compared = _compare(a, b, kin, request.GET.getlist("load")) if b is not None else _Compared()
    item_a, item_b = a.item(), b.item() if b is not None else None
    page = ComparePage(
        store=opened.entry.name,
        thread=opened.thread,
        checkpoint_ns=opened.checkpoint_ns,
        a=item_a,
        b=item_b,
        relation=compared.relation,
        changes=fit_changes(compared.changes) if wants_json(request) else compared.changes,
        unchanged=compared.unchanged,
        flags=compared.flags,
        choices=list_choices(opened.thread, a, kin),
        form=CompareForm(
            thread_id=item_b.thread_id if item_b is not None and item_b.thread_id != item_a.thread_id else "",
            checkpoint_ns=item_b.checkpoint_ns if item_b is not None else opened.checkpoint_ns,
            checkpoint_id=read_text(request, "with_checkpoint"),
            store=item_b.store if item_b is not None else opened.entry.name,
        ),
        namespaces=namespace_items(opened.namespaces, opened.checkpoint_ns)[-_NAMESPACES:],
        bar=make_bar(request, "threads", opened.entry),
    )
    return show(request, "compare", page)


def _side_b(request: HttpRequest, opened: OpenThread) -> Side:
    """What is left out is as on side A, the namespace as far as the thread is the same."""
    store = read_text(request, "with_store")
    reader = reader_named(request, store) if store else opened.reader
    thread_id = read_text(request, "with_id") or opened.thread_id
    given = read_optional(request, "with_ns")
    checkpoint_ns = given if given is not None else opened.checkpoint_ns if thread_id == opened.thread_id else ""
    return find_side("B", reader, thread_id, checkpoint_ns, read_text(request, "with_checkpoint"))


def _compare(a: Side, b: Side, kin: Kin, load: Collection[str]) -> _Compared:
    """Within one namespace versions tell which channels need reading; across two they mean nothing."""
    relation = relation_of(a, b, kin)
    sides = _pair_side("A", a), _pair_side("B", b)
    names = {name for side in sides for name in _names(side)}
    only: Collection[str] = names
    if a.namespace == b.namespace:
        only = differing_channels(b.checkpoint, a.checkpoint) if relation.kind != "same" else ()
    before, after = read_pair(*sides, only, load) if only else ((), ())
    changes = change_items(only, before, after)
    changed = {change.channel for change in changes}
    return _Compared(
        relation=relation,
        changes=changes,
        unchanged=tuple(sorted(name for name in names - changed if not is_internal(name))),
        flags=("rebuilt-values",) if any(state.rebuilt for state in (*before, *after)) else (),
    )


def _pair_side(letter: str, side: Side) -> PairSide:
    with naming(letter, side.reader):
        found = side.reader.pair_side(side.checkpoint)
    return replace(found, guard=lambda: naming(letter, side.reader))


def _names(side: PairSide) -> Iterable[str]:
    """The channels that hold something at a checkpoint."""
    row = side.row
    return {*row.channel_versions, *row.inline_values, *row.own_bodies} if row is not None else ()
