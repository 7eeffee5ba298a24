"""`/thread/download/`: a thread, a conversation or a program as a file."""

from __future__ import annotations

from dataclasses import dataclass

from inspector.views.contexts.bar import Bar
from inspector.views.contexts.base import page_only
from inspector.views.contexts.thread import CheckpointItem
from inspector.views.contexts.threads import ThreadItem


@dataclass(frozen=True, slots=True)
class DownloadItem:
    """One file: `form` is the `as` of its address. `size_bytes` is about what it takes, null where that is not
    known."""

    form: str
    file_name: str
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class DownloadPage:
    """`checkpoint` is the one that Markdown and Python are about."""

    store: str
    thread: ThreadItem
    checkpoint_ns: str
    checkpoint: CheckpointItem | None
    newest: bool  #: whether that one is the namespace's newest
    namespaces: int
    more_namespaces: bool  #: the store may hold more than it lists, which a whole thread would lack
    files: tuple[DownloadItem, ...]
    layout: str
    bar: Bar = page_only()
    snippet: str = page_only(default="")
