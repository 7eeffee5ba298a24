"""What the diagnosis found shows on the pages that it is about, its count on all of them. No rule is asked there."""

from __future__ import annotations

from typing import Any

import pytest

from inspector.doctor import diagnosis
from inspector.index.connections import get_reader
from inspector.index.passes import run_pass
from inspector.index.places import Places
from inspector.ledger.base import Heard, Workers
from inspector.models import StoreEntry
from inspector.views.mentions import RULES, with_mentions
from inspector.views.processes import Processes, group_hosts
from tests.integration.ledger.samples import counts, report
from tests.pages.browse import Browser, Document, Element
from tests.pages.diagnoses import MEMORY_RULE, SHARED, found, in_memory, recorded, slugs
from tests.pages.ledgers import MEMORY
from tests.pages.workers_world import World

HOSTILE = "<script>alert(1)</script>"
OTHERS = ["/threads/", f"/thread/?id={SHARED}", "/orphans/", "/workers/", "/stores/", f"/doctor/rules/{MEMORY_RULE}/"]


@pytest.fixture
def world(workers_world: World) -> World:
    return workers_world


def count_in(document: Document) -> Element | None:
    """The count of problems in the bar."""
    place = next(at for at, one in enumerate(document.elements) if one.attributes.get("id") == "problem-count")
    inside = document.elements[place + 1]
    return inside if inside.attributes.get("class") == "count" else None


@pytest.fixture
def no_rule_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any) -> Any:
        raise AssertionError("a rule was asked")

    monkeypatch.setattr(diagnosis, "examine", refuse)


@pytest.mark.parametrize("url", OTHERS)
def test_every_page_counts_the_problems_without_looking_for_them(
    world: World, url: str, monkeypatch: pytest.MonkeyPatch, no_rule_is_asked: None
) -> None:
    one, two = slugs(2)
    with recorded(monkeypatch, found(one), found(two, "warning")):
        for headers in ({}, {"HX-Request": "true"}):
            document = Document(world.browser.ask("GET", url, headers).content.decode())
            count = count_in(document)
            assert count is not None
            assert " ".join(count.text.split()) == "2 problems found"
            assert count.attributes["title"] == "2 problems found"
            assert count.attributes["data-tone"] == "bad"


def test_warnings_alone_are_not_red_and_nothing_is_not_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (slug,) = slugs(1)
    with recorded(monkeypatch, found(slug, "warning")):
        count = count_in(world.browser.document("/threads/"))
        assert count is not None
        assert "data-tone" not in count.attributes
        assert " ".join(count.text.split()) == "1 problem found"
    with recorded(monkeypatch, found(slug, "ok")):
        assert count_in(world.browser.document("/threads/")) is None


def test_a_thread_that_is_named_says_so_and_leads_there(
    world: World, monkeypatch: pytest.MonkeyPatch, no_rule_is_asked: None
) -> None:
    one, two, three = slugs(3)
    problem = found(one, title="web-1 writes `elsewhere`", thread_ids=(SHARED,))
    with recorded(monkeypatch, problem, found(two), found(three, "ok", thread_ids=(SHARED,))):
        document = world.browser.document("/thread/", id=SHARED)
        page = world.browser.data("/thread/", id=SHARED)
        other = world.browser.document("/thread/", id="two-hosts-sync-alone")

    assert page["findings"] == [{"rule": one, "status": "error", "title": "web-1 writes `elsewhere`"}]
    (mentions,) = (banner for banner in document.all("ul") if banner.attributes.get("id") == "mentions")
    assert mentions.text == "Diagnosis: web-1 writes elsewhere"
    assert f"/doctor/#{one}" in [link.attributes.get("href") for link in document.all("a")]
    assert not [banner for banner in other.all("ul") if banner.attributes.get("id") == "mentions"]


def test_a_thread_that_was_only_asked_for_says_so_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (slug,) = slugs(1)
    world.ledger.tell("web-1", counts("never there", reads=3, misses=3), reads=3, misses=3)
    run_pass(get_reader())
    with recorded(monkeypatch, found(slug, thread_ids=("never there",))):
        page = world.browser.data("/thread/", id="never there", status=404)
        document = world.browser.document("/thread/", id="never there", status=404)

    assert [finding["rule"] for finding in page["findings"]] == [slug]
    assert f"/doctor/#{slug}" in [link.attributes.get("href") for link in document.all("a")]


