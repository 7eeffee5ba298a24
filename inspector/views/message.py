"""`/thread/message/`: one message along a branch: where it came from, what became of it, who else holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.http import HttpRequest, HttpResponse

from inspector.domain.following import Event, Sighting, find_message, list_events
from inspector.domain.messages import Message, as_message, message_id_of, role_of
from inspector.domain.value import ABSENT, Absent, Value
from inspector.errors import BadRequest, NotFound
from inspector.reader.branch import Allowance
from inspector.reader.sightings import MessageFinder, MessageWalk, find_write, follow_message
from inspector.stores.base import CheckpointRow, ReadBudget
from inspector.views.bar import make_bar
from inspector.views.contexts import MessageChange, Tree
from inspector.views.contexts.follow import (
    BroughtItem,
    HeldItem,
    MessageEventItem,
    MessagePage,
    PartnerItem,
)
from inspector.views.followed import find_branch, step_items
from inspector.views.opened import OpenThread, open_thread
from inspector.views.page import page_view, show
from inspector.views.parameters import read_text

#: Other namespaces whose newest state is looked into, the newest ones.
_NAMESPACES = 20
#: What became of a message is told up to so many times.
_EVENTS = 60
#: Events whose write is looked for.
_BROUGHT = 20


@dataclass(frozen=True, slots=True)
class _Allowances:
    """What each part of the page may read, and until when, in seconds since the request began: together they keep
    within two seconds, whatever the parts before have taken. What comes first in each is always read."""

    documents: Allowance = field(default_factory=lambda: Allowance(0, 1.0))  #: its bytes are counted by `Documents`
    versions: Allowance = field(default_factory=lambda: Allowance(48_000_000, 1.4))
    elsewhere: Allowance = field(default_factory=lambda: Allowance(8_000_000, 1.6))
    writes: Allowance = field(default_factory=lambda: Allowance(0, 1.8))  #: one is small, and is counted by time


@page_view
def show_message(request: HttpRequest) -> HttpResponse:
    allowed = _Allowances()
    opened = open_thread(request)
    channel, message_id = read_text(request, "channel") or "messages", read_text(request, "message")
    if not message_id:
        raise BadRequest("The address names no message.", "Open one from a step's changes, or add &message=ID.")
    branch = find_branch(request, opened)
    finder = MessageFinder(opened.reader.store, opened.reader.sight, channel, message_id, allowed.versions)
    walk = follow_message(finder, branch, allowed.documents.in_time)
    last = max((place for place, found in walk.looked.items() if found is not None), default=None)
    if last is None:
        raise _not_found(walk)
    value = _value(walk.looked[last])
    also, not_looked = _held_elsewhere(opened, replace(finder, allowance=allowed.elsewhere))
    message, events = as_message(value), list_events(walk.looked)
    told, not_traced = _events(opened, walk, finder, events[:_EVENTS], allowed.writes)
    page = MessagePage(
        store=opened.entry.name,
        thread=opened.thread,
        checkpoint_ns=opened.checkpoint_ns,
        channel=channel,
        message_id=message_id,
        end=branch.line[0],
        role=role_of(value),
        message=Tree(value),
        standing="there" if last == max(walk.looked) else "removed",
        events=told,
        more_events=len(events[_EVENTS:]),
        calls=_calls(message, walk.latest),
        answers=_answers(message, walk.latest),
        also=also,
        not_looked=not_looked,
        not_traced=not_traced,
        looked=len(walk.looked),
        versions=len(walk.versions),
        all_versions=walk.whole,
        bar=make_bar(request, "threads", opened.entry),
        end_step=branch.steps[branch.line[0]],
    )
    return show(request, "message", page)


def _not_found(walk: MessageWalk) -> NotFound:
    looked, versions = len(walk.looked), len(walk.versions)
    if not versions:
        return NotFound("No step of this branch wrote a channel of this name.", "Messages are mostly in `messages`.")
    if looked < versions or not walk.whole:
        whole = f"{versions:,}" if walk.whole else f"more than {versions:,}"
        return NotFound(
            f"{looked:,} of {whole} versions of this channel were looked at, and none holds a message of this id.",
            "It may be in one of the others: follow it to a step that holds it, with `checkpoint`.",
        )
    return NotFound(
        "No version of this channel holds a message of this id.",
        "It may be in another branch: name a checkpoint of that with `checkpoint`.",
    )


def _value(found: Sighting | None) -> Value | Absent:
    return found.value if found is not None else ABSENT


def _events(
    opened: OpenThread, walk: MessageWalk, finder: MessageFinder, events: Sequence[Event], allowance: Allowance
) -> tuple[tuple[MessageEventItem, ...], int]:
    """The events, and of how many the write was not looked for."""
    traceable = [event for event in events if event.kind != "moved" and event.exactly]
    traced: dict[int, BroughtItem | None] = {}
    rows = {place: walk.versions[place] for event in events for place in (event.since, event.at) if place is not None}
    steps = step_items(opened, rows.values())
    for event in traceable[:_BROUGHT]:
        if not allowance.take(0):
            break
        traced[event.at] = _brought(opened, rows[event.at], finder, walk.looked[event.at])
    items = (
        MessageEventItem(
            kind=event.kind,
            step=steps[rows[event.at].checkpoint_id],
            exactly=event.exactly and (event.since is not None or walk.whole),
            since=steps[rows[event.since].checkpoint_id] if event.since is not None else None,
            brought=traced.get(event.at),
            change=_change(event, walk, finder.message_id),
        )
        for event in events
    )
    return tuple(items), len(traceable) - len(traced)


def _change(event: Event, walk: MessageWalk, message_id: str) -> MessageChange:
    """The event as a step's changes show it."""
    old = walk.looked[event.since] if event.since is not None else None
    new = walk.looked[event.at]
    kind = "added" if old is None else "removed" if new is None else "changed"
    return MessageChange(
        kind=kind,
        message_id=message_id,
        role=role_of(_value(new or old)),
        before=Tree(_value(old)),
        after=Tree(_value(new)),
        moved=event.kind == "moved",
        position_before=old.position if old is not None else None,
        position_after=new.position if new is not None else None,
    )


