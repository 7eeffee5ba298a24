"""What each page shows, as frozen dataclasses: the one source of the whole page, its parts and its JSON.

A field marked `page_only` is furniture of the HTML page (links, choices, the bar) and stays out of the JSON. Field
names are part of the public interface: they are added to, never renamed.
"""

from inspector.views.contexts.bar import Bar, ErrorPage, IndexState, LedgerState
from inspector.views.contexts.base import PAGE_ONLY, Tree, page_only
from inspector.views.contexts.orphans import OrphanBar, OrphanHost, OrphanShare, OrphansPage, WindowChoice
from inspector.views.contexts.stores import StoreItem, StoresPage, TableItem
from inspector.views.contexts.thread import (
    AgainstChoice,
    AskedHost,
    AskedPage,
    ChannelChangeItem,
    ChannelItem,
    CheckpointItem,
    InterruptItem,
    MessageChange,
    NamespaceItem,
    ReadGap,
    ReadItem,
    ReadLine,
    ReadMark,
    Selected,
    TaskItem,
    ThreadPage,
    TurnGroup,
    ValueChange,
    WorkerError,
    WriteItem,
)
from inspector.views.contexts.threads import Filter, ThreadItem, ThreadsForm, ThreadsPage, WorkerCount
from inspector.views.contexts.workers import (
    HostGroup,
    HostItem,
    NoteItem,
    PlaceItem,
    Setup,
    WorkerItem,
    WorkersPage,
)

__all__ = [
    "PAGE_ONLY",
    "AgainstChoice",
    "AskedHost",
    "AskedPage",
    "Bar",
    "ChannelChangeItem",
    "ChannelItem",
    "CheckpointItem",
    "ErrorPage",
    "Filter",
    "HostGroup",
    "HostItem",
    "IndexState",
    "InterruptItem",
    "LedgerState",
    "MessageChange",
    "NamespaceItem",
    "NoteItem",
    "OrphanBar",
    "OrphanHost",
    "OrphanShare",
    "OrphansPage",
    "PlaceItem",
    "ReadGap",
    "ReadItem",
    "ReadLine",
    "ReadMark",
    "Selected",
    "Setup",
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
    "WorkerError",
    "WorkerItem",
    "WorkersPage",
    "WriteItem",
    "page_only",
]
