"""Comfort is all that scripts add: links and forms alone lead everywhere."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.dashboard import Dashboard


@pytest.fixture
def page(dashboard: Dashboard, open_page: OpenPage) -> Page:
    return open_page(dashboard, java_script_enabled=False)


def test_the_list_is_searched_filtered_and_cleared(page: Page) -> None:
    page.goto("/")
    page.get_by_role("searchbox").fill("two-hosts-sync")
    page.get_by_label("Host").select_option("web-2")
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile(r"q=two-hosts-sync&host=web-2"))
    expect(page.locator("#count")).to_have_text("2 of 2 threads")

    page.get_by_role("link", name=re.compile("One turn")).click()
    expect(page.locator("#count")).to_have_text("1 of 1 thread")
    expect(page.locator(".list tbody tr.one")).to_contain_text("two-hosts-sync-alone")
    expect(page.get_by_role("searchbox")).to_have_value("two-hosts-sync")
    expect(page.get_by_label("Host")).to_have_value("web-2")

    page.get_by_role("searchbox").fill("nothing like it")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("heading", name="No thread matches")).to_be_visible()
    page.get_by_role("link", name="Clear the filters").click()
    expect(page).to_have_url(re.compile(r"/threads/$"))


def test_every_filter_leads_to_as_many_threads_as_it_says(page: Page) -> None:
    page.goto("/threads/")
    for number in range(1, page.locator(".pills .pill").count()):
        page.locator(".pills .pill").nth(number).click()
        current = page.locator(".pills .pill[aria-current]")
        expect(current).to_have_count(1)
        # Read where it leads, not where it was clicked: running threads turn into unfinished ones between two pages.
        count = current.locator("b").inner_text()
        if count == "0":
            expect(page.get_by_role("heading", name="No thread matches")).to_be_visible()
        else:
            expect(page.locator("#count")).to_contain_text(f"of {count} thread")
        page.go_back()


def test_the_list_is_sorted(page: Page) -> None:
    page.goto("/threads/")
    page.get_by_role("link", name=re.compile("^Turns")).click()
    expect(page.get_by_role("columnheader", name=re.compile("^Turns"))).to_have_attribute("aria-sort", "descending")
    turns = [int(text) for text in page.locator(".list tbody td:nth-child(2)").all_inner_texts()]
    assert turns == sorted(turns, reverse=True)
    page.get_by_role("link", name=re.compile("^Turns")).click()
    expect(page.get_by_role("columnheader", name=re.compile("^Turns"))).to_have_attribute("aria-sort", "ascending")


def test_pages_follow_one_another_without_a_gap_or_a_double(page: Page) -> None:
    page.goto("/threads/")
    seen: list[str] = []
    while True:
        seen += page.locator(".list tbody td.id > a").evaluate_all("links => links.map(link => link.href)")
        if not page.get_by_role("link", name="Older →").count():
            break
        page.get_by_role("link", name="Older →").click()
        expect(page.get_by_role("link", name="← Newest")).to_be_visible()
    total = int(re.findall(r"of (\d+) threads", page.locator("#count").inner_text())[0])
    assert len(seen) == len(set(seen)) == total


def test_a_thread_its_steps_tabs_and_namespaces_are_links(page: Page) -> None:
    page.goto("/threads/?q=subgraph-sync-forgets")
    page.get_by_role("link", name="subgraph-sync-forgets", exact=True).click()
    steps = page.locator("#steps a[data-source]")
    expect(steps.first).to_have_attribute("aria-current", "true")
    steps.nth(2).click()
    expect(steps.nth(2)).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="← Older").click()
    expect(steps.nth(3)).to_have_attribute("aria-current", "true")
    for tab in ("State", "Writes", "Metadata", "Changes"):
        page.get_by_role("navigation", name="Views of this step").get_by_role("link", name=tab).click()
        expect(page.locator(f"#{tab.lower()}")).to_be_visible()
        expect(steps.nth(3)).to_have_attribute("aria-current", "true")
    page.get_by_role("navigation", name="Namespaces").get_by_role("link").nth(1).click()
    expect(page).to_have_url(re.compile("ns=specialist"))
    expect(steps.first).to_have_attribute("aria-current", "true")


def test_orphans_and_stores_are_reached_and_no_control_is_dead(page: Page) -> None:
    page.goto("/threads/")
    main = page.get_by_role("navigation", name="Main")
    main.get_by_role("link", name="Orphans").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Orphaned one-turn threads")
    span = page.get_by_role("navigation", name="Time span").get_by_role("link").first
    span.click()
    expect(span).to_have_attribute("aria-current", "true")
    main.get_by_role("link", name="Stores").click()
    expect(page.get_by_role("heading", level=2)).to_have_text(["scenarios", "extra", "gone"])
    for path in ("/threads/", "/thread/?id=two-hosts-sync-shared", "/orphans/", "/workers/", "/stores/"):
        page.goto(path)
        expect(page.locator("button:visible:not(form button)")).to_have_count(0)
