"""What became of one message, in words and as a step's changes show it."""

from __future__ import annotations

from typing import Any

from django.template import Context, Library
from django.utils.safestring import SafeString, mark_safe

from inspector.addresses import address_of
from inspector.tags.changes import render_entry
from inspector.tags.room import Room, Spot

register = Library()

_WORDS = {
    "arrived": "It arrived here",
    "edited": "It was edited here",
    "moved": "It changed places here",
    "removed": "It was removed here",
    "returned": "It came back here",
}


@register.filter
def event_words(event: Any) -> str:
    """ "It arrived here." An event that was not seen from one version to the next says between which ones it lies."""
    words = _WORDS[event.kind]
    if event.exactly:
        return f"{words}."
    if event.since is None:
        return "It was there at the oldest step that was looked at."
    step = event.since.step if event.since.step is not None else "?"
    return f"{words}, or at a step since step {step}: those between were not looked at."


@register.simple_tag(takes_context=True)
def step_room(context: Context, page: Room, channel: str, checkpoint_id: str) -> Room:
    """The room of one channel at one step, whose values have their addresses on the thread's own page."""
    given = context["request"].GET
    query = tuple((name, given[name]) for name in ("store", "id", "ns") if given.get(name))
    return Room(page=page, spot=Spot(query, checkpoint_id, address_of("thread"), channel=channel, apart=checkpoint_id))


@register.simple_tag
def show_event(event: Any, room: Room) -> SafeString:
    return mark_safe(render_entry(event.change, room) if room.take_node() else "")  # noqa: S308  escaped where rendered
