"""`/stores/`: what we are connected to, how large it is, and whether this login could write."""

from __future__ import annotations

import dataclasses

from django.http import HttpRequest, HttpResponse

from inspector.errors import ConfigError, StoreError
from inspector.index.connections import all_readers, get_ledger
from inspector.reader import Reader
from inspector.stores.base import StoreFacts
from inspector.views.bar import entry_of, index_state, ledger_state, make_bar, reader_of
from inspector.views.contexts import StoreItem, StoresPage, TableItem
from inspector.views.page import page_view, show


@page_view
def list_stores(request: HttpRequest) -> HttpResponse:
    chosen = reader_of(request)
    stores = tuple(_item(reader) for reader in all_readers().values())
    return show(request, "stores", StoresPage(stores, make_bar(request, "stores", entry_of(chosen))))


def _item(reader: Reader) -> StoreItem:
    """A store that does not answer is listed with its error; the others are not held up by more than its timeout."""
    facts: StoreFacts | None = None
    status, error, hint = "connected", "", ""
    try:
        facts = reader.store.read_facts()
    except StoreError as failure:
        status, error, hint = failure.words, failure.message, failure.hint
    entry = entry_of(reader)
    tables = facts.tables if facts else ()
    return StoreItem(
        name=reader.store.name,
        status=status,
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
        error=error,
        hint=hint,
        index=dataclasses.replace(index_state(entry), ledger=ledger_state(entry, _ledger_url(reader))),
    )


def _ledger_url(reader: Reader) -> str:
    """Where the ledger is, or would be: nobody may have written to it yet."""
    try:
        ledger = get_ledger(reader.store.name)
    except ConfigError:  # which the index knows by now, and tells
        return ""
    return ledger.safe_url if ledger is not None else ""
