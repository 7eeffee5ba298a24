"""`/thread/`: one thread's turns and steps, and the selected checkpoint, read live from the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from django.http import HttpRequest, HttpResponse

from inspector.domain.checkpoint import Checkpoint
from inspector.domain.thread import ThreadHistory
from inspector.errors import NotFound, StoreError
from inspector.index.live import LiveThread, read_live
from inspector.models import StoreEntry
from inspector.reader import Reader
from inspector.views.also import find_also, look_also, show_down, show_elsewhere
from inspector.views.asked import show_asked
from inspector.views.bar import entry_of, make_bar, moment, reader_of
from inspector.views.contexts import (
    AgainstChoice,
    CheckpointItem,
    NamespaceItem,
    Selected,
    ThreadItem,
    ThreadPage,
    TurnGroup,
)
from inspector.views.items import thread_item
from inspector.views.layouts import layout_of
from inspector.views.page import page_view, show, wants_json
from inspector.views.parameters import read_choice, read_optional, read_text
from inspector.views.reads import Stretch, ThreadReads, put_between
from inspector.views.selected import TABS, select
from inspector.views.weight import steps_that_fit

#: Steps in the page's list; a longer history is paged around the selected one.
STEPS = 60
#: Subgraph namespaces that the page links to, newest first counted; JSON has them all.
GRAPHS = 24
#: Makes an id the next one in the store's order: ids are compared as texts.
_JUST_AFTER = "0"


@page_view
def show_thread(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    entry = entry_of(reader)
    if "id" not in request.GET:
        raise NotFound("The address names no thread.", "Open one from the list, or add ?id=THREAD_ID.")
    thread_id, checkpoint_ns = read_text(request, "id"), read_text(request, "ns")
    tab = read_choice(request, "tab", TABS, "changes")
    try:
        live = read_live(reader, entry, thread_id)
    except StoreError as error:
        if also_in := find_also(entry, [thread_id]).get(thread_id, ()):
            return show_down(request, entry, thread_id, error, also_in)
        raise
    if live is None and (response := _not_here(request, reader, entry, thread_id)) is not None:
        return response
    before = read_optional(request, "before") or None
    head = reader.read_history(thread_id, checkpoint_ns, before=before)
    _check_namespace(head)
    chosen, history = _chosen(reader, head, read_text(request, "checkpoint"))
    steps = _Steps(history, chosen)
    namespaces = _namespaces(history)
    selected = _selected(request, reader, history, chosen, steps, tab) if chosen is not None else None
    told = ThreadReads.ask(reader, thread_id)
    reads = told.items
    thread = _thread(entry, live, told)
    page = ThreadPage(
        store=entry.name,
        thread=thread,
        namespaces=namespaces,
        checkpoint_ns=checkpoint_ns,
        checkpoints=steps.items,
        truncated=history.truncated,
        before=history.checkpoints[-1].checkpoint_id if history.truncated else "",
        selected=selected,
        reads=reads,
        reads_truncated=told.truncated,
        reads_is_lower_bound=told.cut,
        reads_error=told.error,
        worker_errors=told.errors,
        layout=layout_of(reader.store.kind, thread),
        bar=make_bar(request, "threads", entry),
        reads_hint=told.hint,
        gaps=put_between(reads, steps.stretch) if not checkpoint_ns else (),
        graphs=_linked(namespaces),
        turns=_group(steps.shown),
        newer=steps.newer,
        older=steps.older,
        next_step=steps.neighbour(-1),
        previous_step=steps.neighbour(1),
        newest=before is None and chosen is not None and chosen in head.checkpoints[:1],
        newer_steps=steps.newer_steps if before is None and history is head else 0,
        against=steps.choices(chosen, selected.compared) if chosen is not None and selected is not None else (),
        alone=chosen is not None and steps.alone(chosen),
    )
    return show(request, "thread", page)


def _selected(
    request: HttpRequest, reader: Reader, history: ThreadHistory, chosen: Checkpoint, steps: _Steps, tab: str
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
    )


def _not_here(request: HttpRequest, reader: Reader, entry: StoreEntry, thread_id: str) -> HttpResponse | None:
    """What is known of a thread that the store does not hold: who asked for it, and which other store does hold it."""
    told, also_in = ThreadReads.ask(reader, thread_id), look_also(entry, thread_id)
    if told.rows:
        return show_asked(request, entry, thread_id, told, also_in)
    return show_elsewhere(request, entry, thread_id, also_in) if also_in else None


def _thread(entry: StoreEntry, live: LiveThread | None, told: ThreadReads) -> ThreadItem:
    if live is None:
        raise NotFound("This thread was deleted while it was being read.", "The list shows what is left.")
    thread_id = live.summary.row.thread_id
    return thread_item(live.row(told.sums), moment(), find_also(entry, [thread_id]).get(thread_id, ()))


def _check_namespace(history: ThreadHistory) -> None:
    names = [item.checkpoint_ns for item in history.namespaces]  # a thread of thousands lists only some of them
    if history.checkpoint_ns and history.checkpoint_ns not in names and not history.checkpoints:
        raise NotFound("This thread has no such namespace.", f"It has {len(names)}; leave `ns` out for the root.")


def _chosen(reader: Reader, history: ThreadHistory, checkpoint_id: str) -> tuple[Checkpoint | None, ThreadHistory]:
    """The checkpoint to look at, and the stretch of history around it: one beyond the cut gets the stretch below it."""
    if not checkpoint_id:
        return (history.checkpoints[0] if history.checkpoints else None), history
    found = history.find(checkpoint_id)
    if found is None and history.truncated:
        history = reader.read_history(history.thread_id, history.checkpoint_ns, before=checkpoint_id + _JUST_AFTER)
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


class _Steps:
    """The history as items, and the stretch of it that the page lists around the chosen one."""

    def __init__(self, history: ThreadHistory, chosen: Checkpoint | None) -> None:
        self._history = history
        self._times = {item.checkpoint_id: item.at for item in history.checkpoints}
        self.items = tuple(self.item(checkpoint) for checkpoint in history.checkpoints)
        ids = [item.checkpoint_id for item in self.items]
        self._place = ids.index(chosen.checkpoint_id) if chosen is not None and chosen.checkpoint_id in ids else None
        steps = steps_that_fit(history.thread_id, STEPS)
        first = (self._place or 0) // steps * steps
        self.shown: Sequence[CheckpointItem] = self.items[first : first + steps]
        self.stretch = Stretch(self.items, first, first + len(self.shown), history.above, history.truncated)
        self.newer = ids[first - steps] if first else ""
        self.older = ids[first + steps] if first + steps < len(ids) else ""

    def item(self, checkpoint: Checkpoint) -> CheckpointItem:
        at, parent_at = checkpoint.at, self._times.get(checkpoint.parent_checkpoint_id or "")
        return CheckpointItem(
            checkpoint_id=checkpoint.checkpoint_id,
            checkpoint_ns=checkpoint.checkpoint_ns,
            parent_checkpoint_id=checkpoint.parent_checkpoint_id,
            step=checkpoint.step,
            source=checkpoint.source,
            at=at,
            turn=checkpoint.turn,
            hostname=checkpoint.hostname,
            node_names=checkpoint.node_names,
            next=checkpoint.next,
            channels_changed=checkpoint.channels_changed,
            size_bytes=checkpoint.size_bytes,
            seconds=(at - parent_at).total_seconds() if at is not None and parent_at is not None else None,
        )

    @property
    def newer_steps(self) -> int:
        return self._place or 0

    def choices(self, chosen: Checkpoint, compared: CheckpointItem | None) -> tuple[AgainstChoice, ...]:
        """What the chosen one may be compared with: its parent, the first step, those listed, what it is compared with
        now. None for a lone step."""
        first = self.items[-1:] if not self._history.truncated else ()
        found = {item.checkpoint_id: item for item in (*first, *self.shown, *((compared,) if compared else ()))}
        found.pop(chosen.checkpoint_id, None)
        parent = found.pop(chosen.parent_checkpoint_id or "", None)
        ordered = (*((parent,) if parent else ()), *(item for item in first if item is not parent), *found.values())
        choices = {item.checkpoint_id: item for item in ordered if item.checkpoint_id != chosen.checkpoint_id}
        return tuple(
            AgainstChoice(
                "" if item is parent else item.checkpoint_id,
                item.step,
                "parent" if item is parent else "first" if item in first else "",
                compared is not None and item.checkpoint_id == compared.checkpoint_id,
            )
            for item in choices.values()
        )

    def alone(self, chosen: Checkpoint) -> bool:
        """Nothing else is stored of its run, although it began earlier: all that durability `exit` leaves."""
        begun = bool(chosen.step and chosen.step > 0) and not chosen.parent_checkpoint_id
        return begun and sum(item.turn == chosen.turn for item in self.items) == 1

    def neighbour(self, offset: int) -> str:
        """The id of the step above (-1, newer) or below (1, older) the chosen one, also across a cut; "" at the end."""
        place = None if self._place is None else self._place + offset
        if place is None:
            return ""
        if 0 <= place < len(self.items):
            return self.items[place].checkpoint_id
        return self._history.above if place < 0 else self._history.beyond


def _namespaces(history: ThreadHistory) -> tuple[NamespaceItem, ...]:
    """Calls of the same subgraph leave namespaces of the same name, which their order tells apart."""
    same = Counter(item.node_names for item in history.namespaces)
    met: Counter[tuple[str, ...]] = Counter()
    found = []
    for item in history.namespaces:
        met[item.node_names] += 1
        number = met[item.node_names] if same[item.node_names] > 1 else 0
        current = item.checkpoint_ns == history.checkpoint_ns
        found.append(NamespaceItem(item.checkpoint_ns, item.checkpoints, item.node_names, current, number))
    return tuple(found)


def _linked(namespaces: Sequence[NamespaceItem]) -> tuple[NamespaceItem, ...]:
    """A subgraph without a memory of its own leaves a namespace at every call: hundreds of them are no navigation."""
    newest = namespaces[-GRAPHS:]
    return tuple(item for item in namespaces if not item.checkpoint_ns or item.current or item in newest)


def _group(steps: Sequence[CheckpointItem]) -> tuple[TurnGroup, ...]:
    groups = []
    for turn, members in groupby(steps, key=lambda step: step.turn):
        inside = tuple(members)
        hosts = tuple(dict.fromkeys(step.hostname for step in reversed(inside) if step.hostname))
        groups.append(TurnGroup(turn, inside[-1].at, hosts, inside))
    return tuple(groups)
