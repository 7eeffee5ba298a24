"""Picking a step and comparing another one with it: by keys, by links alone, by dragging, over two threads."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.dashboard import Dashboard
from tests.browser.kinds import FORKED, thread

COMPARE = re.compile(r"/thread/compare/\?")


def checkpoint_of(link: Locator) -> str:
    href = link.get_attribute("href") or ""
    return parse_qs(urlsplit(href).query)["checkpoint"][0]


def sides(page: Page) -> tuple[str, str]:
    """What the address of a comparison names, once it is there."""
    expect(page).to_have_url(COMPARE)
    query = parse_qs(urlsplit(page.url).query)
    return query["checkpoint"][0], query["with_checkpoint"][0]


def drag(page: Page, one: Locator, other: Locator) -> None:
    one.scroll_into_view_if_needed()
    boxes = one.bounding_box(), other.bounding_box()
    assert boxes[0] is not None
    assert boxes[1] is not None
    (x, y), (to_x, to_y) = ((box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes if box)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move((x + to_x) / 2, (y + to_y) / 2, steps=4)
    page.mouse.move(to_x, to_y, steps=4)
    page.mouse.up()


def test_two_keys_compare_two_steps(page: Page) -> None:
    page.goto(thread(FORKED))
    steps = page.locator("#steps li a[href]")
    first = checkpoint_of(steps.nth(0))
    page.keyboard.press("a")
    expect(page.locator("#pick")).to_contain_text("step 5")
    page.keyboard.press("j")
    expect(page.locator("#selected")).to_have_attribute("data-checkpoint", checkpoint_of(steps.nth(1)))
    page.keyboard.press("j")
    third = checkpoint_of(steps.nth(2))
    expect(page.locator("#selected")).to_have_attribute("data-checkpoint", third)
    expect(page.locator("#pick [data-compare]")).to_be_visible()
    page.keyboard.press("d")

    assert sides(page) == (third, first)  # the older one first, whichever was picked
    expect(page.locator("#compare-title")).to_contain_text("B is 2 steps after A")


def test_a_step_that_was_picked_is_offered_by_other_threads_until_it_is_dropped(page: Page) -> None:
    page.goto(thread(FORKED))
    page.locator("[data-pick]").click()
    expect(page.locator("#pick")).to_be_visible()
    page.goto(thread("tool-agent-sync-orders"))
    expect(page.locator("#pick")).to_contain_text(f"step 5 of {FORKED} is still picked.")
    page.locator("#steps li a[href]").nth(1).click()
    shown = page.locator("#selected")
    expect(shown).to_have_attribute("data-checkpoint", checkpoint_of(page.locator("#steps li a[href]").nth(1)))
    page.locator("#pick [data-compare]").click()
    sides(page)
    query = parse_qs(urlsplit(page.url).query)
    assert (query["id"], query["with_id"]) == ([FORKED], ["tool-agent-sync-orders"])
    expect(page.locator("#compare-title")).to_have_text("A and B are of two threads.")

    page.goto(thread("tool-agent-sync-orders"))
    page.locator("[data-forget-pick]").click()
    expect(page.locator("#pick")).to_be_hidden()
    page.reload()
    expect(page.locator("#selected")).to_be_visible()
    expect(page.locator("#pick")).to_be_hidden()


def test_a_step_dragged_onto_another_in_the_list_opens_the_comparison(page: Page) -> None:
    page.goto(thread(FORKED))
    steps = page.locator("#steps li a[href]")
    one, other = steps.nth(4), steps.nth(0)
    ids = checkpoint_of(one), checkpoint_of(other)
    drag(page, one, other)

    assert sides(page) == ids


def test_a_dot_dragged_onto_another_opens_the_comparison(page: Page) -> None:
    page.goto(thread(FORKED))
    dots = page.locator("#lanes a[href*='checkpoint=']")
    ids = checkpoint_of(dots.nth(0)), checkpoint_of(dots.nth(2))
    drag(page, dots.nth(2), dots.nth(0))

    assert sides(page) == ids


def test_a_drag_that_ends_nowhere_selects_nothing(page: Page) -> None:
    page.goto(thread(FORKED))
    before = page.url
    drag(page, page.locator("#steps li a[href]").nth(3), page.locator("#selected-title"))
    page.keyboard.press("?")

    expect(page.locator("#keys")).to_be_visible()
    assert page.url == before


def test_without_javascript_links_and_the_form_do_it(open_page: OpenPage, dashboard: Dashboard) -> None:
    page = open_page(dashboard, java_script_enabled=False)
    page.goto(thread(FORKED))
    picked = checkpoint_of(page.locator("#steps li a[href]").nth(0))
    page.get_by_role("link", name="Pick to compare").click()
    page.locator("#steps li a[href]").nth(1).click()
    page.get_by_role("link", name="Compare with this step").click()
    assert sides(page)[1] == picked  # the newer of the two

    page.goto(f"/thread/compare/?id={FORKED}")
    page.get_by_role("textbox", name="thread_id").fill("tool-agent-sync-orders")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.locator("#compare-title")).to_have_text("A and B are of two threads.")
