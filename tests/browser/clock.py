"""Time in the browser, moved by hand: what a page does every few seconds is due at once, and nobody waits."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.browser.dashboard import wait_until

#: Longer than any pause between two refreshes, that after a slow answer too.
PAUSE = "00:31"

_COUNTER = """
    window.asked = 0;
    window.answered = 0;
    document.addEventListener("htmx:beforeRequest", () => { window.asked += 1; });
    document.addEventListener("htmx:afterRequest", () => { window.answered += 1; });
"""


def take_clock(page: Page) -> None:
    """Before a page is opened: its time goes on as ever, can be moved, and its requests are counted (`asked`)."""
    page.clock.install()
    page.add_init_script(_COUNTER)


def refresh(page: Page) -> None:
    """The next refresh is due, and its answer is there, whatever it says."""
    wait_for(page, "asked === answered")
    answered = page.evaluate("answered")
    page.clock.fast_forward(PAUSE)
    wait_for(page, "(before) => answered > before", answered)


def wait_for(page: Page, so: str, given: Any = None) -> None:
    """Until it is so in the page, asked anew each time: what Playwright would leave there to ask again by itself is
    `eval`, which the policy of our pages forbids."""
    wait_until(lambda: page.evaluate(so, given), so)
