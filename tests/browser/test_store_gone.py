"""A store's server that goes away while a page is open is told there, and so is its return."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import play_into
from tests.browser.clock import refresh, take_clock
from tests.browser.conftest import OpenPage
from tests.browser.dashboard import Dashboard


def test_a_store_that_goes_and_comes_back_while_a_thread_is_read(
    chromium: str, open_page: OpenPage, tmp_path: Path
) -> None:
    with EmbeddedPostgres() as server:
        with play_into(server.url, ["two-hosts"], ["sync"]):
            pass
        with Dashboard(tmp_path / "own", {"own": server.url}, sync_seconds="0.2") as dashboard:
            dashboard.wait_indexed({"own": 2})
            page = open_page(dashboard, errors=True)
            take_clock(page)
            page.goto("/thread/?id=two-hosts-sync-shared")
            steps = page.locator("#steps a[data-source]")
            count = steps.count()

            server.stop()
            refresh(page)
            gone = re.compile("cannot be reached|is starting or stopping")  # it may still be on its way
            expect(page.get_by_role("alert")).to_contain_text(gone)
            expect(page.locator("#lag .live")).to_have_attribute("data-tone", "bad")
            expect(steps).to_have_count(count)  # what was read stays readable

            server.start()
            dashboard.wait_answer("/thread/", id="two-hosts-sync-shared")
            refresh(page)
            expect(page.get_by_role("alert")).to_have_count(0)
            page.keyboard.press("j")
            expect(steps.nth(1)).to_have_attribute("aria-current", "true")
