"""A thread on paper: what was read is there, black on white, and nothing that can only be pressed."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.kinds import THREADS

#: An A4 page between its margins, in pixels.
PAPER = {"width": 720, "height": 1000}
#: What of a page is no more than a control, and yet in sight.
PRESSED = """() =>
    [...document.querySelectorAll("button, select, input, .bar nav a, .subnav a, .tabs a:not([aria-current])")]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }))
    .map((element) => element.outerHTML.slice(0, 120))"""
COLOURS = "element => [getComputedStyle(element).color, getComputedStyle(element).backgroundColor]"


def on_paper(page: Page, path: str) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size(PAPER)  # type: ignore[arg-type]
    page.goto(path)


@pytest.mark.parametrize("path", [THREADS["tool calls"], f"{THREADS['subgraphs']}&tab=state", THREADS["an error"]])
def test_a_thread_prints_without_controls_black_on_white(page: Page, path: str) -> None:
    on_paper(page, path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator("#selected-title")).to_be_visible()
    assert page.evaluate(PRESSED) == []
    text, ground = page.locator("#selected").evaluate(COLOURS)
    assert text == "rgb(0, 0, 0)"
    assert ground in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


def test_a_message_is_on_one_page_and_what_is_folded_stays_so(page: Page) -> None:
    on_paper(page, THREADS["tool calls"])
    messages = page.locator(".msg")
    assert messages.count() > 0
    breaks = messages.evaluate_all(
        "all => all.filter(m => !m.querySelector('.msg')).map(m => getComputedStyle(m).breakInside)"
    )
    assert set(breaks) == {"avoid"}
    assert page.locator("details[open].stay").count() == 0
    document: Any = page.pdf(format="A4")
    assert document[:5] == b"%PDF-"
    assert 1 <= len(re.findall(rb"/Type /Page\b", document)) <= 3
