"""`/thread/download/`: what a thread can be taken along as, and those files themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from inspector.domain.checkpoint import Checkpoint
from inspector.errors import NotFound
from inspector.reader.shelf import Shelf
from inspector.stores.base import CheckpointRow, ReadBudget
from inspector.stores.differences import POSTGRES, REDIS
from inspector.stores.guard import Limits
from inspector.views.bar import make_bar
from inspector.views.contexts.download import DownloadItem, DownloadPage
from inspector.views.files import encoded, file_part, send_file
from inspector.views.layouts import layout_of
from inspector.views.opened import OpenThread, open_thread
from inspector.views.page import page_view, show
from inspector.views.parameters import read_choice, read_text
from inspector.views.snippets import Snippet
from inspector.views.steps import checkpoint_item
from inspector.views.tasks import tell_tasks
from inspector.views.thread_file import ThreadFile
from inspector.views.transcript import Transcript

#: Each form of a download: how its file's name ends, and its content type.
FORMS = {
    "json": ("json", "application/json"),
    "markdown": ("md", "text/markdown; charset=utf-8"),
    "python": ("py", "text/x-python; charset=utf-8"),
}
#: Steps that tell how large the whole is.
_SAMPLE = ReadBudget(rows=50, bytes=2_000_000)
_LISTED = Limits().namespaces


@page_view
def show_download(request: HttpRequest) -> HttpResponseBase:
    opened = open_thread(request)
    chosen = _Chosen.of(request, opened)
    form = read_choice(request, "as", tuple(FORMS), "json") if read_text(request, "as") else ""
    if form:
        return _send(request, opened, chosen.checkpoint, form)
    page = DownloadPage(
        store=opened.entry.name,
        thread=opened.thread,
        checkpoint_ns=opened.checkpoint_ns,
        checkpoint=checkpoint_item(chosen.checkpoint, None) if chosen.checkpoint else None,
        newest=chosen.is_newest,
        namespaces=len(opened.namespaces),
        more_namespaces=len(opened.namespaces) >= _LISTED,
        files=tuple(_items(opened, chosen.checkpoint)),
        layout=layout_of(opened.reader.store.kind, opened.thread),
        snippet=_snippet(opened, chosen.checkpoint).text() if chosen.checkpoint else "",
        bar=make_bar(request, "threads", opened.entry),
    )
    return show(request, "download", page)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The checkpoint that `checkpoint` names, the newest one without; None where the namespace holds none."""

    checkpoint: Checkpoint | None
    is_newest: bool = False

    @classmethod
    def of(cls, request: HttpRequest, opened: OpenThread) -> _Chosen:
        store, where = opened.reader.store, (opened.thread_id, opened.checkpoint_ns)
        checkpoint_id = read_text(request, "checkpoint")
        if not checkpoint_id:
            rows = store.read_checkpoints(*where, budget=ReadBudget(rows=1)).rows
            if not rows:
                return cls(None)
            checkpoint_id = rows[0].checkpoint_id
        found = opened.reader.read_checkpoint(*where, checkpoint_id)
        if found is None:
            raise NotFound(
                "This thread holds no such checkpoint.",
                "It may have been pruned. Leave `checkpoint` out for the newest.",
            )
        return cls(found, not store.read_newer_ids(*where, checkpoint_id, rows=1))


def _send(request: HttpRequest, opened: OpenThread, checkpoint: Checkpoint | None, form: str) -> HttpResponseBase:
    if form == "json":
        chunks = _whole(opened)
    elif checkpoint is None:
        raise NotFound("This namespace holds no checkpoint.", "Leave `ns` out for the root.")
    else:
        chunks = _markdown(opened, checkpoint) if form == "markdown" else _python(opened, checkpoint)
    return send_file(request, chunks, kind=FORMS[form][1], name=_file_name(opened, checkpoint, form))


