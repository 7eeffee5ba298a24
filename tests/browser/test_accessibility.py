"""Every kind of page: axe finds nothing in light and dark, wide and narrow, and nothing runs over the side.

Colours take axe most of its time. The tabs of a thread are looked at wide and light, and narrow and dark; all else in
all four.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from tests.browser.clock import refresh, take_clock
from tests.browser.conftest import OpenPage, Own
from tests.browser.dashboard import Dashboard
from tests.browser.kinds import ERRORS, PAGES, TABBED
from tests.browser.witness import Witness

WIDE = {"width": 1320, "height": 860}
NARROW = {"width": 390, "height": 844}
RULES: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
LIGHT, DARK = "light", "dark"
TWO = ((WIDE, LIGHT), (NARROW, DARK))
FOUR = (*TWO, (NARROW, LIGHT), (WIDE, DARK))
#: Whatever sticks out at the right although nothing around it scrolls.
STICKING_OUT = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return [...document.querySelectorAll("body *")]
        .filter((element) => element.getBoundingClientRect().right > width + 1)
        .map((element) => element.outerHTML.slice(0, 120)).slice(0, 5);
}"""


def assert_accessible(page: Page, looks: Iterable[tuple[Any, Any]] = FOUR) -> None:
    page.evaluate(AXE_SCRIPT)
    for size, scheme in looks:
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        found = AxeResults(page.evaluate("rules => axe.run(rules)", RULES))
        assert not found.violations_count, f"{size['width']} px, {scheme}: {found.generate_report()}"
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    assert page.evaluate(STICKING_OUT) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture(scope="module")
def shared_page(browser: Browser, dashboard: Dashboard) -> Iterator[tuple[Page, Witness]]:
    """One page for all: a new one for each kind would take as long as looking at it."""
    with contextlib.closing(browser.new_context(base_url=dashboard.origin, reduced_motion="reduce")) as context:
        context.add_cookies(dashboard.cookies())
        witness = Witness(context, dashboard.origin)
        yield context.new_page(), witness


@pytest.mark.one_in(3)
@pytest.mark.parametrize("kind", PAGES)
def test_a_page_has_no_violation_and_fits(shared_page: tuple[Page, Witness], kind: str) -> None:
    page, witness = shared_page
    witness.begin()
    response = page.goto(PAGES[kind])
    assert response is not None
    assert response.status == 200
    assert_accessible(page, TWO if kind in TABBED else FOUR)
    witness.assert_quiet()


@pytest.mark.parametrize("kind", ERRORS)
def test_an_error_has_no_violation_and_fits(shared_page: tuple[Page, Witness], kind: str) -> None:
    page, witness = shared_page
    witness.begin(expects_errors=True)
    path, status = ERRORS[kind]
    response = page.goto(path)
    assert response is not None
    assert response.status == status
    assert_accessible(page)
    witness.assert_quiet()


def test_what_is_folded_has_no_violation_when_it_is_open(page: Page) -> None:
    for path in (
        "/thread/?id=structured-state-sync-shopping&tab=state",
        "/thread/?id=research-sync-report",
        "/workers/?store=extra",
    ):
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
        assert_accessible(page, TWO)


def test_the_dialog_has_no_violation(page: Page) -> None:
    page.goto("/threads/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    assert_accessible(page)


def test_the_dialog_opens_at_its_top(page: Page) -> None:
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    page.goto("/threads/")
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keys", exact=True)).to_be_in_viewport()
    assert page.get_by_role("dialog").evaluate("dialog => dialog.scrollTop") == 0


def test_all_sections_are_in_sight_with_large_counts(page: Page) -> None:
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    page.goto("/orphans/")
    page.evaluate("""() => {
        document.getElementById("orphan-count").innerHTML =
            ' <span class="count">417</span> <span class="count" data-tone="bad">!</span>';
        document.getElementById("problem-count").innerHTML = ' <span class="count">12</span>';
    }""")
    nav = page.get_by_role("navigation", name="Main")
    assert nav.evaluate("nav => nav.scrollWidth <= nav.clientWidth")
    assert nav.evaluate("nav => nav.getBoundingClientRect().right <= innerWidth")


@pytest.mark.thorough
def test_no_store_at_all_has_no_violation(chromium: str, open_page: OpenPage, tmp_path: Path) -> None:
    with Dashboard(tmp_path / "none", {}) as none:
        page = open_page(none, errors=True)
        for path in ("/threads/", "/thread/?id=x", "/orphans/", "/workers/", "/stores/"):
            page.goto(path)
            expect(page.get_by_role("alert")).to_contain_text("No checkpoint store is configured")
        assert_accessible(page)


def test_the_banner_of_a_dashboard_that_is_gone_has_no_violation(own: Own, open_page: OpenPage) -> None:
    page = open_page(own.dashboard, errors=True)
    take_clock(page)
    page.goto("/threads/")
    assert_accessible(page)
    own.dashboard.stop()  # nobody else in this module needs it
    refresh(page)
    expect(page.get_by_role("alert")).to_be_visible()
    page.clock.resume()
    assert_accessible(page)
