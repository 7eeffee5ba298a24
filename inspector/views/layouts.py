"""Which layout a store or a thread is kept in, and with it what is not kept (see `stores.differences`)."""

from __future__ import annotations

from inspector.stores.differences import DIFFERENCES, LAYOUTS, REDIS, REDIS_SHALLOW
from inspector.views.contexts import DifferenceItem, ThreadItem


def layout_of(kind: str, thread: ThreadItem) -> str:
    """A shallow saver leaves one checkpoint a namespace, so the turns of its threads are a lower bound."""
    shallow = kind == REDIS and thread.turns_is_lower_bound and thread.checkpoints <= thread.namespaces
    return REDIS_SHALLOW if shallow else kind


def differences_of(kind: str) -> tuple[DifferenceItem, ...]:
    """What a store of this kind does not keep, in all of its layouts or in some."""
    layouts = [layout for layout in LAYOUTS if layout.partition("-")[0] == kind]
    lost = [(one, tuple(layout for layout in layouts if one.sentence(layout))) for one in DIFFERENCES]
    return tuple(
        DifferenceItem(one.slug, one.title, one.sentence(without[0]), () if without == tuple(layouts) else without)
        for one, without in lost
        if without
    )
