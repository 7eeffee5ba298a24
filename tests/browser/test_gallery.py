"""Threads that are hard to show: no page of theirs runs over the side, complains, or breaks a rule of axe.

Every thread is looked at on every tab, and on every page that its navigation leads to; wide or narrow in turn, light or
dark in turn.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import psycopg
import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from inspector.demo.embedded import EmbeddedPostgres
from tests.browser.dashboard import Dashboard
from tests.browser.gallery import THREADS, build
from tests.browser.kinds import TABS, thread
from tests.browser.test_accessibility import RULES, STICKING_OUT
from tests.browser.witness import Witness

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
#: A look for each tab; the next thread begins with another, so that each tab is seen in each.
LOOKS = ((WIDE, "light"), (NARROW, "dark"), (WIDE, "dark"), (NARROW, "light"))
BYTES = 200_000
#: axe takes most of the time: of each thread it looks at some pages, of the next one at others.
AXE_EVERY = 3


@pytest.fixture(scope="module")
def gallery(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    folder = tmp_path_factory.mktemp("gallery")
    url = f"sqlite:///{folder}/gallery.db"
    threads = build(url)
    assert threads == THREADS
    with Dashboard(folder / "dashboard", {"gallery": url}) as running:
        running.wait_indexed({"gallery": len(threads)})
        yield running


@pytest.fixture(scope="module")
def shared(browser: Browser, gallery: Dashboard) -> Iterator[tuple[Page, Witness]]:
    with contextlib.closing(browser.new_context(base_url=gallery.origin, reduced_motion="reduce")) as context:
        context.add_cookies(gallery.cookies())
        yield context.new_page(), Witness(context, gallery.origin)


def assert_fits(page: Page) -> None:
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth"), page.evaluate(STICKING_OUT)


@pytest.mark.one_in(4)
@pytest.mark.parametrize("thread_id", THREADS)
def test_a_thread_that_is_hard_to_show_fits_and_breaks_no_rule(shared: tuple[Page, Witness], thread_id: str) -> None:
    page, witness = shared
    witness.begin()
    page.goto(thread(thread_id))
    below = page.locator(".subnav a").evaluate_all("links => links.slice(1).map(link => link.href)")
    looks: Any = cycle(LOOKS)
    for _ in range(THREADS.index(thread_id) % len(LOOKS)):
        next(looks)
    for number, path in enumerate((*(thread(thread_id, f"&tab={tab}") for tab in TABS), *below)):
        size, scheme = next(looks)
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        response = page.goto(path)
        assert response is not None
        assert response.status == 200, path
        assert len(response.body()) < BYTES, path
        assert_fits(page)
        if (number + THREADS.index(thread_id)) % AXE_EVERY == 0:
            page.evaluate(AXE_SCRIPT)
            found = AxeResults(page.evaluate("rules => axe.run(rules)", RULES))
            assert not found.violations_count, f"{path}, {size['width']} px, {scheme}: {found.generate_report()}"
        page.set_viewport_size(NARROW if size is WIDE else WIDE)  # type: ignore[arg-type]
        assert_fits(page)
    witness.assert_quiet()


def test_the_shares_of_hosts_with_odd_names_fit(shared: tuple[Page, Witness]) -> None:
    page, _ = shared
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    page.goto("/orphans/")
    odd = page.locator(".by-host .host:has(> .u)").first
    expect(odd).to_be_visible()
    assert_fits(page)
    assert odd.evaluate("host => host.offsetHeight < 6 * parseFloat(getComputedStyle(host).lineHeight)")


@pytest.mark.thorough
def test_the_gallery_is_in_postgres_what_it_is_in_a_file(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    """The same threads with as many checkpoints: what one store shows can be looked at in the other."""
    count = "select thread_id, count(*) from checkpoints group by thread_id order by thread_id"
    build(f"sqlite:///{tmp_path}/gallery.db")
    with contextlib.closing(sqlite3.connect(tmp_path / "gallery.db")) as file:
        in_file = file.execute(count).fetchall()
    url = postgres.create_database()
    build(url)
    with psycopg.connect(url) as server:
        assert sorted(server.execute(count).fetchall()) == sorted(in_file)
    found = dict(in_file)
    assert [found[f"gallery-{number}"] for number in (3, 50, 500, 5_000)] == [3, 50, 500, 5_000]
