"""The diagnosis in a browser: from any page to the cause in two clicks, its evidence, its fix, and staying put."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from playwright.sync_api import Page, expect

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import play_into
from inspector.doctor.rules import rules
from tests.browser.clock import refresh, take_clock
from tests.browser.conftest import OpenPage
from tests.browser.dashboard import Dashboard, wait_until
from tests.browser.test_accessibility import assert_accessible
from tests.pages.ledgers import MEMORY, Telling, telling

SLUG = "saver-in-memory"
#: Processes of web-1 that keep all to themselves: more than a list of evidence shows at once.
PROCESSES = 12
#: One of the tests below adds a host.
TITLE = re.compile("web-1 (keeps its|and web-7 keep their) checkpoints in memory")


@pytest.fixture(scope="module")
def told(
    chromium: str, postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Dashboard, Telling]]:
    """A dashboard on a store whose ledger knows of workers that keep their checkpoints in memory."""
    url = postgres.create_database()
    with play_into(url, ["two-hosts"], ["sync"]), telling(url) as ledger:
        for pid in range(PROCESSES):
            ledger.tell("web-1", pid=pid, places=(MEMORY,))
        with Dashboard(tmp_path_factory.mktemp("doctor"), {"own": url}) as running:
            running.wait_indexed({"own": 2})
            running.data("/doctor/")
            yield running, ledger


@pytest.fixture
def page(told: tuple[Dashboard, Telling], open_page: OpenPage) -> Page:
    return open_page(told[0], permissions=["clipboard-read", "clipboard-write"])


def test_from_any_page_the_cause_is_two_clicks_away(page: Page) -> None:
    page.goto("/threads/")
    page.get_by_role("navigation", name="Main").get_by_role(
        "link", name=re.compile(r"Diagnosis \d+ problems? found")
    ).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Why memory does not persist")
    finding = page.get_by_role("article", name=TITLE)
    expect(finding).to_be_in_viewport()
    finding.get_by_role("link", name=re.compile("web-1, process")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Workers on web-1")
    page.get_by_role("link", name="Diagnosis and fix").click()
    expect(page).to_have_url(re.compile(f"/doctor/#{SLUG}$"))
    expect(page.locator(f"#{SLUG}")).to_be_in_viewport()


def test_the_rest_of_the_evidence_unfolds_and_stays_so(page: Page) -> None:
    take_clock(page)
    page.goto("/doctor/")
    finding = page.locator(f"#{SLUG}")
    hidden = finding.locator("details .evidence li").first
    expect(hidden).to_be_hidden()
    finding.locator("summary", has_text="more lines").click()
    expect(hidden).to_be_visible()
    refresh(page)
    expect(hidden).to_be_visible()


def test_the_fix_is_copied_as_it_is(page: Page) -> None:
    page.goto("/doctor/")
    page.locator(f"#{SLUG}").get_by_role("button", name="Copy the code after").click()
    expect(page.get_by_role("status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == rules()[SLUG].fix.after
    page.get_by_role("link", name=re.compile(f"What {SLUG} is")).click()
    page.get_by_role("button", name="Copy this code").first.click()
    assert page.evaluate("navigator.clipboard.readText()").strip() == rules()[SLUG].fix.before


def test_without_javascript_all_is_there(told: tuple[Dashboard, Telling], open_page: OpenPage) -> None:
    page = open_page(told[0], java_script_enabled=False)
    page.goto("/doctor/")
    finding = page.locator(f"#{SLUG}")
    expect(finding.locator("pre").last).to_be_visible()
    finding.locator("summary", has_text="more lines").click()
    expect(finding.locator("details .evidence li").first).to_be_visible()
    expect(page.locator("button:visible:not(form button)")).to_have_count(0)
    finding.get_by_role("link", name=re.compile(f"What {SLUG} is")).click()
    expect(page.get_by_role("heading", name="Why it matters")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Diagnosis", exact=True).click()
    expect(page).to_have_url(re.compile(f"/doctor/#{SLUG}$"))


def test_it_has_no_violation_open_or_folded_and_fits(page: Page) -> None:
    page.goto("/doctor/")
    assert_accessible(page)
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    assert_accessible(page)


def test_a_keyboard_reaches_the_evidence_the_fold_and_the_fix(page: Page) -> None:
    page.goto("/doctor/")
    page.locator(f"#{SLUG} .part > .evidence a").last.focus()
    page.keyboard.press("Tab")
    expect(page.locator(f"#{SLUG} summary").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(f"#{SLUG} details .evidence li").first).to_be_visible()
    page.locator(f"#{SLUG} .evidence a").last.focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Copy the code before").first).to_be_focused()


def test_headings_come_in_their_order(page: Page) -> None:
    page.goto("/doctor/")
    levels = page.locator("main :is(h1, h2, h3, h4)").evaluate_all("all => all.map(one => Number(one.localName[1]))")
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))
    headings = page.get_by_role("heading", level=3)
    expect(headings.first).to_have_text(re.compile(f"^Error: {TITLE.pattern} {SLUG}$"))


def test_a_new_problem_shows_by_itself(told: tuple[Dashboard, Telling], open_page: OpenPage) -> None:
    dashboard, ledger = told
    page = open_page(dashboard)
    take_clock(page)
    page.goto("/doctor/")
    expect(page.get_by_text("web-7")).to_have_count(0)
    ledger.tell("web-7", places=(MEMORY,))

    def seen() -> bool:
        return "web-7" in str(dashboard.data("/doctor/")["findings"])

    wait_until(seen, "a diagnosis that knows of web-7")
    refresh(page)
    expect(page.locator(f"#{SLUG} h3")).to_contain_text("web-1 and web-7 keep their checkpoints in memory")