def _brought(
    opened: OpenThread, row: CheckpointRow, finder: MessageFinder, found: Sighting | None
) -> BroughtItem | None:
    """The write that the step took in; None where it is not stored, or no write that holds this message."""
    if not row.parent_checkpoint_id:
        return None
    reader = opened.reader
    parent = reader.read_checkpoint(row.thread_id, row.checkpoint_ns, row.parent_checkpoint_id)
    if parent is None:
        return None
    value = found.value if found is not None else None
    write = find_write(reader.read_writes(parent), finder.channel, value, finder.message_id)
    if write is None:
        return None
    return BroughtItem(
        node_name=write.node_name,
        task_id=write.task_id,
        checkpoint_id=parent.checkpoint_id,
        step=parent.step,
        source=parent.source,
        same_id=find_message(write.value, finder.message_id) is not None,
    )


def _calls(message: Message | None, state: Sequence[Value]) -> tuple[PartnerItem, ...]:
    """The tool calls of a message, each with the message that holds its result."""
    if message is None:
        return ()
    results = {
        other.tool_call_id: other.message_id for item in state if (other := as_message(item)) and other.tool_call_id
    }
    return tuple(
        PartnerItem(call.call_id or "", call.name, results.get(call.call_id or "")) for call in message.tool_calls
    )


def _answers(message: Message | None, state: Sequence[Value]) -> PartnerItem | None:
    """The call that a tool's message answers."""
    if message is None or not message.tool_call_id:
        return None
    for item in state:
        other = as_message(item)
        for call in other.tool_calls if other is not None else ():
            if call.call_id == message.tool_call_id:
                return PartnerItem(call.call_id, call.name, message_id_of(item))
    return PartnerItem(message.tool_call_id, message.name or "", None)


def _held_elsewhere(opened: OpenThread, finder: MessageFinder) -> tuple[tuple[HeldItem, ...], int]:
    """Namespaces whose newest state holds the message as well, and how many were not looked into."""
    others = [item for item in opened.namespaces if item.checkpoint_ns != opened.checkpoint_ns]
    reader = opened.reader
    found: list[HeldItem] = []
    looked = 0
    for item in reversed(others[-_NAMESPACES:]):
        rows = reader.store.read_checkpoints(opened.thread_id, item.checkpoint_ns, budget=ReadBudget(rows=1)).rows
        seen = finder.look(rows)
        if rows and not seen:
            break
        looked += 1
        if seen and find_message(seen[0], finder.message_id) is not None:
            (step,) = step_items(opened, rows).values()
            found.append(HeldItem(item.checkpoint_ns, item.node_names, step.checkpoint_id, step.step))
    return tuple(found), len(others) - looked