def test_a_host_that_is_named_says_it_once_with_a_way_to_the_fix(world: World) -> None:
    browser = in_memory(world)
    page, document = browser.data("/workers/"), browser.document("/workers/")

    (host,) = page["hosts"]
    assert MEMORY_RULE in [finding["rule"] for finding in host["findings"]]
    assert set(host["notes"][0]) == {"kind", "sentence"}
    (note,) = (line for line in document.all("li") if line.attributes.get("data-note") == MEMORY_RULE)
    assert "in its own memory" in note.text
    assert "Diagnosis and fix" in note.text
    assert f"/doctor/#{MEMORY_RULE}" in [link.attributes.get("href") for link in document.all("a")]
    assert not [line for line in document.all("li") if line.attributes.get("data-finding") == MEMORY_RULE]


def test_what_no_note_says_of_a_host_the_diagnosis_does(
    world: World, monkeypatch: pytest.MonkeyPatch, no_rule_is_asked: None
) -> None:
    world.ledger.tell("web-1")
    world.ledger.tell("web-2")
    slug = next(slug for slug in slugs(2) if slug != MEMORY_RULE)
    with recorded(monkeypatch, found(slug, title=f"web-1 {HOSTILE}")):
        document = world.browser.document("/workers/")

    (line,) = (line for line in document.all("li") if "data-finding" in line.attributes)
    assert line.attributes["data-finding"] == slug
    assert line.text == f"Diagnosis: web-1 {HOSTILE}"  # as text
    groups = [body for body in document.all("tbody") if line.text in body.text]
    assert len(groups) == 1
    assert "web-1" in groups[0].text


def test_a_cause_comes_before_what_is_only_noted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.ledger.tell("web-1", places=(MEMORY,))
    slug = next(slug for slug in slugs(2) if slug != MEMORY_RULE)
    with recorded(monkeypatch, found(slug)):
        document = world.browser.document("/workers/")

    said = [line.attributes for line in document.all("li") if line.attributes.keys() & {"data-finding", "data-note"}]
    assert [line.get("data-finding") or line["data-note"] for line in said] == [slug, MEMORY_RULE]


def test_an_event_loop_is_told_once_although_note_and_rule_name_it_differently() -> None:
    (rule,) = RULES.values()
    told = Workers((Heard(report("web-1", loop_mismatches=2), 1.0),), False)
    hosts, _ = group_hosts(Processes.of(told, Places(), bool))

    (group,) = with_mentions([found(rule)], hosts)

    assert [note.rule for note in group.host.notes if note.kind == "loop-mismatch"] == [rule]
    assert group.host.other == ()


def test_one_host_is_shown_alone_with_a_way_back(world: World) -> None:
    world.ledger.tell("web-1", reads=7)
    world.ledger.tell("web-2", reads=9, places=(MEMORY,))

    page = world.browser.data("/workers/", host="web-2")
    document = world.browser.document("/workers/", host="web-2")

    assert [host["hostname"] for host in page["hosts"]] == ["web-2"]
    assert [worker["hostname"] for worker in page["workers"]] == ["web-2"]
    assert next(document.all("h1")).text == "Workers on web-2"
    (back,) = (link for link in document.all("a") if link.attributes.get("id") == "all-hosts")
    assert back.attributes["href"].rstrip("?") == ""
    assert "web-1" not in next(document.all("table")).text


def test_a_host_that_never_reported_is_no_invitation_to_install_the_probe(world: World) -> None:
    world.ledger.tell("web-1")
    said = world.words(host="web-7")

    assert "No process on this host has reported." in said
    assert "No worker has reported yet" not in said


def test_pages_stay_as_they_are_where_nothing_was_looked_at_yet(world: World) -> None:
    browser: Browser = world.browser

    assert StoreEntry.objects.get().diagnosed_at is None
    assert browser.data("/thread/", id=SHARED)["findings"] == []
    assert count_in(browser.document("/threads/")) is None
