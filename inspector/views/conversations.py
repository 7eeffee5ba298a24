"""`/orphans/conversations/`: one-turn threads that are likely one conversation each, the newest first."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest, HttpResponse

from inspector.models import StoreEntry
from inspector.orphans.conversations.find import GroupPage, find_groups
from inspector.orphans.conversations.texts import SECONDS
from inspector.reader import Reader
from inspector.stores.watched import tell_shown, unheard
from inspector.views.bar import entry_of, index_state, make_bar, reader_of
from inspector.views.contexts.conversations import ConversationsPage, GroupItem
from inspector.views.groups import group_items
from inspector.views.page import page_view, show, wants_json
from inspector.views.parameters import read_limit, read_text

#: Groups on a page, and of those on the overview's data.
GROUPS, NEWEST = 10, 5
#: Seconds that data may take to read what was said.
_SECONDS = 1.0


@page_view
def list_conversations(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    entry = entry_of(reader)
    after = read_text(request, "after")
    found, groups = _find(reader, entry, after=after, limit=read_limit(request, GROUPS))
    page = ConversationsPage(
        store=entry.name,
        groups=groups,
        next=found.next,
        looked=found.looked,
        texts_cut=found.texts.cut,
        error=found.texts.error,
        hint=found.texts.hint,
        index=index_state(entry),
        bar=make_bar(request, "orphans", entry),
        first_page=not after,
    )
    return show(request, "conversations", page)


def newest_groups(request: HttpRequest, reader: Reader, entry: StoreEntry) -> tuple[GroupItem, ...]:
    """For the data of `/orphans/`. Its page fetches them by itself, so that it need not wait for the store."""
    if not wants_json(request):
        return ()
    return _find(reader, entry, limit=NEWEST, seconds=_SECONDS)[1]


def _find(
    reader: Reader, entry: StoreEntry, *, after: str = "", limit: int, seconds: float = SECONDS
) -> tuple[GroupPage, tuple[GroupItem, ...]]:
    """Many more threads are read, to compare them, than are shown: the audit log is to tell of those."""
    with unheard():
        found = find_groups(reader, entry, after=after, limit=limit, seconds=seconds)
    groups = group_items(entry, found.groups, found.pause, reader.sight)
    tell_said(reader, groups)
    return found, groups


def tell_said(reader: Reader, groups: Iterable[GroupItem]) -> None:
    """The audit log of the words that are shown of groups, which were found unheard."""
    tell_shown(reader.store, (one.thread_id for group in groups for one in group.said if one.first or one.answer))
