"""What every page below a thread's own begins with: the store, the thread as it stands, and the namespace asked for."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from inspector.domain.thread import Namespace
from inspector.errors import NotFound
from inspector.models import StoreEntry
from inspector.reader import Reader
from inspector.views.also import find_also
from inspector.views.bar import entry_of, moment, reader_of, signed_in
from inspector.views.contexts import ThreadItem
from inspector.views.items import thread_item
from inspector.views.parameters import read_text
from inspector.views.standing import read_standing


@dataclass(frozen=True, slots=True)
class OpenThread:
    """`namespaces` are the root and the newest subgraphs; `checkpoint_ns` is the one asked for, "" the root."""

    reader: Reader
    entry: StoreEntry
    thread: ThreadItem
    namespaces: tuple[Namespace, ...]
    checkpoint_ns: str

    @property
    def thread_id(self) -> str:
        return self.thread.thread_id


def named_thread(request: HttpRequest) -> tuple[str, str]:
    """The thread and the namespace that the address names. Raises `NotFound` where it names no thread."""
    if "id" not in request.GET:
        raise NotFound("The address names no thread.", "Open one from the list, or add ?id=THREAD_ID.")
    return read_text(request, "id"), read_text(request, "ns")


def open_thread(request: HttpRequest) -> OpenThread:
    """The thread that `id`, `ns` and `store` name. Raises `NotFound` for none, and `StoreError`."""
    reader = reader_of(request)
    entry = entry_of(reader)
    thread_id, checkpoint_ns = named_thread(request)
    namespaces = reader.read_namespaces(thread_id)
    standing = read_standing(reader, entry, thread_id, namespaces, exactly=False)
    if standing is None:
        raise NotFound.thread()
    also = find_also(signed_in(request), entry, [thread_id]).get(thread_id, ())
    thread = thread_item(standing.thread.row(), moment(), also)
    return OpenThread(reader, entry, thread, namespaces, checkpoint_ns)
