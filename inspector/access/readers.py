"""The stores as one viewer may see them: the one way from a request to a reader."""

from __future__ import annotations

from collections.abc import Mapping

from inspector.access.viewer import Viewer
from inspector.errors import ConfigError, NotFound
from inspector.index.connections import NO_STORE, all_readers, get_ledger, shaped_readers, watched_readers
from inspector.ledger.base import LedgerReader
from inspector.reader import Reader


def readers_for(viewer: Viewer) -> Mapping[str, Reader]:
    """Those of the viewer's stores, by name, in the order of the configuration. Raises `ConfigError`."""
    readers = watched_readers() if viewer.sees_content else shaped_readers()
    return {name: reader for name, reader in readers.items() if viewer.may_see(name)}


def reader_for(viewer: Viewer, name: str = "") -> Reader:
    """The one called `name`, the first without. One that the viewer may not see is told like one that is not there.
    Raises `NotFound` or `ConfigError`."""
    readers = readers_for(viewer)
    if not all_readers():
        raise ConfigError(*NO_STORE)
    if not readers:
        raise NotFound("There is no store here that you may see.", "Whoever runs the dashboard can give you one.")
    if not name:
        return next(iter(readers.values()))
    if name not in readers:
        raise NotFound(f"No store is called {name!r}.", f"There are {', '.join(readers)}.")
    return readers[name]


def ledger_of(reader: Reader) -> LedgerReader | None:
    """What is known of a store's reads. It holds ids, hosts and times, and nothing of what was said. Raises
    `ConfigError`."""
    return get_ledger(reader.store.name)
