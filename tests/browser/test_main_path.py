"""What people come for, in one go: find a thread, open it, step through what changed, and come back."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

RANDOM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def query(page: Page) -> dict[str, str]:
    """The address's parameters."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query, keep_blank_values=True).items()}


def rows(page: Page) -> list[str]:
    return page.locator(".list tbody td.id > a").all_inner_texts()


def shown(page: Page) -> str:
    """The page's text without what time alone changes."""
    text = page.locator("main").inner_text()
    return re.sub(r"\b(just now|\d+ (s|min|h) ago)\b", "ago", text)


def test_search_filter_open_step_reload_and_come_back(page: Page) -> None:
    page.goto("/")
    expect(page).to_have_url(re.compile(r"/threads/$"))
    search = page.locator("#q")

    # Searching: the list and the address follow, focus and caret stay.
    search.press_sequentially("fork-y")
    expect(page.locator("#empty")).to_be_visible()
    search.press("ArrowLeft")
    search.press_sequentially("b")
    expect(page.locator(".list tbody tr").first).to_contain_text("fork-by-")
    expect(page).to_have_url(re.compile(r"\?q=fork-by$"))
    expect(search).to_be_focused()
    assert search.evaluate("field => [field.value, field.selectionStart]") == ["fork-by", 6]
    assert all("fork-by" in row for row in rows(page))
    search.fill("-sync-")
    expect(page).to_have_url(re.compile(r"\?q=-sync-$"))
    everything = page.locator("#count").inner_text()

    # Filtering to one-turn threads: they are marked, in words too.
    page.get_by_role("navigation", name="Quick filters").get_by_role("link", name="One turn").click()
    expect(page).to_have_url(re.compile("turns=one"))
    assert query(page) == {"q": "-sync-", "turns": "one"}
    assert page.locator("#count").inner_text() != everything
    expect(search).to_have_value("-sync-")
    expect(page.locator(".list tbody tr:not(.one)")).to_have_count(0)
    for turns in page.locator(".list tbody td:nth-child(2)").all_inner_texts():
        assert turns.strip() == "1"
    listed, found = page.url, rows(page)

    # Opening one: its newest step is shown.
    page.get_by_role("link", name="new-input-sync-one", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("new-input-sync-one"))
    steps = page.locator("#steps a[data-source]")
    expect(steps.first).to_have_attribute("aria-current", "true")
    opened = page.url
    title = page.locator("#selected-title")
    newest = title.inner_text()

    # Stepping by keys.
    page.keyboard.press("j")
    expect(steps.nth(1)).to_have_attribute("aria-current", "true")
    expect(title).not_to_have_text(newest)
    second = query(page)["checkpoint"]
    page.keyboard.press("ArrowLeft")
    expect(page).not_to_have_url(re.compile(second))
    expect(steps.nth(2)).to_have_attribute("aria-current", "true")
    third = query(page)["checkpoint"]
    page.keyboard.press("k")
    expect(page).to_have_url(re.compile(second))
    page.keyboard.press("ArrowRight")
    expect(page).not_to_have_url(re.compile(second))
    expect(title).to_have_text(newest)
    page.keyboard.press("k")  # there is no newer one: nothing happens
    page.keyboard.press("j")
    expect(page).to_have_url(re.compile(second))

    # Tabs by keys.
    for key, tab in (("2", "state"), ("3", "writes"), ("4", "metadata"), ("1", "changes"), ("2", "state")):
        page.keyboard.press(key)
        expect(page.locator(f"#{tab}")).to_be_visible()
        assert query(page).get("tab", "changes") == tab

    # The same address shows the same thing.
    before = shown(page)
    page.reload()
    expect(page.locator("#state")).to_be_visible()
    assert shown(page) == before

    # Back through tabs and steps, forward again, and back to the very same list.
    page.go_back()
    expect(page.locator("#changes")).to_be_visible()
    expect(page).to_have_url(re.compile(second))
    page.go_forward()
    expect(page.locator("#state")).to_be_visible()
    assert shown(page) == before
    while page.url != opened:
        was = page.url
        page.go_back()
        expect(page).not_to_have_url(was)
    expect(title).to_have_text(newest)
    expect(steps.first).to_have_attribute("aria-current", "true")
    page.go_back()
    expect(page).to_have_url(listed)
    expect(search).to_have_value("-sync-")
    assert rows(page) == found
    assert third != second
