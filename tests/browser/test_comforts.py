"""Small things that make a page pleasant: focus that stays in sight, everything unfolded, one's own time."""

from __future__ import annotations

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenPage
from tests.browser.dashboard import Dashboard
from tests.browser.kinds import THREADS


def test_what_arrives_late_does_not_push_the_focus_out_of_sight(page: Page) -> None:
    """The groups of the orphans are fetched into their place, above the list."""
    held: list[Route] = []
    page.route("**/orphans/conversations/**", lambda route: held.append(route))  # noqa: PLW0108  Playwright sets attributes
    page.goto("/orphans/?limit=4")
    link = page.locator(".list tbody td.id > a").last
    link.focus()
    expect(link).to_be_in_viewport()
    expect(page.locator("#groups article")).to_have_count(0)

    held[0].continue_()
    expect(page.locator("#groups article").first).to_be_visible()
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()


def test_one_key_unfolds_all_of_a_step_and_folds_it_again(page: Page) -> None:
    page.goto(THREADS["tool calls"])
    folds = page.locator("#selected details")
    assert folds.count() > 1
    page.keyboard.press("e")
    expect(page.locator("#selected details:not([open])")).to_have_count(0)
    page.keyboard.press("e")
    expect(page.locator("#selected details[open]")).to_have_count(0)


def test_a_time_tells_the_readers_own_where_that_is_another(open_page: OpenPage, dashboard: Dashboard) -> None:
    for zone, lines in (("Asia/Kolkata", 2), ("UTC", 1)):
        page = open_page(dashboard, timezone_id=zone, locale="en-GB")
        page.goto(THREADS["tool calls"])
        time = page.locator("#selected time").first
        time.hover()
        told = (time.get_attribute("title") or "").split("\n")
        assert len(told) == lines
        if lines == 2:
            ours = page.evaluate("at => new Date(at).getMinutes()", time.get_attribute("datetime"))
            assert f":{ours:02}:" in told[1]
