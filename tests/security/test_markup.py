"""Pages of stores whose every text is markup, in Chromium: with the policy that forbids scripts, and without it, so
that it is seen that nothing but text ever came. Clicked through as people do, by both roles."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Route, sync_playwright

from inspector.demo.embedded import EmbeddedPostgres
from tests.browser.chromium import ARGUMENTS, require_chromium
from tests.browser.clock import wait_for
from tests.browser.dashboard import Dashboard
from tests.contract.places import PostgresPlace, SqlitePlace
from tests.security.markup import ATTACKS, play_markup, tell_markup

#: Set before any script runs; a policy that forbids something of ours is a fault of ours.
WATCH = """
    window.__broken = [];
    document.addEventListener("securitypolicyviolation", (event) =>
        window.__broken.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""
FIRST = ("/threads/", "/orphans/", "/orphans/conversations/", "/orphans/alerts/", "/orphans/mutes/?what=id&pattern=*")
LATER = ("/workers/", "/doctor/", "/stores/", "/masks/", "/audit/", "/threads/?turns=one&limit=3")
#: Pages that must have been there to look at.
SHOWN = {"/threads/", "/orphans/", "/orphans/conversations/", "/workers/", "/doctor/", "/masks/", "/audit/", "/stores/"}
SHOWN |= {f"/thread/{part}" for part in ("", "channel/", "size/", "compare/", "find/", "download/")}
#: Those of them that nobody is shown who sees shapes.
OF_CONTENT = {"/masks/", "/thread/find/"}
TABS = ("changes", "state", "writes", "metadata")
#: Pages of one kind that are opened, and pages in all that others lead to.
ALIKE, LED_TO = 1, 24
HEADER = "X-Forwarded-User"
#: What people click on a page; none of it leaves it.
CLICKED = "main summary, #steps a[data-source], main [role=tab], main button[type=button]"


@dataclass
class Watched:
    """A context in which nothing must run, ask elsewhere, or open a dialog."""

    context: BrowserContext
    seen: list[str] = field(default_factory=list)

    def watch(self, origin: str) -> None:
        def pass_on(route: Route) -> None:
            if route.request.url.startswith((f"{origin}/", "data:", "blob:")):
                route.continue_()
            else:
                self.seen.append(f"asked {route.request.url[:200]}")
                route.abort()

        self.context.route("**/*", pass_on)
        self.context.add_init_script(WATCH)
        self.context.on("dialog", lambda dialog: (self.seen.append(f"dialog {dialog.message}"), dialog.dismiss()))
        self.context.on("weberror", lambda error: self.seen.append(f"raised {error.error}"))

    def look(self, page: Page) -> None:
        ran, broken = page.evaluate("[window.__xss, window.__broken]")
        if ran or broken:
            self.seen.append(f"{page.url[:300]}: ran {ran}, broke {broken}")


@pytest.fixture(scope="module")
def attacked(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """Two stores of markup. Whoever a header names is let in: names are markup, too."""
    require_chromium()
    directory: Path = tmp_path_factory.mktemp("markup")
    main, other = PostgresPlace(postgres.create_database("markup")), SqlitePlace(directory / "markup.sqlite")
    for place in (main, other):
        with place.open_saver() as saver:
            ids = play_markup(saver)
    tell_markup(main.url, ids)
    settings = {"proxy_addresses": "127.0.0.1", "proxy_user_header": HEADER, "auditor_groups": "auditors"}
    settings |= {"default_role": "content", "proxy_groups_header": "X-Forwarded-Groups", "shape_groups": "shapes"}
    stores = {"main": main.url, "other": other.url}
    dashboard = Dashboard(directory / "own", stores, orphan_after="0.001", **settings)
    dashboard.cookie = "none: no link is printed where a proxy signs people in"
    with dashboard as running:
        running.wait_indexed({name: len(ids) for name in stores})
        yield running


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    running = playwright.chromium.launch(executable_path=require_chromium(), args=ARGUMENTS)
    yield running
    running.close()


@pytest.mark.one_in(3)
@pytest.mark.browser
@pytest.mark.parametrize(
    ("groups", "policy", "attacks"),
    [("auditors", False, ATTACKS), ("auditors", True, ATTACKS[::4]), ("auditors,shapes", False, ATTACKS[1::4])],
    ids=["all of it, without the policy", "some of it, with the policy", "shapes, without the policy"],
)
def test_nothing_that_is_stored_ever_runs(
    attacked: Dashboard, browser: Browser, groups: str, policy: bool, attacks: tuple[str, ...]
) -> None:
    """The lists hold all of them in each case."""
    name = re.sub(r"[^\x20-\x7e]", "", ATTACKS[1])
    who = {HEADER: name, "X-Forwarded-Groups": groups, "X-Request-ID": ATTACKS[0]}
    context = browser.new_context(
        base_url=attacked.origin,
        bypass_csp=not policy,
        extra_http_headers=who,
        user_agent=ATTACKS[0],
    )
    watched = Watched(context)
    watched.watch(attacked.origin)
    page = context.new_page()
    _mute(page)
    of_other = [f"{path}{_and(path)}store=other" for path in FIRST]
    shown = _walk(page, watched, [*FIRST, *_threads(attacks), *LATER, *of_other])
    context.close()
    assert not watched.seen, "\n".join(watched.seen)
    assert shown >= (SHOWN - OF_CONTENT if "shapes" in groups else SHOWN)


@pytest.mark.browser
def test_the_trap_works(attacked: Dashboard, browser: Browser) -> None:
    """Markup that is not escaped is seen, with the policy and without."""
    for bypass in (False, True):
        context = browser.new_context(base_url=attacked.origin, bypass_csp=bypass)
        watched = Watched(context)
        watched.watch(attacked.origin)
        page = context.new_page()
        page.goto("/login/")
        page.evaluate("html => document.body.insertAdjacentHTML('beforeend', html)", f"{ATTACKS[0]}{ATTACKS[8]}")
        wait_for(page, "window.__xss || window.__broken.length")
        watched.look(page)
        context.close()
        assert watched.seen


def _mute(page: Page) -> None:
    """With a reason that is markup; the same mute of another run is refused, and that is told with the reason."""
    page.goto("/orphans/mutes/")
    page.locator("input[name=pattern]").fill(f"no such thread {ATTACKS[0]}")
    page.locator("[name=reason]").fill(ATTACKS[1])
    page.get_by_role("button", name="Mute", exact=True).click()
    page.wait_for_url("**/orphans/mutes/**")


def _threads(attacks: tuple[str, ...]) -> Iterator[str]:
    for number, attack in enumerate(attacks):
        thread = f"?id={quote(attack, safe='')}"
        yield f"/thread/{thread}&tab={TABS[number % 4]}"
        if number % 5 == 0:
            yield f"/thread/message/{thread}&message={quote(f'human {attack}', safe='')}"
            yield f"/thread/find/{thread}&q=xss"
            yield f"/thread/channel/{thread}&channel=found"
            yield from (f"/thread/{page}/{thread}" for page in ("size", "download"))
            yield f"/thread/compare/{thread}&with_id={quote(attacks[number - 1], safe='')}"
            yield f"/thread/?id={quote('gone ' + attack, safe='')}"
            yield f"/threads/?sort={quote(attack, safe='')}"
            yield f"/threads/?host={quote(attack, safe='')}&owner={quote(attack, safe='')}"


def _walk(page: Page, watched: Watched, begin: list[str]) -> set[str]:
    """Opens these and, of each kind, some that they link to; clicks what can be clicked on some of each. The pages
    that were shown."""
    waiting, met = deque(begin), set(begin)
    shown: set[str] = set()
    kinds: Counter[str] = Counter()
    followed: list[str] = []
    while waiting:
        address = waiting.popleft()
        answer = page.goto(address, wait_until="domcontentloaded")
        if answer and answer.status == 200:
            shown.add(urlsplit(page.url).path)
        watched.look(page)
        kind = _kind(address)
        kinds[f"clicked {kind}"] += 1
        if kinds[f"clicked {kind}"] <= ALIKE:
            _click(page, watched)
        for link in page.eval_on_selector_all("main a[href^='/']", "all => all.map(one => one.getAttribute('href'))"):
            if link not in met and "download=" not in link and "as=" not in link:
                met.add(link)
                kinds[_kind(link)] += 1
                if kinds[_kind(link)] <= ALIKE and len(followed) < LED_TO:
                    followed.append(link)
                    waiting.append(link)
    return shown


def _click(page: Page, watched: Watched) -> None:
    before = page.url
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    for number in range(min(6, page.locator(CLICKED).count())):
        one = page.locator(CLICKED).nth(number)
        if one.is_visible():
            one.dispatch_event("click")
    page.keyboard.press("j")
    page.wait_for_load_state()
    watched.look(page)
    if page.url != before:
        page.goto(before)


def _kind(address: str) -> str:
    asked = urlsplit(address)
    names = [value if name == "tab" else name for name, value in parse_qsl(asked.query)]
    return f"{asked.path}?{'&'.join(sorted(names))}"


def _and(path: str) -> str:
    return "&" if "?" in path else "?"
