"""What can be copied is copied as it is stored: ids, links, values as JSON, the config of a step."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from inspector.demo.plays.hostile_thread_ids import HOSTILE
from tests.browser.conftest import OpenPage
from tests.browser.dashboard import Dashboard
from tests.browser.kinds import THREADS

Copied = Callable[[], str]


@pytest.fixture
def page(dashboard: Dashboard, open_page: OpenPage) -> Page:
    return open_page(dashboard, permissions=["clipboard-read", "clipboard-write"])


@pytest.fixture
def copied(page: Page) -> Copied:
    """What lies in the clipboard, as soon as the page says that it does."""

    def read() -> str:
        expect(page.locator("#said")).to_have_text("Copied")
        return str(page.evaluate("navigator.clipboard.readText()"))

    return read


def test_the_config_of_a_step_is_what_get_state_takes(page: Page, copied: Copied) -> None:
    page.goto(THREADS["a hostile id"])
    page.get_by_role("button", name="Copy config").click()
    place = json.loads(copied())["configurable"]
    assert place["thread_id"] == f"{HOSTILE[3]} hostile-thread-ids-sync-"
    assert place["checkpoint_ns"] == ""
    assert place["checkpoint_id"] == page.locator("#selected").get_attribute("data-checkpoint")


def test_a_channel_is_copied_as_json(page: Page, dashboard: Dashboard, copied: Copied) -> None:
    page.goto(f"{THREADS['tool calls']}&tab=state")
    page.get_by_role("button", name="Copy messages as JSON").click()
    stored = dashboard.data("/thread/", id="tool-agent-sync-orders")["selected"]["state"]["messages"]
    assert json.loads(copied()) == stored


def test_the_ids_of_a_message_are_copied_from_its_card(page: Page, dashboard: Dashboard, copied: Copied) -> None:
    page.goto(f"{THREADS['tool calls']}&tab=state")
    stored = dashboard.data("/thread/", id="tool-agent-sync-orders")["selected"]["state"]["messages"]
    result = next(one for one in stored if one["type"] == "tool")
    card = page.locator("article.msg[data-role=tool]").first
    message, call = (card.get_by_role("button", name=name) for name in ("Copy message id", "Copy tool_call_id"))
    page.mouse.move(0, 0)
    expect(message).to_have_css("opacity", "0")
    card.hover()
    expect(message).to_have_css("opacity", "1")
    message.click()
    expect(message).to_have_class("cp js done")
    assert copied() == result["id"]
    page.mouse.move(0, 0)
    expect(call).to_have_css("opacity", "1")  # the focus is in the card
    call.click()
    expect(call).to_have_class("cp js done")
    assert copied() == result["tool_call_id"]


def test_ids_and_the_link_of_a_step_are_copied(page: Page, copied: Copied) -> None:
    page.goto(THREADS["tool calls"])
    checkpoint_id = page.locator("#selected").get_attribute("data-checkpoint")
    page.keyboard.press("c")
    assert copied() == "tool-agent-sync-orders"
    page.get_by_role("button", name="Copy checkpoint_id").click()
    expect(page.get_by_role("button", name="Copy checkpoint_id")).to_have_class("cp js done")
    assert copied() == checkpoint_id
    page.keyboard.press("l")
    expect(page.get_by_role("button", name="Copy the link to this step")).to_have_class("cp js done")
    assert copied().endswith(f"checkpoint={checkpoint_id}")
