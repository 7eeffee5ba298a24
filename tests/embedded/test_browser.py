"""A person's way through it, in a browser that follows the policy of the pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.chromium import ARGUMENTS, require_chromium
from tests.embedded.conftest import Site

pytestmark = pytest.mark.browser


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=require_chromium(), args=ARGUMENTS)
        yield browser.new_page()
        browser.close()


def test_somebody_signs_in_to_the_project_and_opens_a_thread(site: Site, page: Page) -> None:
    wrong: list[str] = []
    page.on("console", lambda one: wrong.append(one.text) if one.type in ("error", "warning") else None)
    page.route("**/favicon.ico", lambda route: route.fulfill(status=204))  # the project's login page has none
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(f"{site.address}/checkpoints/threads/?store=prod")
    page.fill("#id_username", "chief")
    page.fill("#id_password", "x")
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkpoints/threads/?store=prod")
    page.get_by_role("link", name="thread-one").first.click()
    page.wait_for_url("**/checkpoints/thread/?**")
    expect(page.locator("#main")).to_contain_text("Remark 1")
    page.get_by_role("link", name="Diagnosis").first.click()
    page.wait_for_url("**/checkpoints/doctor/**")
    assert wrong == []