def _whole(opened: OpenThread) -> Iterator[bytes]:
    """All namespaces, whichever is looked at."""
    names = [item.checkpoint_ns for item in opened.namespaces]
    return ThreadFile(opened.reader, opened.thread_id, names, len(names) >= _LISTED).chunks()


def _markdown(opened: OpenThread, checkpoint: Checkpoint) -> Iterator[bytes]:
    reader = opened.reader
    states = reader.read_state(checkpoint, load=list(checkpoint.channel_versions))
    told = tell_tasks(reader, checkpoint, reader.read_writes(checkpoint))
    row = reader.store.read_checkpoint(checkpoint.thread_id, checkpoint.checkpoint_ns, checkpoint.checkpoint_id)
    whole = row is None or row.is_whole
    parts = Transcript(opened.entry.name, checkpoint, states, (*told.tasks, *told.inner), whole).parts()
    return iter([encoded("\n".join(parts))])


def _python(opened: OpenThread, checkpoint: Checkpoint) -> Iterator[bytes]:
    return iter([encoded(_snippet(opened, checkpoint).text())])


def _snippet(opened: OpenThread, checkpoint: Checkpoint) -> Snippet:
    store = opened.reader.store
    facts = store.read_facts()
    prefixes = [table.name.removesuffix(":*") for table in facts.tables] if store.kind == REDIS and facts.schema else []
    return Snippet(
        layout=layout_of(store.kind, opened.thread),
        thread_id=checkpoint.thread_id,
        checkpoint_ns=checkpoint.checkpoint_ns,
        checkpoint_id=checkpoint.checkpoint_id,
        schema=facts.schema if store.kind == POSTGRES and facts.schema != "public" else "",
        prefixes=(prefixes[0], prefixes[1]) if len(prefixes) > 1 else None,
        encrypted=_is_encrypted(opened, checkpoint),
    )


def _is_encrypted(opened: OpenThread, checkpoint: Checkpoint) -> bool:
    """By the types of its values; a document that says nothing at all is closed as a whole."""
    where = (checkpoint.thread_id, checkpoint.checkpoint_ns, checkpoint.checkpoint_id)
    row = opened.reader.store.read_checkpoint(*where)
    if row is None:
        return False
    shelf = Shelf(opened.reader.store)
    shelf.weigh([row])
    types = [size.type for size in shelf.sizes.values()] + [body.type for body in row.own_bodies.values()]
    return any("+" in kind for kind in types) or not (row.channel_versions or row.ts)


def _items(opened: OpenThread, checkpoint: Checkpoint | None) -> Iterator[DownloadItem]:
    sizes = {"json": _estimate(opened), "markdown": checkpoint.size_bytes if checkpoint else None, "python": 1_500}
    for form in FORMS if checkpoint is not None else ("json",):
        yield DownloadItem(form, _file_name(opened, checkpoint, form), sizes[form])


def _estimate(opened: OpenThread) -> int | None:
    """About what the whole takes: the values and documents of its newest steps, as if all had as much."""
    cut = opened.reader.store.read_checkpoints(opened.thread_id, opened.checkpoint_ns, budget=_SAMPLE)
    if not cut.rows:
        return None
    shelf = Shelf(opened.reader.store)
    shelf.weigh(cut.rows)
    named = {name: shelf.size_of(row, channel) for row in cut.rows for channel, name in shelf.names(row).items()}
    documents = sum(_document_bytes(row) for row in cut.rows)
    checkpoints = sum(item.checkpoints for item in opened.namespaces)
    return (sum(named.values()) + documents) * checkpoints // len(cut.rows)


def _document_bytes(row: CheckpointRow) -> int:
    """Without the values in it, near enough."""
    return 400 + 100 * len(row.channel_versions) + 100 * len(row.versions_seen)


def _file_name(opened: OpenThread, checkpoint: Checkpoint | None, form: str) -> str:
    step = f"-step-{checkpoint.step}" if form != "json" and checkpoint is not None else ""
    return f"thread-{file_part(opened.thread_id)}{step}-{file_part(opened.entry.name)}.{FORMS[form][0]}"
