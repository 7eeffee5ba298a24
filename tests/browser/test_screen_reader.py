"""What a screen reader is told: places with names, headings in order, tables with heads, and what happened."""

from __future__ import annotations

import itertools
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.kinds import THREADS

PATHS = [
    "/threads/",
    "/orphans/",
    "/workers/?store=extra",
    "/stores/",
    *(f"{path}&tab={tab}" for path in (THREADS["tool calls"],) for tab in ("changes", "state", "writes", "metadata")),
]
#: Roles that lead there from a list of places; a second of the same kind needs a name.
PLACES = {"banner", "navigation", "main", "contentinfo", "search", "region", "form"}
NAMED = {"navigation", "region", "form"}


def tree(page: Page) -> list[dict[str, Any]]:
    """Chromium's accessibility tree, flat, in reading order, without what is ignored."""
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    by_id = {node["nodeId"]: node for node in nodes}
    found: list[dict[str, Any]] = []

    def visit(node: dict[str, Any]) -> None:
        if not node["ignored"]:
            properties = {item["name"]: item["value"].get("value") for item in node.get("properties", [])}
            role, name = node["role"]["value"], node.get("name", {}).get("value", "")
            found.append({"role": role, "name": name, **properties})
        for child in node.get("childIds", []):
            if child in by_id:
                visit(by_id[child])

    visit(nodes[0])
    return found


@pytest.mark.parametrize("path", PATHS)
def test_places_are_there_once_and_named_and_headings_skip_no_level(page: Page, path: str) -> None:
    page.goto(path)
    nodes = tree(page)
    places = [(node["role"], node["name"]) for node in nodes if node["role"] in PLACES]
    for role in ("banner", "main", "contentinfo"):
        assert [place[0] for place in places].count(role) == 1
    assert len(places) == len(set(places))
    assert all(name for role, name in places if role in NAMED), places

    levels = [int(node["level"]) for node in nodes if node["role"] == "heading"]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), levels
    assert all(node["name"] for node in nodes if node["role"] in ("heading", "link", "button", "searchbox", "combobox"))


def test_a_thread_is_read_from_what_it_is_to_what_changed(page: Page) -> None:
    page.goto(THREADS["tool calls"])
    wanted = [
        ("banner", ""),
        ("navigation", "Main"),
        ("main", ""),
        ("heading", "tool-agent-sync-orders"),
        ("region", "Who wrote what"),
        ("navigation", "Steps, newest first"),
        ("region", "Step "),
        ("navigation", "Views of this step"),
        ("heading", "messages"),
        ("contentinfo", ""),
    ]
    nodes = iter(tree(page))
    for role, name in wanted:
        assert any(node["role"] == role and node["name"].startswith(name) for node in nodes), (role, name)


def test_a_thread_tells_its_story_in_order(page: Page) -> None:
    """Who it is, how much there is of it, who wrote what in a sentence, the steps by turn, the one that is chosen, and
    what that one changed: how, who said it, and what."""
    page.goto(THREADS["tool calls"])
    story = [
        ("heading", r"tool-agent-sync-orders"),
        ("StaticText", r"\d+ turns? · \d+ checkpoints"),
        ("region", r"Who wrote what"),
        ("StaticText", r"Of \d+ checkpoints here, hosts wrote: "),
        ("navigation", r"Steps, newest first"),
        ("heading", r"Turn \d+ · "),
        ("link", r"\d+ agent wrote messages"),
        ("link", r"\d+ tools wrote messages"),
        ("link", r"-1 input"),
        ("region", r"Step \d+ compared with step \d+"),
        ("link", r"Changes"),
        ("heading", r"messages"),
        ("StaticText", r"\+1"),
        ("article", r""),
        ("StaticText", r"ai"),
        ("StaticText", r".*added"),
        ("StaticText", r"\w.* .*"),
        ("contentinfo", r""),
    ]
    nodes = iter(tree(page))
    for role, name in story:
        assert any(node["role"] == role and re.match(name, node["name"]) for node in nodes), (role, name)


def test_titles_tell_tabs_apart(page: Page) -> None:
    begin = f"{THREADS['tool calls']}"
    titles = {}
    for words, path in {
        "step": begin,
        "another step": f"{begin}&end=oldest",
        "state": f"{begin}&tab=state",
        "size": begin.replace("/thread/", "/thread/size/"),
        "find": begin.replace("/thread/", "/thread/find/"),
        "compare": begin.replace("/thread/", "/thread/compare/"),
        "downloads": begin.replace("/thread/", "/thread/download/"),
        "channel": begin.replace("/thread/", "/thread/channel/") + "&channel=messages",
    }.items():
        page.goto(path)
        titles[words] = page.title()
    assert len(set(titles.values())) == len(titles)
    for title in titles.values():
        assert re.fullmatch(r"tool-agent-sync-orders · \S.* · scenarios · Checkpoint Inspector", title), title


@pytest.mark.parametrize("path", ["/threads/", "/orphans/", "/stores/", f"{THREADS['an interrupt']}&tab=writes"])
def test_tables_have_heads(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.locator("table")).not_to_have_count(0)
    for table in page.locator("table").all():
        heads = table.locator("thead th[scope=col]")
        expect(heads).not_to_have_count(0)
        assert all(text.strip() for text in heads.all_text_contents())
        cells = table.locator("tbody tr").first.locator("td, th").count()
        expect(heads).to_have_count(cells)
    roles = {node["role"] for node in tree(page)}
    assert {"table", "columnheader"} <= roles


def test_the_narrow_list_is_still_a_table(page: Page) -> None:
    """Rows are laid out as cards there, which makes browsers forget what they are, unless roles say so."""
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/threads/?limit=3")
    expect(page.get_by_role("table", name="Threads")).to_have_count(1)
    expect(page.get_by_role("row").filter(has=page.get_by_role("cell"))).to_have_count(3)


def test_the_number_of_results_is_announced(page: Page) -> None:
    page.goto("/threads/")
    status = page.get_by_role("status")
    expect(status).to_be_empty()
    page.locator("#q").fill("two-hosts-sync")
    expect(status).to_have_text("2 of 2 threads")
    page.locator("#q").fill("no such thread")
    expect(status).to_have_text("Nothing matches")
    page.locator("#q").fill("")
    expect(status).to_have_text(re.compile(r"^50 of \d+ threads$"))


def test_the_chosen_step_is_announced(page: Page) -> None:
    page.goto(THREADS["tool calls"])
    title = page.locator("#selected-title")
    newest = title.inner_text()
    page.keyboard.press("j")
    expect(title).not_to_have_text(newest)
    expect(page.get_by_role("status")).to_have_text(title.inner_text())


def test_what_is_current_is_said_not_only_shown(page: Page) -> None:
    page.goto("/threads/?turns=one&sort=turns")
    expect(page.get_by_role("navigation", name="Main").locator("[aria-current=page]")).to_have_text("Threads")
    expect(page.get_by_role("navigation", name="Quick filters").locator("[aria-current=true]")).to_contain_text(
        "One turn"
    )
    expect(page.get_by_role("columnheader", name="Turns")).to_have_attribute("aria-sort", "ascending")
    for row in page.locator(".list tbody tr").all()[:5]:
        expect(row).to_have_class(re.compile("one"))
        expect(row.locator("td").nth(1)).to_have_text("1")
