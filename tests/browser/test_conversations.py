"""Torn conversations in a browser: fetched into the overview, kept through a refresh, and read as one."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.clock import refresh, take_clock
from tests.browser.conftest import OpenPage
from tests.browser.dashboard import Dashboard


def test_the_overview_fetches_the_newest_groups_keeps_them_and_leads_to_the_conversation(
    dashboard: Dashboard, open_page: OpenPage
) -> None:
    page = open_page(dashboard)
    take_clock(page)
    page.goto("/orphans/?store=scenarios")
    groups = page.locator("#groups .group")
    expect(groups.first).to_be_visible()
    many = groups.count()
    assert many >= 1
    groups.first.evaluate("group => { window.same = group; }")
    refresh(page)
    assert groups.first.evaluate("group => group === window.same")
    assert groups.count() == many
    groups.first.get_by_role("link", name="Read as one conversation").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("read as one conversation")
    expect(page.locator(".seam").first).to_contain_text("started blank")
