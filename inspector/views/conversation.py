"""`/orphans/?group=THREAD_ID`: one-turn threads read as the one conversation that they likely are."""

from __future__ import annotations

import time
from datetime import UTC

from django.http import HttpRequest, HttpResponse

from inspector.domain.messages import role_of
from inspector.orphans.conversations.around import find_group
from inspector.orphans.conversations.seams import Seam
from inspector.orphans.conversations.whole import Stretch, Whole, read_whole
from inspector.stores.watched import unheard
from inspector.views.bar import entry_of, index_state, make_bar, reader_of
from inspector.views.contexts import Tree
from inspector.views.contexts.conversations import (
    ConversationPage,
    MessageItem,
    SeamItem,
    StretchItem,
    UnknownItem,
    WholeItem,
)
from inspector.views.conversations import tell_said
from inspector.views.groups import group_items
from inspector.views.page import show
from inspector.views.parameters import read_text

#: Seconds that a page may wait for the store in all, and those of them in which its threads are found.
SECONDS, FINDING = 3.0, 1.5


def show_conversation(request: HttpRequest) -> HttpResponse:
    """Raises `NotFound` for a thread that the index does not know."""
    reader = reader_of(request)
    entry = entry_of(reader)
    thread_id = read_text(request, "group")
    until = time.monotonic() + SECONDS
    with unheard():  # to find the group, many more threads are read than it has
        found = find_group(reader, entry, thread_id, seconds=FINDING)
    group = group_items(entry, [found.conversation], found.pause, reader.sight)[0]
    tell_said(reader, [group])
    whole = read_whole(reader, found.conversation.group, seconds=until - time.monotonic())
    page = ConversationPage(
        store=entry.name,
        group=group,
        why_alone=found.why_alone,
        conversation=_whole(whole),
        texts_cut=found.conversation.texts.cut,
        error=whole.error,
        hint=whole.hint,
        index=index_state(entry),
        asked=thread_id,
        bar=make_bar(request, "orphans", entry),
    )
    return show(request, "conversation", page)


def _whole(whole: Whole) -> WholeItem:
    stretches = tuple(_stretch(stretch) for stretch in whole.stretches)
    messages = tuple(
        MessageItem(stretch.thread_id, role_of(value), Tree(value))
        for stretch in whole.stretches
        for value in stretch.messages
    )
    seams = tuple(stretch.seam for stretch in stretches if stretch.seam is not None)
    return WholeItem(stretches, seams, messages, whole.left_out, whole.slow)


def _stretch(stretch: Stretch) -> StretchItem:
    return StretchItem(
        thread_id=stretch.thread_id,
        at=stretch.at.astimezone(UTC),
        hosts=stretch.hosts,
        messages=len(stretch.messages),
        left_out=stretch.left_out,
        gone=stretch.gone,
        went_on=stretch.went_on,
        values=Tree(dict(stretch.values)),
        shown=Tree(list(stretch.messages)),
        seam=_seam(stretch.seam) if stretch.seam is not None else None,
    )


def _seam(seam: Seam) -> SeamItem:
    values = tuple(UnknownItem(one.channel, Tree(one.value), Tree(one.now)) for one in seam.values)
    return SeamItem(seam.thread_id, seam.hosts, seam.messages, values, seam.more_values)
