"""`/stores/`: what we are connected to, how large it is, and whether this login could write."""

from __future__ import annotations

import dataclasses

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from inspector.access.readers import ledger_of
from inspector.errors import ConfigError
from inspector.index.asking import Heard, ask_all
from inspector.models import StoreEntry
from inspector.reader import Reader
from inspector.stores.base import StoreFacts
from inspector.views.bar import entries_of, index_state, ledger_state, make_bar, reader_of, readers_of
from inspector.views.contexts import StoreItem, StoresPage, TableItem
from inspector.views.layouts import differences_of
from inspector.views.page import page_view, show


@page_view
def list_stores(request: HttpRequest) -> HttpResponse:
    chosen = reader_of(request)
    readers = readers_of(request).values()
    entries = entries_of(readers)
    alone = settings.INSPECTOR.statement_timeout if len(readers) == 1 else None  # it holds up no other
    heard = ask_all(readers, "facts", lambda reader: reader.store.read_facts(), patience=alone)
    stores = tuple(_item(reader, heard[reader.store.name], entries[reader.store.name]) for reader in readers)
    return show(request, "stores", StoresPage(stores, make_bar(request, "stores", entries[chosen.store.name])))


def _item(reader: Reader, heard: Heard[StoreFacts], entry: StoreEntry) -> StoreItem:
    """A store that does not answer is listed with its error."""
    facts, failure = heard.told, heard.error
    tables = facts.tables if facts else ()
    return StoreItem(
        name=reader.store.name,
        status=failure.words if failure else "connected",
        kind=reader.store.kind,
        url=reader.store.safe_url,
        server=facts.server if facts else entry.server,
        database=facts.database if facts else "",
        login=facts.login if facts else "",
        schema=facts.schema if facts else "",
        schema_version=facts.schema_version if facts else None,
        size_bytes=facts.size_bytes if facts else None,
        tables=tuple(TableItem(table.name, table.rows, table.size_bytes, table.readable) for table in tables),
        read_only_session=facts.read_only_session if facts else False,
        could_write=facts.could_write if facts else (),
        warnings=facts.warnings if facts else (),
        error=failure.message if failure else "",
        hint=failure.hint if failure else "",
        index=dataclasses.replace(index_state(entry), ledger=ledger_state(entry, _ledger_url(reader))),
        differences=differences_of(reader.store.kind),
    )


def _ledger_url(reader: Reader) -> str:
    """Where the ledger is, or would be: nobody may have written to it yet."""
    try:
        ledger = ledger_of(reader)
    except ConfigError:  # which the index knows by now, and tells
        return ""
    return ledger.safe_url if ledger is not None else ""
