"""A person signs in with a real OpenID Connect provider, in a browser that holds all pages to their policy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from inspector.demo.repertoire import PlayedStore
from tests.browser.dashboard import Dashboard
from tests.browser.witness import Witness
from tests.oidc.running import Provider, running_provider
from tests.oidc.site import CLIENT_ID, CLIENT_SECRET, PASSWORD

THREAD = "/thread/?id=tool-agent-sync-orders&tab=state"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with running_provider() as running:
        yield running


@pytest.fixture
def signed_out(
    browser: Browser, provider: Provider, scenario_store: PlayedStore, tmp_path: Path
) -> Iterator[tuple[Page, Dashboard]]:
    settings = {
        "oidc_issuer": provider.issuer,
        "oidc_client_id": CLIENT_ID,
        "oidc_client_secret": CLIENT_SECRET,
        "oidc_name": "Example SSO",
        "content_groups": "support",
        "auditor_groups": "staff",
    }
    dashboard = Dashboard(tmp_path / "data", {"scenarios": scenario_store.url}, **settings)
    dashboard.cookie = "nobody's"  # no link is printed where people sign in
    with dashboard as running:
        context = browser.new_context(base_url=running.origin)
        context.set_default_timeout(15_000)
        yield context.new_page(), running
        context.close()


def test_a_person_comes_in_by_the_provider_and_lands_where_they_wanted_to_go(
    signed_out: tuple[Page, Dashboard], provider: Provider
) -> None:
    page, dashboard = signed_out
    page.goto(THREAD)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_role("link", name="Sign in with Example SSO").click()
    assert page.url.startswith(provider.base)
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.locator("[name=allow]").click()
    page.wait_for_url(f"{dashboard.origin}{THREAD}")
    expect(page.locator("#copy-thread")).to_be_attached()

    told = Witness(page.context, dashboard.origin)  # from here on, nothing of anybody else is asked for
    page.goto("/audit/")
    row = page.locator("tbody tr").first
    expect(row).to_contain_text("oidc:ada@example.com")
    expect(row).to_contain_text("by OpenID Connect from 127.0.0.1")
    expect(row).to_contain_text("tool-agent-sync-orders")
    told.assert_quiet()


def test_who_declines_is_back_at_the_dashboard_and_reads_why(signed_out: tuple[Page, Dashboard]) -> None:
    page, dashboard = signed_out
    page.goto("/login/")
    page.locator("#by-oidc").click()
    page.get_by_label("Username").fill("bea")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.locator("input[type=submit]:not([name=allow])").first.click()
    expect(page.get_by_role("alert")).to_contain_text("it was declined there")
    assert page.url.startswith(dashboard.origin)
    page.goto("/threads/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
