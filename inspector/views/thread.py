"""`/thread/`: one thread's turns and steps, and the selected checkpoint, read live from the store."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse

from inspector.access.viewer import Viewer
from inspector.domain.checkpoint import Checkpoint
from inspector.domain.thread import ThreadHistory
from inspector.errors import BadRequest, NotFound, StoreError
from inspector.models import StoreEntry
from inspector.reader import HISTORY, At, Reader
from inspector.stores.base import ReadBudget
from inspector.views.also import find_also, look_also, show_down, show_elsewhere
from inspector.views.asked import show_asked
from inspector.views.bar import entry_of, make_bar, moment, reader_of, signed_in
from inspector.views.calls import CALLED, CALLED_BY_DATA, Calls
from inspector.views.contexts import Selected, ThreadItem, ThreadPage
from inspector.views.evidence import assess_thread
from inspector.views.graphs import list_graphs, namespace_items
from inspector.views.items import thread_item
from inspector.views.layouts import layout_of
from inspector.views.mentions import about_thread
from inspector.views.narrow import narrow
from inspector.views.nesting import nest
from inspector.views.opened import named_thread
from inspector.views.page import page_view, show, wants_json
from inspector.views.parameters import read_choice, read_optional, read_page, read_text
from inspector.views.picture import make_picture
from inspector.views.reads import ThreadReads, put_between
from inspector.views.selected import TABS, select
from inspector.views.standing import Standing, read_standing
from inspector.views.steps import Steps, group_turns
from inspector.views.still import is_refresh, is_shown, make_tag, show_unchanged
from inspector.views.weight import steps_that_fit

#: Steps on one page of the list.
STEPS = 60
#: Their documents, without the values in them.
PAGE = ReadBudget(rows=STEPS, bytes=4_000_000)


@page_view
def show_thread(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    entry = entry_of(reader)
    thread_id, checkpoint_ns = named_thread(request)
    asked = _Asked.of(request)
    try:
        namespaces = reader.read_namespaces(thread_id)
        standing = read_standing(reader, entry, thread_id, namespaces, exactly=asked.exactly)
    except StoreError as error:
        if also_in := find_also(signed_in(request), entry, [thread_id]).get(thread_id, ()):
            return show_down(request, entry, thread_id, error, also_in)
        raise
    if standing is None and (response := _not_here(request, reader, entry, thread_id)) is not None:
        return response
    findings = about_thread(entry, thread_id)
    told = None
    if is_refresh(request) and standing is not None:  # which may end here; else the ledger is asked last
        told = ThreadReads.ask(reader, thread_id)
        thread = _thread(signed_in(request), entry, standing, told)
        if is_shown(request, _tag(request, standing, thread, told, (namespaces, findings))):
            return show_unchanged(request, "threads", entry)
    budget = HISTORY if wants_json(request) else replace(PAGE, rows=steps_that_fit(thread_id + checkpoint_ns, STEPS))
    history = reader.read_history(thread_id, checkpoint_ns, at=asked.at, budget=budget, namespaces=namespaces)
    _check_namespace(history)
    if standing is None:
        raise NotFound("This thread was deleted while it was being read.", "The list shows what is left.")
    if asked.at.before and not history.checkpoints and not wants_json(request):  # what was older is gone
        history = reader.read_history(thread_id, checkpoint_ns, at=At(after=""), budget=budget, namespaces=namespaces)
    chosen, history = _chosen(reader, history, read_text(request, "checkpoint"), asked.at, budget)
    _stay(request, history)
    oldest = reader.store.read_newer_ids(thread_id, checkpoint_ns, "", rows=1) if history.truncated else []
    items = namespace_items(history.namespaces, checkpoint_ns)
    graphs = list_graphs(items, asked.graph, asked.graphs)
    calls = Calls.read(reader, history, items, graphs.items, CALLED_BY_DATA if wants_json(request) else CALLED)
    marks = reader.read_marks(_shown(history, chosen))
    steps = Steps(history, chosen, "".join(oldest), marks=marks, calls=calls.by_step)
    selected = _selected(request, reader, history, chosen, steps, asked.tab) if chosen is not None else None
    told = told or ThreadReads.ask(reader, thread_id)
    thread = _thread(signed_in(request), entry, standing, told)
    reads = told.items
    turns = group_turns(steps.items, above=bool(history.above))
    listed, narrowed = narrow(request, steps.items, turns)
    page = ThreadPage(
        store=entry.name,
        thread=thread,
        namespaces=items,
        checkpoint_ns=checkpoint_ns,
        checkpoints=steps.items,
        truncated=history.truncated,
        before=history.checkpoints[-1].checkpoint_id if history.truncated else "",
        after=history.checkpoints[0].checkpoint_id if history.above else "",
        newer=history.newer,
        older=history.older,
        counted_at=standing.counted_at,
        selected=selected,
        reads=reads,
        reads_truncated=told.truncated,
        reads_is_lower_bound=told.cut,
        reads_error=told.error,
        worker_errors=told.errors,
        layout=layout_of(reader.store.kind, thread),
        findings=findings,
        assessment=assess_thread(entry, thread, moment()),
        bar=make_bar(request, "threads", entry),
        reads_hint=told.hint,
        gaps=put_between(reads, steps.stretch) if not checkpoint_ns else (),
        graphs=graphs,
        nest=nest(graphs.items, history.namespaces, calls, chosen),
        turns=turns,
        listed=listed,
        narrowed=narrowed,
        picture=None if wants_json(request) else make_picture(reader, history, steps.items),
        next_step=steps.neighbour(-1),
        previous_step=steps.neighbour(1),
        newest=steps.is_newest,
        newer_steps=steps.newer_steps,
        against=steps.choices(chosen, selected.compared) if chosen is not None and selected is not None else (),
        alone=chosen is not None and steps.alone(chosen),
        tag=_tag(request, standing, thread, told, (namespaces, findings)),
    )
    return show(request, "thread", page)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What of the address has one of several meanings. Raises `BadRequest` for what has none."""

    tab: str
    at: At
    exactly: bool
    graph: str
    graphs: int

    @classmethod
    def of(cls, request: HttpRequest) -> _Asked:
        before, after = (read_optional(request, name) or None for name in ("before", "after"))
        end = read_choice(request, "end", ("newest", "oldest"), "newest")
        if sum((before is not None, after is not None, end == "oldest")) > 1:
            raise BadRequest("Only one of `before`, `after` and `end` can be given.", "Each says where a page lies.")
        return cls(
            tab=read_choice(request, "tab", TABS, "changes"),
            at=At(before=before, after="" if end == "oldest" else after),
            exactly=read_choice(request, "count", ("indexed", "now"), "indexed") == "now",
            graph=read_text(request, "graph"),
            graphs=read_page(request, "graphs"),
        )


