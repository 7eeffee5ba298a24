"""Muting by people: by the keyboard, with a look before it, without a script, and undone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.dashboard import Dashboard

MUTES = "/orphans/mutes/"


def test_a_mute_is_made_and_undone_with_the_keyboard_alone(page: Page) -> None:
    page.goto(MUTES)
    page.get_by_label("What").focus()
    page.keyboard.press("h")  # a host
    page.keyboard.press("Tab")
    page.keyboard.type("nightly-1")
    expect(page.locator("#preview")).to_contain_text("It covers none of")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("Reports, asked for by Kim")
    page.keyboard.press("Enter")

    expect(page.locator("#done")).to_contain_text("nightly-1")
    expect(page).to_have_url(re.compile(r"made=\d+$"))
    page.reload()  # does not mute again
    expect(page.get_by_role("heading", name="nightly-1")).to_have_count(1)
    undo = page.locator("#done").get_by_role("button", name="Undo")
    undo.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#undone")).to_contain_text("is no longer muted")
    expect(page.locator("section", has=page.get_by_role("heading", name="In force"))).not_to_contain_text("nightly-1")


def test_one_sees_what_a_pattern_covers_while_it_is_typed(page: Page) -> None:
    page.goto(MUTES)
    preview, pattern, reason = page.locator("#preview"), page.get_by_label("Pattern"), page.get_by_label("Reason")
    reason.fill("Kept while the preview changes")
    expect(preview).to_be_hidden()
    pattern.press_sequentially("two-hosts-sync-al*")
    expect(preview).to_contain_text("It covers 1 one-turn thread now")
    expect(preview.get_by_role("link", name="two-hosts-sync-alone")).to_be_visible()
    pattern.fill("*")
    expect(preview).to_contain_text("This mutes 100 % of all one-turn threads")
    page.get_by_label("What").select_option("host")
    pattern.fill("web-2")
    expect(preview).not_to_contain_text("This mutes 100 %")
    pattern.fill("")
    expect(preview).to_be_hidden()
    expect(reason).to_have_value("Kept while the preview changes")
    expect(page).to_have_url(re.compile(f"{MUTES}$"))


def test_a_day_is_asked_for_where_one_is_needed(page: Page) -> None:
    page.goto(MUTES)
    expect(page.get_by_label("Last day")).to_be_hidden()
    page.get_by_label("Ends").select_option("at")
    expect(page.get_by_label("Last day")).to_be_visible()


@pytest.fixture
def plain(dashboard: Dashboard, open_page: OpenPage) -> Page:
    return open_page(dashboard, java_script_enabled=False)


def test_without_a_script_one_looks_by_a_button_and_mutes_by_another(plain: Page) -> None:
    plain.goto(MUTES)
    plain.get_by_label("Pattern").fill("two-hosts-sync-al*")
    plain.get_by_role("button", name="Preview").click()
    expect(plain.locator("#preview")).to_contain_text("It covers 1 one-turn thread now")
    expect(plain.get_by_label("Pattern")).to_have_value("two-hosts-sync-al*")

    plain.get_by_label("Pattern").fill("nightly-2")
    plain.get_by_label("Reason").fill("Reports")
    plain.get_by_role("button", name="Mute", exact=True).click()
    expect(plain.locator("#done")).to_contain_text("nightly-2")
    plain.locator("#done").get_by_role("button", name="Undo").click()
    expect(plain.locator("#undone")).to_contain_text("nightly-2")
    plain.get_by_role("link", name="Mute it again").click()
    expect(plain.get_by_label("Pattern")).to_have_value("nightly-2")


def test_a_thread_leads_to_muting_those_like_it(page: Page) -> None:
    page.goto("/thread/?id=two-hosts-sync-alone")
    page.get_by_role("link", name="Mute threads like this").click()
    expect(page.get_by_label("Pattern")).to_have_value("two-hosts-sync-alone")
