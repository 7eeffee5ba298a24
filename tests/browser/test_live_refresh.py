"""The page follows the store by itself, and takes nothing from whoever is reading or typing."""

from __future__ import annotations

import re

from playwright.sync_api import Page, Route, expect

from tests.browser.clock import PAUSE, refresh, take_clock, wait_for
from tests.browser.conftest import OpenPage, Own

HIDE = """(hidden) => {
    const state = hidden ? "hidden" : "visible";
    Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


def open_list(own: Own, open_page: OpenPage, path: str = "/threads/", *, height: int = 860) -> Page:
    page = open_page(own.dashboard, viewport={"width": 1320, "height": height})
    take_clock(page)
    page.goto(path)
    return page


def test_a_new_thread_appears_and_what_was_typed_focused_and_scrolled_stays(own: Own, open_page: OpenPage) -> None:
    first = own.begin()
    for number in range(10):
        own.say(f"{first}-{number}", "Hi")
    own.dashboard.wait_listed(f"{first}-9")
    page = open_list(own, open_page, height=400)
    threads = int(page.locator(".head p").inner_text().split()[0])
    link = page.get_by_role("link", name=first, exact=True)
    link.focus()
    page.evaluate("scrollTo(0, 300)")
    top = link.evaluate("link => link.getBoundingClientRect().top")
    link.evaluate("link => { window.same = link; }")

    newcomer = own.begin()
    refresh(page)

    expect(page.locator(".list tbody tr").first).to_contain_text(newcomer)
    expect(page.locator(".head p")).to_contain_text(f"{threads + 1} threads")
    expect(link).to_be_focused()
    assert link.evaluate("link => link === same")
    assert page.evaluate("scrollY") > 0
    assert abs(link.evaluate("link => link.getBoundingClientRect().top") - top) < 2  # the row stays under the eye
    expect(page.locator("#said")).to_be_empty()  # nobody asked, so nobody is told


def test_a_new_step_appears_and_what_was_unfolded_and_chosen_stays(own: Own, open_page: OpenPage) -> None:
    thread_id = own.begin()
    page = open_list(own, open_page, f"/thread/?id={thread_id}")
    steps = page.locator("#steps a[data-source]")
    before = steps.count()
    steps.nth(2).click()
    expect(steps.nth(2)).to_have_attribute("aria-current", "true")
    chosen = page.url
    page.locator("#internal summary").click()
    page.locator("#steps").evaluate("steps => { steps.scrollTop = 20; }")
    page.locator("#internal").evaluate("details => { window.same = details; }")

    own.say(thread_id, "Where is order 4023?")
    refresh(page)

    expect(steps).not_to_have_count(before)
    expect(page.locator(".thread-head")).to_contain_text("2 turns")
    expect(page.locator("#internal")).to_have_attribute("open", "")
    assert page.locator("#internal").evaluate("details => details === same")
    assert page.url == chosen
    expect(page.locator("#steps a[data-source][aria-current]")).to_have_attribute(
        "href", re.compile(re.escape(chosen.partition("checkpoint=")[2].partition("&")[0]))
    )


def test_the_step_that_is_read_stays_and_newer_ones_are_a_link(own: Own, open_page: OpenPage) -> None:
    thread_id = own.begin()
    page = open_list(own, open_page, f"/thread/?id={thread_id}")
    selected = page.locator("#selected")
    read = str(selected.get_attribute("data-checkpoint"))
    steps = page.locator("#steps a[data-source]").count()
    refresh(page)
    expect(page).to_have_url(re.compile(rf"\?id={thread_id}$"))  # it is still the newest
    expect(page.locator("#newest")).to_have_count(0)

    own.say(thread_id, "Where is order 4023?")
    refresh(page)

    newest = page.get_by_role("link", name=re.compile(r"^\d+ newer steps →$"))
    expect(newest).to_be_visible()
    expect(page.locator("#steps a[data-source]")).not_to_have_count(steps)
    expect(selected).to_have_attribute("data-checkpoint", read)
    expect(page).to_have_url(re.compile(rf"checkpoint={read}"))  # so that reloading shows it too
    newest.click()
    expect(page.locator("#steps a[data-source]").first).to_have_attribute("aria-current", "true")
    expect(selected).not_to_have_attribute("data-checkpoint", read)


def test_selected_text_is_left_alone_until_it_is_let_go(own: Own, open_page: OpenPage) -> None:
    page = open_list(own, open_page)
    page.get_by_role("heading", name="Threads").evaluate("heading => getSelection().selectAllChildren(heading)")
    newcomer = own.begin()

    page.clock.run_for(60_000)
    assert page.evaluate("asked") == 0
    assert page.evaluate("String(getSelection())") == "Threads"
    page.evaluate("getSelection().removeAllRanges()")
    refresh(page)

    expect(page.locator(".list tbody tr").first).to_contain_text(newcomer)


def test_what_is_typed_and_not_sent_yet_is_left_alone(own: Own, open_page: OpenPage) -> None:
    """A key arrives while a refresh is under way; its answer comes after the key and before the search."""
    page = open_list(own, open_page)
    search = page.locator("#q")
    search.focus()
    asked: list[str] = []

    def answer_late(route: object) -> None:
        asked.append("late")
        search.press("z")
        route.continue_()  # type: ignore[attr-defined]

    page.context.route("**/threads/", answer_late, times=1)
    page.clock.pause_at(page.evaluate("Date.now() + 31000"))
    page.wait_for_load_state("networkidle")
    wait_for(page, "asked === 1")

    expect(search).to_have_value("z")
    expect(search).to_be_focused()
    page.clock.resume()
    expect(page).to_have_url(re.compile(r"\?q=z$"))
    expect(search).to_have_value("z")
    assert asked == ["late"]


def test_a_refresh_that_is_under_way_when_somebody_goes_back_is_given_up(own: Own, open_page: OpenPage) -> None:
    """Its answer would find nothing of the page that it was for. The next one is for the page that came back."""
    thread_id = own.begin()
    page = open_list(own, open_page, f"/thread/?id={thread_id}")
    steps = page.locator("#steps a[data-source]")
    newest = str(page.locator("#selected").get_attribute("data-checkpoint"))
    steps.nth(2).click()
    expect(steps.nth(2)).to_have_attribute("aria-current", "true")
    wait_for(page, "asked === answered")
    held: list[Route] = []
    page.route("**/thread/**", lambda route: route.continue_() if held or not refreshes(route) else held.append(route))
    page.clock.fast_forward(PAUSE)
    while not held:
        page.wait_for_timeout(5)

    page.go_back()
    expect(page.locator("#selected")).to_have_attribute("data-checkpoint", newest)
    held[0].continue_()
    own.say(thread_id, "Where is order 4023?")
    refresh(page)

    expect(page.locator(".thread-head")).to_contain_text("2 turns")
    expect(page.locator("#selected")).to_have_attribute("data-checkpoint", newest)


def refreshes(route: Route) -> bool:
    return "x-refresh" in route.request.headers


def test_an_unfolded_select_is_left_alone(own: Own, open_page: OpenPage) -> None:
    page = open_list(own, open_page)
    host = page.locator("#host")
    host.focus()
    host.evaluate("select => { window.options = [...select.options]; }")

    refresh(page)

    expect(host).to_be_focused()
    assert host.evaluate("select => options.every((option, place) => select.options[place] === option)")


def test_where_nothing_is_new_the_page_stays_as_it_is_and_the_bar_goes_on(own: Own, open_page: OpenPage) -> None:
    own.begin()
    page = open_list(own, open_page)
    page.locator("#threads").evaluate("root => { root.dataset.tag = '1-told'; window.same = root.innerHTML; }")
    sent: list[str | None] = []

    def answer(route: Route) -> None:
        sent.append(route.request.headers.get("x-shown"))
        bar = '<div id="lag" hx-swap-oob="true"><span class="live">index 7 s behind</span></div>'
        route.fulfill(content_type="text/html", headers={"HX-Reswap": "none"}, body=bar)

    page.route("**/threads/", answer)
    refresh(page)

    expect(page.locator("#lag")).to_have_text("index 7 s behind")
    assert sent == ["1-told"]
    assert page.locator("#threads").evaluate("root => root.innerHTML === same && root.dataset.tag === '1-told'")
    page.unroute("**/threads/")
    newcomer = own.begin()
    refresh(page)
    expect(page.locator(".list tbody tr").first).to_contain_text(newcomer)


def test_refreshing_rests_while_the_tab_is_hidden_and_goes_on_at_once_when_it_is_seen(
    own: Own, open_page: OpenPage
) -> None:
    page = open_list(own, open_page)
    page.evaluate(HIDE, True)
    newcomer = own.begin()

    page.clock.run_for(120_000)
    assert page.evaluate("asked") == 0
    page.evaluate(HIDE, False)
    page.clock.run_for(300)

    expect(page.locator(".list tbody tr").first).to_contain_text(newcomer)


def test_a_dashboard_that_is_gone_is_told_once_and_its_return_too(own: Own, open_page: OpenPage) -> None:
    page = open_page(own.dashboard, errors=True)
    take_clock(page)
    page.goto("/threads/")
    rows = page.locator(".list tbody tr").count()
    own.dashboard.stop()
    refresh(page)

    banner = page.get_by_role("alert")
    expect(banner).to_contain_text("The dashboard does not answer")
    expect(page.locator(".list tbody tr")).to_have_count(rows)  # what was there stays
    refresh(page)
    expect(banner).to_have_count(1)
    own.dashboard.start()
    refresh(page)

    expect(banner).to_have_count(0)
    newcomer = own.begin()
    refresh(page)
    expect(page.locator(".list tbody tr").first).to_contain_text(newcomer)