def _stay(request: HttpRequest, history: ThreadHistory) -> None:
    """Every link of the page leads from where it lies, however that was asked for."""
    query = request.GET.copy()
    for name in ("before", "after", "end"):
        query.pop(name, None)
    if history.above:
        query["before"] = history.above
    request.GET = query  # type: ignore[assignment]  # a copy can be changed, and is not any more


def _selected(
    request: HttpRequest, reader: Reader, history: ThreadHistory, chosen: Checkpoint, steps: Steps, tab: str
) -> Selected:
    asked = read_text(request, "against")
    against_id = asked or chosen.parent_checkpoint_id
    against = _find(reader, history, against_id) if against_id else None
    if asked and against is None:
        raise NotFound(
            "The checkpoint to compare with is not stored.", "Leave `against` out to compare with the parent."
        )
    return select(
        reader,
        chosen,
        against,
        tab=tab,
        everything=wants_json(request),
        load=request.GET.getlist("load"),
        item=steps.item(chosen),
        compared=steps.item(against) if against is not None else None,
        children=steps.children(chosen, _above(reader, history, chosen)),
    )


def _shown(history: ThreadHistory, chosen: Checkpoint | None) -> tuple[Checkpoint, ...]:
    """The steps of the page, and the chosen one where a short page does not hold it."""
    listed = history.checkpoints
    return listed if chosen is None or history.find(chosen.checkpoint_id) else (*listed, chosen)


def _above(reader: Reader, history: ThreadHistory, chosen: Checkpoint) -> Checkpoint | None:
    """The step after the page's newest, where that is the chosen one: it may have gone on from there."""
    newest = history.checkpoints[0].checkpoint_id if history.checkpoints else ""
    if not history.above or newest != chosen.checkpoint_id:
        return None
    return reader.read_checkpoint(history.thread_id, history.checkpoint_ns, history.above)


def _not_here(request: HttpRequest, reader: Reader, entry: StoreEntry, thread_id: str) -> HttpResponse | None:
    """What is known of a thread that the store does not hold: who asked for it, and which other store does hold it."""
    told, also_in = ThreadReads.ask(reader, thread_id), look_also(signed_in(request), entry, thread_id)
    if told.rows:
        return show_asked(request, entry, thread_id, told, also_in)
    return show_elsewhere(request, entry, thread_id, also_in) if also_in else None


def _thread(viewer: Viewer, entry: StoreEntry, standing: Standing, told: ThreadReads) -> ThreadItem:
    thread_id = standing.thread.summary.row.thread_id
    also = find_also(viewer, entry, [thread_id]).get(thread_id, ())
    return thread_item(standing.thread.row(told.sums), moment(), also)


def _tag(
    request: HttpRequest, standing: Standing, thread: ThreadItem, told: ThreadReads, facts: tuple[object, ...]
) -> str:
    """From what the store's short reads say of the thread: its counts, newest ids and state, and who read it."""
    asked_by = (told.rows, told.details, told.cut, told.error)
    return make_tag(request, (thread, asked_by, facts), ages=(thread.last_at, standing.counted_at))


def _check_namespace(history: ThreadHistory) -> None:
    names = [item.checkpoint_ns for item in history.namespaces]  # a thread of thousands lists only some of them
    if history.checkpoint_ns and history.checkpoint_ns not in names and not history.checkpoints:
        raise NotFound("This thread has no such namespace.", f"It has {len(names)}; leave `ns` out for the root.")


def _chosen(
    reader: Reader, history: ThreadHistory, checkpoint_id: str, at: At, budget: ReadBudget
) -> tuple[Checkpoint | None, ThreadHistory]:
    """The checkpoint to look at, and the page that holds it: one around it where it is not on the one asked for."""
    if not checkpoint_id:
        place = 0 if at.after is None else -1  # who goes on to newer ones comes from below
        return (history.checkpoints[place] if history.checkpoints else None), history
    found = history.find(checkpoint_id)
    if found is None and (history.truncated or history.above or not history.checkpoints):
        where = (history.thread_id, history.checkpoint_ns)
        around = At(around=checkpoint_id)
        history = reader.read_history(*where, at=around, budget=budget, namespaces=history.namespaces)
        found = history.find(checkpoint_id)
    found = found or reader.read_checkpoint(history.thread_id, history.checkpoint_ns, checkpoint_id)
    if found is None:
        raise NotFound(
            "This thread holds no such checkpoint.", "It may have been pruned. Open the thread without `checkpoint`."
        )
    return found, history


def _find(reader: Reader, history: ThreadHistory, checkpoint_id: str) -> Checkpoint | None:
    return history.find(checkpoint_id) or reader.read_checkpoint(
        history.thread_id, history.checkpoint_ns, checkpoint_id
    )
