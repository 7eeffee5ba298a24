"""The picture of a thread by mouse and by keys, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.dashboard import Dashboard
from tests.browser.gallery.lengths import put_lengths
from tests.browser.gallery.savers import open_saver
from tests.browser.gallery.shapes import FORKS, GAPS, HOSTS, SIBLINGS, put_shapes

LONG = "gallery-500"


@pytest.fixture(scope="module")
def drawn(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """On threads of 3 to 5,000 checkpoints, and branched ones."""
    folder = tmp_path_factory.mktemp("drawn")
    url = f"sqlite:///{folder}/gallery.db"
    with open_saver(url) as saver:
        threads = len({*put_lengths(saver), *put_shapes(saver)})
    with Dashboard(folder, {"drawn": url}) as running:
        running.wait_indexed({"drawn": threads})
        yield running


def lanes(page: Page) -> Locator:
    return page.locator("#lanes")


def marked(page: Page) -> str:
    return page.locator("#lanes a.at").get_attribute("href") or ""


def test_arrow_keys_go_from_dot_to_dot_and_enter_selects(drawn: Dashboard, open_page: OpenPage) -> None:
    page = open_page(drawn)
    page.goto(f"/thread/?id={HOSTS}")
    dots = [link.get_attribute("href") for link in page.locator("#lanes a").all()]
    caption = page.locator("#lanes-caption")
    lanes(page).focus()
    page.keyboard.press("Home")
    assert marked(page) == dots[0]
    page.keyboard.press("ArrowRight")
    assert marked(page) == dots[1]
    expect(caption).to_contain_text("step 0, turn 1 · loop")
    expect(page.locator("#said")).to_contain_text("step 0, turn 1 · loop")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")  # there is nothing before the first
    assert marked(page) == dots[0]

    page.keyboard.press("ArrowDown")
    lower = dots.index(marked(page))
    assert lower > 0
    page.keyboard.press("ArrowUp")
    assert dots.index(marked(page)) < lower
    page.keyboard.press("End")
    assert marked(page) == dots[-1]
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(re.escape(str(dots[-2]).partition("checkpoint=")[2])))
    expect(page.locator("#lanes a", has=page.locator(".on"))).to_have_attribute("href", str(dots[-2]))
    expect(lanes(page)).to_be_focused()


def test_the_mark_and_what_it_tells_outlive_a_refresh(drawn: Dashboard, open_page: OpenPage) -> None:
    page = open_page(drawn)
    page.goto(f"/thread/?id={FORKS}")
    lanes(page).focus()
    page.keyboard.press("Home")
    words = page.locator("#lanes-caption").inner_text()
    with page.expect_response(lambda answer: "X-Refresh".lower() in answer.request.headers):
        pass
    expect(page.locator("#lanes a.at")).to_have_count(1)
    expect(page.locator("#lanes-caption")).to_have_text(words)
    page.locator("h1").click()
    lanes(page).blur()
    expect(page.locator("#lanes a.at")).to_have_count(0)
    expect(page.locator("#lanes-caption")).not_to_have_text(words)  # the selected one again


def test_pointing_tells_what_a_dot_is_and_a_click_selects_it(drawn: Dashboard, open_page: OpenPage) -> None:
    page = open_page(drawn)
    page.goto(f"/thread/?id={SIBLINGS}")
    caption = page.locator("#lanes-caption")
    own = caption.inner_text()
    sibling = page.locator("#lanes a:has(.sib)").first
    sibling.locator("circle").last.hover()
    expect(caption).to_contain_text("another run went on from the same checkpoint")
    page.locator("h1").hover()
    expect(caption).to_have_text(own)
    sibling.locator("circle").last.click()
    expect(page.locator("#lanes a:has(.on)")).to_have_attribute("href", sibling.get_attribute("href") or "")


def test_no_label_is_shown_of_which_the_names_hide_a_part(drawn: Dashboard, open_page: OpenPage) -> None:
    page = open_page(drawn)
    page.goto(f"/thread/?id={LONG}")
    edge = page.locator("#lanes .names").bounding_box()
    assert edge is not None
    hidden = f"""({{ left }}) => left < {edge["x"] + edge["width"] - 1}"""
    cut = page.locator("#lanes .turn.cut")
    for place in (60, 61, 200):  # the picture is scrolled by its own width at least
        lanes(page).evaluate("(one, place) => (one.scrollLeft = place)", place)
        page.evaluate("() => new Promise(requestAnimationFrame)")
        for label in page.locator("#lanes .turn").all():
            behind = label.evaluate(f"one => ({hidden})(one.getBoundingClientRect())")
            assert label.evaluate("one => getComputedStyle(one).visibility") == ("hidden" if behind else "visible")
    expect(cut).not_to_have_count(0)
    lanes(page).evaluate("one => (one.scrollLeft = 0)")
    expect(cut).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False])
def test_dots_and_turns_lead_on_with_and_without_scripts(drawn: Dashboard, open_page: OpenPage, scripts: bool) -> None:
    page = open_page(drawn, java_script_enabled=scripts)
    page.goto(f"/thread/?id={LONG}")
    place = page.locator("#steps-place")
    expect(place).to_have_text("1 to 60 of 500, newest first")
    page.locator("#overview a").nth(10).click()
    expect(place).not_to_have_text("1 to 60 of 500, newest first")
    expect(page.locator("#steps [aria-current]")).to_have_attribute("data-source", "input")
    dot = page.locator("#lanes a").nth(20)
    wanted = dot.get_attribute("href") or ""
    dot.locator("circle").last.click()
    expect(page).to_have_url(re.compile(re.escape(wanted.partition("checkpoint=")[2])))


def test_the_strip_is_one_stop_and_its_turns_are_reached_by_keys(drawn: Dashboard, open_page: OpenPage) -> None:
    page = open_page(drawn)
    page.goto(f"/thread/?id={LONG}")
    page.locator("#overview").focus()
    page.keyboard.press("Home")
    expect(page.locator("#lanes-caption")).to_contain_text("turns 1 to")
    wanted = page.locator("#overview a.at").get_attribute("href") or ""
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(re.escape(wanted.partition("checkpoint=")[2])))
    expect(page.locator("#steps-place")).to_contain_text("of 500")
    page.keyboard.press("Tab")  # past all of its links
    expect(lanes(page)).to_be_focused()


@pytest.mark.parametrize("thread_id", ["gallery-3", "gallery-50", LONG, "gallery-5000", FORKS, HOSTS, GAPS])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_picture_stays_in_its_panel_and_shows_the_selected_dot(
    drawn: Dashboard, open_page: OpenPage, thread_id: str, width: int
) -> None:
    page = open_page(drawn, viewport={"width": width, "height": 800})
    page.goto(f"/thread/?id={thread_id}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box, dot = lanes(page).bounding_box(), page.locator("#lanes .on").bounding_box()
    names = page.locator("#lanes .names").bounding_box()
    assert box is not None
    assert dot is not None
    assert names is not None
    assert names["x"] + names["width"] <= dot["x"] + 4
    assert dot["x"] + dot["width"] <= box["x"] + box["width"] + 1
    assert names["width"] <= 0.3 * box["width"]
    for part in page.locator(".lanes-panel header, .overview").all():
        assert part.evaluate("one => one.scrollWidth <= one.clientWidth + 1")
