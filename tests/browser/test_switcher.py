"""The switcher of stores: by keys, without scripts, on a phone, and with what the address has become meanwhile."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import play_into
from tests.browser.clock import refresh, take_clock
from tests.browser.conftest import NOWHERE, OpenPage
from tests.browser.dashboard import Dashboard
from tests.browser.test_accessibility import NARROW, assert_accessible

SHARED = "two-hosts-sync-shared"
LONG = f"a-name-that-is-{'very-' * 12}long.eu-central-1"
ODD = "ünïcode.2024_ost"


@pytest.fixture(scope="module")
def several(chromium: str, postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """Two stores that hold the same thread_ids, one that is down, and names to make up thirty."""
    stores = {}
    for name in ("main", LONG):
        stores[name] = postgres.create_database()
        with play_into(stores[name], ["two-hosts"], ["sync"]):
            pass
    down = {ODD: NOWHERE, **{f"store-{number}": NOWHERE for number in range(27)}}
    with Dashboard(tmp_path_factory.mktemp("several"), stores | down) as running:
        running.wait_indexed({"main": 2, LONG: 2})
        yield running


def menu_of(page: Page) -> Locator:
    return page.locator("#stores-menu")


def test_it_is_worked_by_keys_and_keeps_the_filter_that_was_set_meanwhile(
    several: Dashboard, open_page: OpenPage
) -> None:
    """The search loads a part of the page only, and the switcher above it comes with it."""
    page = open_page(several)
    page.goto("/threads/")
    page.get_by_role("searchbox").fill("shared")
    expect(page).to_have_url("/threads/?q=shared")
    expect(page.locator("#count")).to_have_text("1 of 1 thread")
    menu_of(page).locator("summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(menu_of(page).get_by_role("link").first).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"/threads/?store={LONG}&q=shared")
    expect(page.get_by_role("searchbox")).to_have_value("shared")
    expect(page).to_have_title(re.compile(r"^Threads · a-name-that.*eu-central-1 · Checkpoint Inspector$"))


def test_it_keeps_its_focus_when_the_page_refreshes(several: Dashboard, open_page: OpenPage) -> None:
    page = open_page(several)
    take_clock(page)
    page.goto("/threads/")
    summary = menu_of(page).locator("summary")
    summary.focus()
    refresh(page)
    expect(summary).to_be_focused()


def test_it_leads_to_the_same_thread_without_scripts(several: Dashboard, open_page: OpenPage) -> None:
    page = open_page(several, java_script_enabled=False)
    page.goto(f"/thread/?id={SHARED}&tab=state")
    menu_of(page).locator("summary").click()
    menu_of(page).get_by_role("link", name=re.compile("^a-name-that")).click()
    expect(page).to_have_url(f"/thread/?store={LONG}&id={SHARED}&tab=state")
    expect(page.get_by_role("heading", level=1)).to_contain_text(SHARED)
    expect(page.locator("#state")).to_be_visible()
    page.locator("#also-in").get_by_role("link", name="main").click()
    expect(page).to_have_url(f"/thread/?id={SHARED}")


def test_it_says_how_each_store_stands(several: Dashboard, open_page: OpenPage) -> None:
    page = open_page(several)
    page.goto("/threads/")
    menu_of(page).locator("summary").click()
    items = menu_of(page).get_by_role("listitem")
    expect(items).to_have_count(30)
    expect(items.first).to_contain_text("2 threads")
    expect(items.first.get_by_role("link")).to_have_attribute("aria-current", "true")
    expect(items.filter(has_text=ODD)).to_contain_text("last pass failed")


@pytest.mark.one_in(3)
@pytest.mark.parametrize("store", ["main", LONG, ODD])
def test_thirty_stores_fit_open_and_closed(several: Dashboard, open_page: OpenPage, store: str) -> None:
    page = open_page(several)
    page.goto(f"/threads/?store={store}")
    assert_accessible(page)
    page.set_viewport_size({"width": 1180, "height": 860})
    menu_of(page).locator("summary").click()
    expect(menu_of(page).locator("ul")).to_be_in_viewport(ratio=1)
    assert_accessible(page)
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    expect(menu_of(page).locator("ul")).to_be_in_viewport(ratio=1)


def test_a_thread_of_another_store_is_told_and_led_to(several: Dashboard, open_page: OpenPage) -> None:
    page = open_page(several, errors=True)
    page.goto("/thread/?store=" + ODD + f"&id={SHARED}")
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    page.goto(f"/threads/?q={SHARED}")
    expect(page.locator("#also-in")).to_contain_text("The thread with this id is in another store too")
    expect(page.locator(".list [data-flag='also-in']")).to_contain_text("also in a-name-that")
    assert_accessible(page)
