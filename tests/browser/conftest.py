"""Fixtures of the tests that drive a browser: real dashboards on a real store, and pages that are watched.

`dashboard` is shared and its stores stay as they are. Who needs traffic, or a server that goes away, asks for `own`.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import pytest
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import PlayedStore, play_into
from tests.browser.chromium import ARGUMENTS, require_chromium
from tests.browser.dashboard import Dashboard
from tests.browser.extra import play_extra
from tests.browser.witness import Witness

#: No server is there.
NOWHERE = "postgresql://reader@localhost:1/db"

#: Opens a page in a context of its own: `open_page(dashboard, viewport=…, color_scheme="dark")`.
OpenPage: TypeAlias = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for Chromium, directly or not, is marked `browser`."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the Chromium to drive; skips, or fails in continuous integration, where there is none."""
    return require_chromium()


@pytest.fixture(scope="session")
def dashboard(
    chromium: str, scenario_store: PlayedStore, postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Dashboard]:
    """On three stores: every scenario, `extra` (see there), and `gone`, whose server does not answer."""
    extra_url = postgres.create_database("extra")
    threads = {"scenarios": sum(len(one.threads) for one in scenario_store.played), "extra": play_extra(extra_url)}
    stores = {"scenarios": scenario_store.url, "extra": extra_url, "gone": NOWHERE}
    with Dashboard(tmp_path_factory.mktemp("dashboard"), stores, orphan_after="0.001") as running:
        running.wait_indexed(threads)
        yield running


@dataclass(frozen=True)
class Own:
    """A test's own dashboard on its own store."""

    dashboard: Dashboard
    store: PlayedStore

    def begin(self, *texts: str) -> str:
        """A new thread, which the list has; its id."""
        thread_id = f"own-{uuid.uuid4().hex[:12]}"
        self.say(thread_id, *(texts or ("Where is order 4021?",)))
        self.dashboard.wait_listed(thread_id)
        return thread_id

    def say(self, thread_id: str, *texts: str) -> None:
        """Have a conversation, or go on with it: one turn for each text."""
        config: Any = {"configurable": {"thread_id": thread_id}, "metadata": {"worker_hostname": "web-1"}}
        for text in texts:
            self.store.find("two-hosts", "sync").graph.invoke({"messages": [("user", text)]}, config)


@pytest.fixture(scope="module")
def own(chromium: str, postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Own]:
    """A store for the tests of one module, and a dashboard that looks at it five times a second.

    Each test begins threads of its own (`begin`), so that none meets another's.
    """
    with (
        play_into(postgres.create_database(), ["two-hosts"], ["sync"]) as store,
        Dashboard(tmp_path_factory.mktemp("own"), {"own": store.url}, sync_seconds="0.2") as running,
    ):
        running.wait_indexed({"own": 2})
        yield Own(running, store)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """A module's, no longer: while it runs, an event loop runs in this thread, and Django refuses to ask a database."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(chromium: str, playwright: Playwright) -> Iterator[Browser]:
    running = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
    yield running
    running.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Pages whose witness must have nothing to tell in the end. `errors=True` for those that show an error. They are
    signed in by the dashboard's link, unless they are `anonymous`."""
    with contextlib.ExitStack() as stack:
        witnesses: list[Witness] = []

        def open_one(shown: Dashboard, *, errors: bool = False, anonymous: bool = False, **options: Any) -> Page:
            options = {"viewport": {"width": 1320, "height": 860}, "reduced_motion": "reduce", **options}
            context = browser.new_context(base_url=shown.origin, **options)
            stack.callback(context.close)
            context.set_default_timeout(15_000)
            context.add_cookies([] if anonymous else shown.cookies())
            witnesses.append(Witness(context, shown.origin))
            witnesses[-1].expects_errors = errors
            return context.new_page()

        yield open_one
        for witness in witnesses:
            witness.assert_quiet()


@pytest.fixture
def page(dashboard: Dashboard, open_page: OpenPage) -> Page:
    """A wide, light page on the shared dashboard; addresses may leave out the host."""
    return open_page(dashboard)
