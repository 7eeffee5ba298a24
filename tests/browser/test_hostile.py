"""Ids and values that are markup: shown, copied and opened as they are, and never more than text."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from inspector.demo.repertoire import PlayedStore
from tests.browser.clock import wait_for
from tests.browser.conftest import OpenPage
from tests.browser.dashboard import Dashboard
from tests.browser.extra import ATTACKS, MARKUP

#: Whether the list has this thread and no other.
ONLY_LISTED = """(id) => {
    const links = [...document.querySelectorAll(".list tbody td.id > a")];
    return links.length === 1 && new URL(links[0].href).searchParams.get("id") === id;
}"""
#: What no template of ours makes.
WILD = """() => {
    const wild = [...document.querySelectorAll(`iframe, object, embed, main img, main script, style, base,
        [onerror], [onload], [onmouseover], [srcdoc], a[href^='javascript:' i]`)];
    const foreign = [...document.scripts].filter((script) => !script.src.startsWith(location.origin + "/static/"));
    const live = [...document.querySelectorAll("[data-live], [hx-get]")].slice(2);
    return [...wild, ...foreign, ...live].map((element) => element.outerHTML.slice(0, 200));
}"""
LIST = "/threads/?q=hostile-thread-ids-sync&limit=100"


@pytest.fixture
def page(dashboard: Dashboard, open_page: OpenPage) -> Page:
    """One that may use the clipboard. That nothing was trapped is told by its witness in the end."""
    page = open_page(dashboard)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=dashboard.origin)
    return page


def ids(store: PlayedStore) -> set[str]:
    return {thread.thread_id for thread in store.find("hostile-thread-ids", "sync").threads} - {""}


def named(page: Page) -> str:
    """The id that the address holds."""
    return parse_qs(urlsplit(page.url).query, keep_blank_values=True)["id"][0]


def assert_only_text(page: Page) -> None:
    """No element is there that a template did not put there, and nothing ran."""
    assert page.evaluate(WILD) == []
    assert page.evaluate("trapped") == []


@pytest.mark.thorough
def test_each_id_is_listed_opened_and_copied_exactly(page: Page, scenario_store: PlayedStore) -> None:
    page.goto(LIST)
    assert_only_text(page)
    seen = set()
    for link in page.locator(".list tbody td.id > a").evaluate_all("links => links.map(link => link.href)"):
        page.goto(link)
        thread_id = named(page)
        seen.add(thread_id)
        assert_only_text(page)
        page.keyboard.press("c")
        expect(page.locator("#said")).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == thread_id
    assert seen == ids(scenario_store)


def test_the_copy_button_of_a_row_copies_that_rows_id(page: Page) -> None:
    page.goto(LIST)
    row = page.locator(".list tbody tr").filter(has_text="<script>")
    row.hover()
    row.get_by_role("button", name="Copy thread_id").click()
    expect(page.locator("#said")).to_have_text("Copied")
    expected = "<script>alert(1)</script><b>&amp; hostile-thread-ids-sync-"
    assert page.evaluate("navigator.clipboard.readText()") == expected


def test_each_id_is_found_by_pasting_it(page: Page, scenario_store: PlayedStore) -> None:
    """Line ends are the exception: a field of one line cannot hold them."""
    page.goto("/threads/")
    for thread_id in sorted(ids(scenario_store)):
        if "\n" not in thread_id:
            page.locator("#q").fill(thread_id)
            wait_for(page, ONLY_LISTED, thread_id)
    assert_only_text(page)


def test_what_an_id_hides_is_shown(page: Page) -> None:
    """Control characters and those that turn the direction of text are told as marks, the empty id in words."""
    page.goto(LIST)
    text = page.locator(".list").inner_text()
    for hidden in ("\u202e", "\u0001", "\u001b"):
        assert hidden not in text
        assert f"{ord(hidden):04X}" in text.upper() or chr(0x2400 + ord(hidden)) in text
    page.goto("/thread/?id=")
    expect(page.get_by_role("heading", level=1)).to_have_text("(empty id)")


@pytest.mark.parametrize("tab", ["changes", "state", "writes", "metadata"])
def test_values_that_are_markup_are_shown_as_text(page: Page, tab: str) -> None:
    page.goto(f"/thread/?store=extra&id={MARKUP}&tab={tab}")
    expect(page.locator(f"#{tab}")).to_be_visible()
    page.evaluate("document.querySelectorAll('main details').forEach(details => details.open = true)")
    if tab != "writes":
        for attack in ATTACKS if tab == "state" else ATTACKS[-1:]:
            expect(page.locator(f"#{tab}")).to_contain_text(attack)
    assert_only_text(page)
    page.keyboard.press("j")
    expect(page.locator("#steps a[data-source]").nth(1)).to_have_attribute("aria-current", "true")
    assert_only_text(page)


def test_hosts_and_owners_that_are_markup_are_shown_filtered_and_titled_as_text(page: Page) -> None:
    page.goto("/threads/?store=extra&q=markup")
    expect(page.locator(".list tbody tr")).to_contain_text("<b data-live=1")
    assert_only_text(page)
    for attack in ATTACKS:
        page.locator("#host").select_option(attack)
        expect(page.locator("#count")).to_have_text("1 of 1 thread")
        assert_only_text(page)
    for path in ("/orphans/?store=extra", f"/thread/?store=extra&id={MARKUP}"):
        page.goto(path)
        assert_only_text(page)


def test_an_address_that_is_markup_is_told_as_text(dashboard: Dashboard, open_page: OpenPage) -> None:
    page = open_page(dashboard, errors=True)
    attack = " ".join(ATTACKS)
    for path, name in (("/threads/", "q"), ("/threads/", "sort"), ("/threads/", "flag"), ("/orphans/", "window")):
        page.goto(dashboard.at(path, **{name: attack}))
        assert_only_text(page)
    for name in ("id", "ns", "checkpoint", "tab", "store"):
        page.goto(dashboard.at("/thread/", **{"id": "two-hosts-sync-shared", name: attack}))
        expect(page.locator("#error")).to_be_visible()
        assert_only_text(page)
