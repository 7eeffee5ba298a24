"""A store whose workers report to a ledger in it, and the page of its workers."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import play_into
from inspector.index.connections import get_reader
from tests.integration.index.syncing import sync
from tests.pages.browse import Browser
from tests.pages.ledgers import Telling, telling


@dataclasses.dataclass(frozen=True)
class World:
    browser: Browser
    ledger: Telling
    url: str

    def words(self, **query: Any) -> str:
        """All the page says, in one line."""
        return " ".join(self.browser.document("/workers/", **query).elements[0].text.split())

    def hosts(self) -> dict[str, Any]:
        return {host["hostname"]: host for host in self.browser.data("/workers/")["hosts"]}


@contextmanager
def workers_shown(show_stores: Any, postgres: EmbeddedPostgres) -> Iterator[World]:
    """A store of `web-1` and `web-2`, indexed, and a ledger that nobody has written to."""
    url = postgres.create_database()
    with play_into(url, ["two-hosts"], ["sync"]), telling(url) as ledger:
        browser = show_stores(own=url)
        sync(get_reader())
        yield World(browser, ledger, url)
