"""Signing in and out as people do: by a link, by a password, without scripts, and when a session ends under a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.dashboard import Dashboard
from tests.browser.test_accessibility import NARROW, assert_accessible
from tests.pages.places import chat_in_sqlite
from tests.signing_in import PASSWORD

FIRST, SECOND = "first thread", "second thread"


@pytest.fixture(scope="module")
def shown(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """Ada sees everything and bob the shape. The link that the dashboard printed has been used."""
    folder = tmp_path_factory.mktemp("login")
    url = chat_in_sqlite(folder / "store.db", FIRST, SECOND)
    with Dashboard(folder / "dashboard", {"main": url}) as running:
        running.wait_indexed({"main": 2})
        for name, role in (("ada", "content"), ("bob", "shape")):
            running.run("user", "add", name, "--role", role, "--password-file", str(_password(folder)))
        yield running


def _password(folder: Path) -> Path:
    file = folder / "password"
    file.write_text(PASSWORD)
    return file


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("scripts", [True, False])
def test_a_password_leads_to_the_page_that_was_asked_for(shown: Dashboard, open_page: OpenPage, scripts: bool) -> None:
    page = open_page(shown, anonymous=True, errors=True, java_script_enabled=scripts)
    page.goto("/threads/?q=first")
    expect(page).to_have_url("/login/?next=%2Fthreads%2F%3Fq%3Dfirst")
    expect(page.get_by_label("Name")).to_be_focused()
    sign_in(page, "ada", "not her password")
    expect(page.get_by_role("alert")).to_have_text("The name or the password is wrong.")
    expect(page.get_by_label("Name")).to_have_value("ada")
    expect(page.get_by_label("Password")).to_have_value("")
    sign_in(page, "ada")
    expect(page).to_have_url("/threads/?q=first")
    expect(page.get_by_role("link", name=FIRST)).to_be_visible()
    page.locator("#viewer-menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url("/login/")
    page.goto("/threads/")
    expect(page).to_have_url(re.compile("/login/"))


def test_a_link_opens_the_dashboard_once(shown: Dashboard, open_page: OpenPage) -> None:
    link = shown.make_link()
    page = open_page(shown, anonymous=True)
    page.goto(link)
    expect(page).to_have_url("/threads/")
    expect(page.get_by_role("link", name=FIRST)).to_be_visible()
    later = open_page(shown, anonymous=True, errors=True)
    later.goto(link)
    expect(later.get_by_role("alert")).to_contain_text("has been used")
    expect(later.locator("main")).to_contain_text("inspector link")
    assert_accessible(later)


def test_whoever_sees_the_shape_only_is_told_so_on_every_page(shown: Dashboard, open_page: OpenPage) -> None:
    page = open_page(shown, anonymous=True)
    page.goto("/login/")
    sign_in(page, "bob")
    for path in ("/threads/", f"/thread/?id={FIRST}", "/stores/"):
        page.goto(path)
        expect(page.get_by_text("shape only", exact=True)).to_be_visible()
    page.locator("#viewer-menu summary").click()
    expect(page.locator("#viewer-menu ul")).to_contain_text("values are hidden")
    assert_accessible(page)
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    expect(page.locator("#viewer-menu ul")).to_be_in_viewport(ratio=1)


def test_a_session_that_ends_under_an_open_page_leads_to_the_login_and_back(
    shown: Dashboard, open_page: OpenPage
) -> None:
    page = open_page(shown, errors=True)
    page.goto("/threads/")
    page.context.clear_cookies()
    page.get_by_role("searchbox").fill("second")
    expect(page).to_have_url(re.compile(r"/login/\?next=%2Fthreads%2F"))
    sign_in(page, "ada")
    expect(page).to_have_url(re.compile("/threads/"))
    expect(page.get_by_role("link", name=SECOND)).to_be_visible()


def test_the_login_fits_every_screen_and_breaks_no_rule(shown: Dashboard, open_page: OpenPage) -> None:
    page = open_page(shown, anonymous=True)
    page.goto("/login/?next=/workers/")
    assert_accessible(page)
