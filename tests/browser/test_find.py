"""Finding a text: from any page of a thread by a key, further down by itself, and without scripts by a link."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.dashboard import Dashboard
from tests.browser.kinds import THREADS

#: More matches than one answer holds: every message holds the letter.
MANY = f"{THREADS['many steps'].replace('/thread/', '/thread/find/')}&q=e"


@pytest.fixture
def page(dashboard: Dashboard, open_page: OpenPage) -> Page:
    return open_page(dashboard)


def test_a_key_leads_to_the_field_and_enter_finds(page: Page) -> None:
    page.goto(THREADS["tool calls"])
    page.keyboard.press("f")
    expect(page.get_by_role("searchbox", name="Find in all steps")).to_be_focused()
    page.keyboard.type("Order 4021")
    page.keyboard.press("Enter")

    expect(page.locator("mark").first).to_have_text("order 4021", ignore_case=True)
    expect(page.get_by_role("searchbox", name="Find in all steps")).to_have_value("Order 4021")
    page.locator(".hit a").first.click()
    expect(page.locator("#selected")).to_be_visible()


def test_where_the_field_has_no_room_the_key_leads_to_its_page(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(THREADS["tool calls"])
    page.keyboard.press("f")
    expect(page.get_by_role("searchbox", name="Find in all steps")).to_be_focused()


def test_what_is_typed_stays_while_the_page_brings_itself_up_to_date(page: Page) -> None:
    page.goto(THREADS["tool calls"])
    page.keyboard.press("f")
    page.keyboard.type("half a wo")
    with page.expect_response(lambda response: "/thread/" in response.url):
        page.evaluate("htmx.ajax('GET', location.href, {target: '#thread', swap: 'morph'})")
    expect(page.locator("#find")).to_have_value("half a wo")


def test_a_search_goes_on_by_itself_when_its_end_comes_into_sight(page: Page) -> None:
    page.goto(MANY)
    first = page.locator(".hit").count()
    assert first == 50
    page.locator("#go-on").scroll_into_view_if_needed()
    expect(page.locator(".hit").nth(first)).to_be_attached()
    assert page.locator("#go-on, #searched").count() == 1


def test_without_scripts_a_link_goes_on(dashboard: Dashboard, open_page: OpenPage) -> None:
    page = open_page(dashboard, java_script_enabled=False)
    page.goto(MANY)
    newest = page.locator(".hit a").first.get_attribute("href")
    page.get_by_role("link", name="Go on").click()
    expect(page.get_by_role("heading", name="Going on from where the search stopped")).to_be_visible()
    assert page.locator(".hit a").first.get_attribute("href") != newest
    page.get_by_role("link", name="From the newest step").click()
    assert page.locator(".hit a").first.get_attribute("href") == newest
