"""`/thread/find/`: a text in all steps of a thread, a few seconds' worth of them at a time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.http import HttpRequest, HttpResponse

from inspector.domain.coordinates import parse_time, time_of
from inspector.domain.find import AFTER, BEFORE, Needle
from inspector.domain.turns import number_turns
from inspector.errors import BadRequest, NotFound
from inspector.reader import Reader
from inspector.reader.finding import Finder, refuse_shape
from inspector.reader.history import first_text, step_number
from inspector.reader.hits import FindBudget, Hit, Stretch
from inspector.views.bar import make_bar
from inspector.views.contexts.find import AlsoItem, FindPage, HitItem, LookedItem, UnreadItem
from inspector.views.graphs import namespace_items
from inspector.views.opened import OpenThread, open_thread
from inspector.views.page import page_view, show
from inspector.views.parameters import read_text

#: Characters that can be looked for.
LONGEST = 500
#: The tab of a step that shows what was found.
_TABS = {"metadata": "metadata", **dict.fromkeys(("write", "error", "interrupt", "resume"), "writes")}
_HIGHEST_SKIP = 1_000_000


@page_view
def show_find(request: HttpRequest) -> HttpResponse:
    opened = open_thread(request)
    refuse_shape(opened.reader.sight)
    asked = _Asked.of(request, opened)
    found = _Search(opened, asked)
    if asked.needle.text:
        found.run()
    page = FindPage(
        store=opened.entry.name,
        thread=opened.thread,
        checkpoint_ns=opened.checkpoint_ns,
        q=asked.needle.text,
        case=asked.needle.case,
        everywhere=asked.everywhere,
        hits=tuple(found.hits),
        looked=tuple(found.looked),
        graphs=len(asked.names),
        graphs_done=found.done,
        unread=tuple(found.unread.values()),
        next=found.next,
        bar=make_bar(request, "threads", opened.entry),
        begins=not asked.before and asked.within == asked.names[0],
        subgraphs=sum(item.checkpoint_ns != "" for item in opened.namespaces),
    )
    return show(request, "find", page)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is looked for, in which namespaces, and where the search goes on: `within` one of them, at the steps older
    than `before` but for the first `skip` hits."""

    needle: Needle
    everywhere: bool
    names: tuple[str, ...]
    within: str
    before: str
    skip: int

    @classmethod
    def of(cls, request: HttpRequest, opened: OpenThread) -> _Asked:
        text = read_text(request, "q")
        if len(text) > LONGEST:
            raise BadRequest(f"`q` is longer than {LONGEST} characters.", "A part of the text finds it as well.")
        everywhere = read_text(request, "all") == "1"
        known = [item.checkpoint_ns for item in opened.namespaces]
        if opened.checkpoint_ns and opened.checkpoint_ns not in known:
            raise NotFound("This thread has no such namespace.", f"It has {len(known)}; leave `ns` out for the root.")
        names = tuple(dict.fromkeys([opened.checkpoint_ns, "", *known])) if everywhere else (opened.checkpoint_ns,)
        within = read_text(request, "within", names[0])
        if within not in names:
            raise BadRequest("`within` names no namespace that is searched.", "Leave it out to begin anew.")
        return cls(
            Needle(text, case=read_text(request, "case") == "1"),
            everywhere,
            names,
            within,
            read_text(request, "before"),
            _read_skip(request),
        )


def _read_skip(request: HttpRequest) -> int:
    text = read_text(request, "skip", "0")
    if not (text.isascii() and text.isdigit() and len(text) < 8 and int(text) <= _HIGHEST_SKIP):
        raise BadRequest("`skip` is no number of hits.", "Leave it out to begin anew.")
    return int(text)


