"""What each page shows, as frozen dataclasses: the one source of the whole page, its parts and its JSON.

A field marked `page_only` is furniture of the HTML page (links, choices, the bar) and stays out of the JSON. Field
names are part of the public interface: they are added to, never renamed.
"""

from inspector.views.contexts.bar import Bar, ErrorPage, IndexState
from inspector.views.contexts.base import PAGE_ONLY, Tree, page_only
from inspector.views.contexts.orphans import OrphanBar, OrphanHost, OrphanShare, OrphansPage, WindowChoice
from inspector.views.contexts.stores import StoreItem, StoresPage, TableItem
from inspector.views.contexts.thread import (
    AgainstChoice,
    ChannelChangeItem,
    ChannelItem,
    CheckpointItem,
    InterruptItem,
    MessageChange,
    NamespaceItem,
    Selected,
    TaskItem,
    ThreadPage,
    TurnGroup,
    ValueChange,
    WriteItem,
)
from inspector.views.contexts.threads import Filter, ThreadItem, ThreadsForm, ThreadsPage, WorkerCount

__all__ = [
    "PAGE_ONLY",
    "AgainstChoice",
    "Bar",
    "ChannelChangeItem",
    "ChannelItem",
    "CheckpointItem",
    "ErrorPage",
    "Filter",
    "IndexState",
    "InterruptItem",
    "MessageChange",
    "NamespaceItem",
    "OrphanBar",
    "OrphanHost",
    "OrphanShare",
    "OrphansPage",
    "Selected",
    "StoreItem",
    "StoresPage",
    "TableItem",
    "TaskItem",
    "ThreadItem",
    "ThreadPage",
    "ThreadsForm",
    "ThreadsPage",
    "Tree",
    "TurnGroup",
    "ValueChange",
    "WindowChoice",
    "WorkerCount",
    "WriteItem",
    "page_only",
]
