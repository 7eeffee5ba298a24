"""The witness would tell: a page that does what no page may do is seen doing it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.dashboard import Dashboard
from tests.browser.witness import Witness

FOREIGN = "http://elsewhere.invalid/x.png"


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("console.error('broken')", "console: broken"),
        ("alert(1)", "trap: alert"),
        ("setTimeout(() => { throw new Error('raised here'); })", "raised: raised here"),
        (f"document.body.append(Object.assign(new Image(), {{ src: '{FOREIGN}' }}))", "policy: img-src"),
        ("document.body.setAttribute('onclick', 'x()'); document.body.click()", "policy: script-src-attr"),
        ("document.body.innerHTML = '<p style=color:red>'", "policy: style-src-attr"),
    ],
)
def test_what_no_page_may_do_is_seen(browser: Browser, dashboard: Dashboard, script: str, told: str) -> None:
    with browser.new_context(base_url=dashboard.origin) as context:
        context.add_cookies(dashboard.cookies())
        witness = Witness(context, dashboard.origin)
        page = context.new_page()
        page.goto("/threads/")
        witness.assert_quiet()
        with page.expect_event("console") if "throw" not in script else page.expect_event("pageerror"):
            page.evaluate(f"() => {{ {script} }}")
        page.evaluate("0")
        with pytest.raises(AssertionError, match=told):
            witness.assert_quiet()


def test_a_request_to_another_host_is_seen(browser: Browser, dashboard: Dashboard) -> None:
    with browser.new_context(base_url=dashboard.origin, bypass_csp=True) as context:
        context.add_cookies(dashboard.cookies())
        witness = Witness(context, dashboard.origin)
        page = context.new_page()
        page.goto("/threads/")
        with page.expect_request(FOREIGN):
            page.evaluate(f"() => {{ new Image().src = '{FOREIGN}'; }}")
        with pytest.raises(AssertionError, match=f"foreign request: {FOREIGN}"):
            witness.assert_quiet()