@dataclass(slots=True)
class _Search:
    """Goes through the namespaces until the budget is spent."""

    opened: OpenThread
    asked: _Asked
    hits: list[HitItem] = field(default_factory=list)
    looked: list[LookedItem] = field(default_factory=list)
    unread: dict[str, UnreadItem] = field(default_factory=dict)
    next: dict[str, str] = field(default_factory=dict)
    done: int = 0

    def run(self) -> None:
        whole = budget = FindBudget()
        until = time.monotonic() + whole.seconds
        numbers = {
            item.checkpoint_ns: item.number
            for item in namespace_items(self.opened.namespaces, self.opened.checkpoint_ns)
        }
        self.done = self.asked.names.index(self.asked.within)
        before, skip = self.asked.before, self.asked.skip
        for place, name in enumerate(self.asked.names[self.done :], self.done):
            if self.looked and (budget.seconds <= 0 or budget.bytes <= 0 or budget.hits <= 0):
                self.next = {"within": name}
                return
            finder = Finder(self.reader.store, self.reader.sight, self.asked.needle, self.opened.thread_id, name)
            stretch = finder.find(before=before, skip=skip, budget=budget)
            self._tell(name, stretch, numbers.get(name, 0))
            if stretch.before:
                skipped = {"skip": str(stretch.skip)} if stretch.skip else {}
                within = {"within": name} if name != self.asked.names[0] else {}
                self.next = {**within, "before": stretch.before, **skipped}
                return
            before, skip = "", 0
            self.done = place + 1
            left = until - time.monotonic()
            budget = replace(
                budget, seconds=left, bytes=budget.bytes - stretch.spent, hits=budget.hits - len(stretch.hits)
            )

    @property
    def reader(self) -> Reader:
        return self.opened.reader

    def _tell(self, name: str, stretch: Stretch, number: int) -> None:
        turns = self._turns(name, stretch.hits)
        self.hits += [self._item(hit, name, turns, number) for hit in stretch.hits]
        self._tell_unread(name, stretch)
        if stretch.first is None or stretch.last is None:
            return
        last = stretch.last.checkpoint_id
        place = self.reader.store.read_place(self.opened.thread_id, name, last)
        self.looked.append(
            LookedItem(
                name,
                place.newer + 1,
                place.newer + 1 + place.older,
                step_number(stretch.first),
                step_number(stretch.last),
            )
        )

    def _tell_unread(self, name: str, stretch: Stretch) -> None:
        for one in stretch.unread:
            known = self.unread.get(one.reason)
            where = (name, one.row.checkpoint_id, step_number(one.row), one.channel)
            item = UnreadItem(one.reason, one.times, *where)
            self.unread[one.reason] = replace(known, times=known.times + one.times) if known else item

    def _turns(self, name: str, hits: Sequence[Hit]) -> dict[str, int]:
        if not hits:
            return {}
        rows = {hit.row.checkpoint_id: hit.row for hit in hits}
        known = self.reader.inputs.read(self.reader.store, self.opened.thread_id, name, before=f"{max(rows)}0")
        return number_turns(rows.values(), earlier=known)

    def _item(self, hit: Hit, name: str, turns: dict[str, int], number: int) -> HitItem:
        row, found = hit.row, hit.found
        return HitItem(
            checkpoint_ns=name,
            checkpoint_id=row.checkpoint_id,
            step=hit.step,
            turn=turns[row.checkpoint_id],
            at=time_of(row.checkpoint_id) or parse_time(row.ts),
            hostname=first_text(row.metadata, self.reader.host_keys),
            kind=hit.kind,
            channel=hit.channel,
            path=hit.path,
            is_key=found.is_key,
            before=found.before,
            match=found.match,
            after=found.after,
            times=hit.times,
            node=hit.node,
            task_id=hit.task_id,
            also=tuple(AlsoItem(one.kind, one.checkpoint_id, one.step, one.node) for one in hit.also),
            stays=hit.stays,
            unknown_origin=hit.unknown_origin,
            tab=_TABS.get(hit.kind, "changes"),
            cut_before=len(found.before) >= BEFORE,
            cut_after=len(found.after) >= AFTER,
            number=number,
        )
