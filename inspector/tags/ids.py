"""thread_ids and checkpoint_ids for the eye: shortened in the middle, whole in the title, nothing in them hidden."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.template import Library
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from inspector.tags.marks import plain, short, title

register = Library()

#: What an id is shown with at most: a UUID and then some.
ID_LIMIT = 64

_EMPTY = mark_safe("<i>(empty id)</i>")

#: Metadata keys that name what runs in a thread, most telling first.
GRAPH_KEYS = ("assistant", "assistant_name", "graph_name", "graph_id", "graph", "agent", "agent_name", "assistant_id")


@register.filter
def show_id(thread_id: str, limit: int = ID_LIMIT) -> SafeString:
    """An id as it is told apart. The empty one, which is a legal id, says that it is empty."""
    if not thread_id:
        return _EMPTY
    if len(thread_id) <= limit:
        return format_html("<bdi>{}</bdi>", short(thread_id, limit))
    return format_html('<bdi title="{}">{}</bdi>', title(thread_id), short(thread_id, limit))


@register.filter
def name_of_id(thread_id: str) -> str:
    """An id for a page's title or a label, where no markup can be."""
    return plain(str(thread_id)[:60]).replace("\n", "↵") if thread_id else "(empty id)"


@register.filter
def short_id(checkpoint_id: str) -> str:
    """The beginning of a checkpoint_id, enough to tell two in sight apart."""
    return plain(checkpoint_id[:13]) + ("…" if len(checkpoint_id) > 13 else "")


@register.filter
def config_of(checkpoint: Any, thread_id: str) -> str:
    """What LangGraph's `get_state` is given to read this checkpoint, as JSON, which Python reads too."""
    place = {
        "thread_id": thread_id,
        "checkpoint_ns": checkpoint.checkpoint_ns,
        "checkpoint_id": checkpoint.checkpoint_id,
    }
    return json.dumps({"configurable": place})


@register.filter
def graph_name(metadata: Mapping[str, object]) -> str:
    """What runs in a thread, as far as its metadata says: an assistant, a graph, an agent; "" when it does not."""
    return next((found for key in GRAPH_KEYS if isinstance(found := metadata.get(key), str) and found), "")


@register.simple_tag
def owner_name(threads: Iterable[Any], owner: str) -> str:
    """The metadata key of an owner, where one of these threads is the owner's; "" where none is."""
    return next((owner_key(thread.metadata, owner) for thread in threads if thread.owner == owner), "")


@register.simple_tag
def owner_key(metadata: Mapping[str, object], owner: str) -> str:
    """The metadata key that the owner was read from; "owner" where none holds it any more."""
    return next((key for key, value in metadata.items() if value == owner), "owner")
