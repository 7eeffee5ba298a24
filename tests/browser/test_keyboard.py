"""Everything can be done with the keyboard alone, and one always sees where one is."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenPage
from tests.browser.dashboard import ROOT, Dashboard
from tests.browser.kinds import THREADS

#: Numbers what can be operated, in the order of the document. A closed menu or fold hides what is in it.
CONTROLS = """() => {
    window.controls = [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
        .filter((element) => element.tabIndex >= 0 && element.checkVisibility({ visibilityProperty: true }));
    return window.controls.map((element) => element.outerHTML.slice(0, 120));
}"""
#: Which of them has the focus, and whether that shows: an outline that is not cut off, on something in sight.
FOCUSED = """() => {
    const element = document.activeElement, style = getComputedStyle(element), box = element.getBoundingClientRect();
    const shows = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && Number(style.opacity) === 1;
    const inSight = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    return { number: controls.indexOf(element), shows, inSight, what: element.outerHTML.slice(0, 120) };
}"""


def walk(page: Page, most: int) -> list[dict[str, Any]]:
    """Where Tab leads, one after the other, until it leaves the page."""
    seen: list[dict[str, Any]] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        if focused["what"].startswith("<body"):
            break
        seen.append(focused)
    return seen


@pytest.mark.parametrize(
    "path",
    [
        "/threads/?limit=4",
        "/orphans/?limit=4",
        "/orphans/mutes/?pattern=*",
        "/workers/?store=extra",
        "/stores/",
        *(f"{THREADS['tool calls']}&tab={tab}" for tab in ("changes", "state")),
    ],
)
def test_tab_reaches_every_control_in_order_and_shows_where_it_is(page: Page, path: str) -> None:
    page.goto(path)
    controls = page.evaluate(CONTROLS)
    seen = walk(page, len(controls) + 40)  # the browser adds stops of its own: what scrolls

    reached = [focused["number"] for focused in seen if focused["number"] >= 0]
    assert [controls[number] for number in reached] == controls
    assert [focused["what"] for focused in seen if not (focused["shows"] and focused["inSight"])] == []


def test_the_skip_link_comes_first_and_skips_the_bar(page: Page) -> None:
    page.goto("/threads/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport(ratio=1)
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator("#q")).to_be_focused()


def test_the_dialog_opens_keeps_the_focus_and_gives_it_back(page: Page) -> None:
    page.goto("/threads/")
    link = page.locator(".list tbody td.id > a").first
    link.focus()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys")
    expect(dialog).to_be_visible()
    assert dialog.evaluate("dialog => dialog.contains(document.activeElement)")
    page.keyboard.press("j")  # keys rest behind it
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(link).to_be_focused()

    page.get_by_role("button", name="Keys").focus()
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("button", name="Keys")).to_be_focused()


def test_the_dialog_lists_every_key_that_a_page_acts_on(page: Page) -> None:
    acted = (ROOT / "static/inspector/js/keys.js").read_text().partition("const actions = {")[2].partition("};")[0]
    names = re.findall(r'^  "?([^\s":]+)"?:', acted, re.MULTILINE)
    arrows = {"ArrowLeft": "←", "ArrowRight": "→"}
    page.goto(THREADS["tool calls"])
    announced = page.locator("[aria-keyshortcuts]").evaluate_all(
        "all => all.map(one => one.getAttribute('aria-keyshortcuts'))"
    )
    page.keyboard.press("?")
    listed = set(page.get_by_role("dialog", name="Keys").locator("kbd").all_inner_texts())
    assert len(names) > 8
    assert {arrows.get(name, name) for name in names} | set(announced) <= listed
    assert {"Esc", "Home", "End", "↑", "↓", "1", "4", "Enter"} <= listed


def test_slash_searches_from_anywhere_and_escape_lets_go(page: Page) -> None:
    page.goto("/threads/?q=two-hosts")
    search = page.locator("#q")
    page.keyboard.press("/")
    expect(search).to_be_focused()
    expect(search).to_have_value("two-hosts")
    page.keyboard.type("resume")  # what was there was selected
    expect(page).to_have_url("/threads/?q=resume")
    page.keyboard.press("Escape")
    expect(page).to_have_url("/threads/")
    expect(search).to_be_focused()
    page.keyboard.press("Escape")
    expect(search).not_to_be_focused()
    page.goto(THREADS["tool calls"])
    page.keyboard.press("/")
    expect(page).to_have_url("/threads/")


def test_a_list_is_walked_and_a_thread_opened_by_keys(page: Page) -> None:
    page.goto("/threads/?q=two-hosts-sync")
    links = page.locator(".list tbody td.id > a")
    page.keyboard.press("j")
    expect(links.nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(links.nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(links.nth(0)).to_be_focused()
    name = links.nth(0).inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def test_arrows_move_the_focus_among_steps(page: Page) -> None:
    page.goto(THREADS["tool calls"])
    steps = page.locator("#steps a[data-source]")
    steps.first.focus()
    page.keyboard.press("ArrowDown")
    expect(steps.nth(1)).to_have_attribute("aria-current", "true")
    expect(steps.nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(steps.first).to_have_attribute("aria-current", "true")
    expect(steps.first).to_be_focused()


def test_keys_pressed_faster_than_pages_come_add_up(page: Page) -> None:
    """Each answer is held back until the next key was pressed, so every one but the last comes too late."""
    page.goto(THREADS["tool calls"])
    steps = page.locator("#steps a[data-source]")
    ids = [
        parse_qs(urlsplit(link).query)["checkpoint"][0] for link in steps.evaluate_all("all => all.map(a => a.href)")
    ]
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    def take() -> Route:
        """The request under way, as soon as there is one: the next waits for the one before to end."""
        while not held:
            page.wait_for_timeout(5)
        return held.pop()

    page.route("**/thread/**", hold)
    page.keyboard.press("j")
    under_way = take()
    for pressed in range(2, 6):
        page.keyboard.press("j")
        expect(steps.nth(pressed)).to_have_attribute("aria-current", "true")
        under_way.continue_()
        under_way = take()
    under_way.continue_()

    expect(page.locator("#selected")).to_have_attribute("data-checkpoint", ids[5])
    expect(steps.nth(5)).to_have_attribute("aria-current", "true")
    expect(page.locator("#steps [aria-current]")).to_have_count(1)
    page.unroute("**/thread/**")
    page.go_back()
    expect(page.locator("#selected")).to_have_attribute("data-checkpoint", ids[0])


def test_a_step_far_down_a_long_list_is_brought_into_sight(page: Page) -> None:
    page.goto(THREADS["many steps"])
    steps, current = page.locator("#steps a[data-source] .n"), page.locator("#steps a[data-source][aria-current]")
    number = int(steps.last.inner_text())
    steps.last.click()
    expect(current.locator(".n")).to_have_text(str(number))
    page.keyboard.press("j")
    expect(current.locator(".n")).to_have_text(str(number - 1))  # the list is the page around it
    expect(current).to_be_in_viewport()
    page.keyboard.press("k")
    expect(current.locator(".n")).to_have_text(str(number))
    expect(current).to_be_in_viewport()


def test_keys_do_not_act_while_one_types(page: Page) -> None:
    page.goto("/threads/")
    page.locator("#q").focus()
    page.keyboard.type("jkc?1")
    expect(page.locator("#q")).to_have_value("jkc?1")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url("/threads/?q=jkc%3F1")


def test_the_store_menu_opens_and_closes_by_keys(page: Page) -> None:
    page.goto("/threads/")
    menu = page.locator("#stores-menu")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(menu.get_by_role("link")).to_have_count(3)
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(menu.locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/threads/?store=extra")


def test_a_host_is_unfolded_and_followed_to_what_it_missed_by_keys(page: Page) -> None:
    page.goto("/workers/?store=extra")
    page.get_by_role("link", name="Workers").focus()
    host = page.locator("tbody", has=page.get_by_role("link", name="web-2"))
    earlier = host.get_by_text("1 earlier process")
    earlier.focus()
    page.keyboard.press("Enter")
    expect(host.get_by_text("ended 2 days ago")).to_be_visible()
    host.get_by_role("link", name="124").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url("/threads/?store=extra&host=web-2&flag=missed-reads")
    expect(page.locator(".list")).to_contain_text("asked")


def test_the_mark_goes_back_when_the_step_does_not_come(dashboard: Dashboard, open_page: OpenPage) -> None:
    page = open_page(dashboard, errors=True)
    page.goto(THREADS["tool calls"])
    steps = page.locator("#steps a[data-source]")
    page.route("**/thread/**", lambda route: route.abort())
    page.keyboard.press("j")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(steps.first).to_have_attribute("aria-current", "true")
    expect(page.locator("#steps [aria-current]")).to_have_count(1)
    page.unroute("**/thread/**")
    page.keyboard.press("j")
    expect(steps.nth(1)).to_have_attribute("aria-current", "true")


def test_a_step_is_compared_with_any_other_and_with_its_parent_again(page: Page) -> None:
    page.goto(THREADS["tool calls"])
    against = page.get_by_label("compared with", exact=True)
    expect(against).to_have_value("")
    against.select_option(label="step -1, first")
    expect(page).to_have_url(re.compile("against="))
    expect(page.locator("#selected-title")).to_contain_text("compared with step -1, which is not its parent")
    page.get_by_role("link", name="compare with the parent").click()
    expect(page).not_to_have_url(re.compile("against="))
    expect(against).to_have_value("")


def test_another_page_of_a_list_begins_at_its_top_and_back_finds_the_row_again(page: Page) -> None:
    page.goto("/threads/")
    page.get_by_role("link", name="Older →").click()
    expect(page.get_by_role("link", name="← Newest")).to_be_attached()
    expect(page.locator("#list")).to_be_focused()
    expect(page.locator(".list tbody tr").first).to_be_in_viewport()
    page.keyboard.press("j")
    page.keyboard.press("j")
    row = page.locator(".list tbody td.id > a").nth(1)
    name = row.inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(name)
    page.go_back()
    expect(row).to_be_focused()
