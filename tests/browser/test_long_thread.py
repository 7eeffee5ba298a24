"""A thread of more steps than a page lists, paged from both ends in a browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.dashboard import Dashboard
from tests.browser.extra import LONG


@pytest.mark.parametrize("scripts", [True, False])
def test_the_steps_are_paged_from_both_ends(dashboard: Dashboard, open_page: OpenPage, scripts: bool) -> None:
    page: Page = open_page(dashboard, java_script_enabled=scripts)
    page.goto(f"/thread/?id={LONG}&store=extra")
    steps, place = page.locator("#steps"), page.locator("#steps-place")
    total = int(re.findall(r"of (\d+),", place.inner_text())[0])
    expect(place).to_have_text(f"1 to 60 of {total}, newest first")

    assert 60 < total < 120
    page.locator("[data-page=oldest]").click()
    expect(place).to_have_text(f"{total - 59} to {total} of {total}, newest first")
    expect(steps.locator("h3").last).to_contain_text("Turn 1 ")
    expect(steps.locator("[aria-current]")).to_have_attribute("data-source", "input")
    expect(page.locator("[data-page=older]")).to_have_count(0)

    page.locator("[data-page=newer]").click()
    expect(place).to_have_text(f"1 to 60 of {total}, newest first")
    expect(page.locator("[data-page=newer]")).to_have_count(0)
    page.locator("[data-page=older]").click()
    expect(place).to_have_text(f"61 to {total} of {total}, newest first")

    chosen = steps.locator("li a[data-source]").nth(3)
    words = chosen.inner_text()
    chosen.click()
    expect(steps.locator("[aria-current]")).to_have_text(words, use_inner_text=True)
    expect(place).to_have_text(f"61 to {total} of {total}, newest first")
    page.locator("[data-page=newest]").click()
    expect(place).to_have_text(f"1 to 60 of {total}, newest first")
    expect(page).to_have_url(re.compile(r"^(?!.*before=)"))
