"""`/doctor/`: the verdict, what was found with its evidence and its fix, and all that is no problem, in each size."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from inspector.doctor.finding import Evidence, Link
from inspector.doctor.record import Recorded, record
from inspector.doctor.report import finding_to_data
from inspector.doctor.rules import rules
from inspector.index.connections import close_readers, get_reader
from inspector.models import FindingEntry, StoreEntry
from inspector.secret import StoreUrl
from inspector.views.findings import finding_item
from inspector.views.page import as_data
from tests.integration.index.syncing import sync
from tests.pages.browse import Browser, Document
from tests.pages.diagnoses import MEMORY_RULE, SHARED, found, in_memory, look_anew, recorded, slugs
from tests.pages.ledgers import MEMORY
from tests.pages.workers_world import World

PAGE = {
    *("store", "findings", "checked_at", "threads", "workers", "problems", "errors", "warnings", "index"),
}


@pytest.fixture
def world(workers_world: World) -> World:
    return workers_world


def words(browser: Browser, **query: Any) -> str:
    return " ".join(browser.document("/doctor/", **query).elements[0].text.split())


def of(page: Any, slug: str) -> Any:
    return next(finding for finding in page["findings"] if finding["rule"] == slug)


def test_data_has_one_finding_for_every_rule_with_every_field(world: World) -> None:
    page = in_memory(world).data("/doctor/")

    assert set(page) == PAGE
    assert sorted(finding["rule"] for finding in page["findings"]) == sorted(rules())
    assert (page["store"], page["threads"], page["workers"]) == ("own", 2, 1)
    assert page["problems"] == page["errors"] + page["warnings"] >= 1
    assert page["checked_at"].endswith("Z")
    memory = of(page, MEMORY_RULE)
    assert page["findings"][0]["rule"] == MEMORY_RULE
    assert (memory["status"], memory["confidence"], memory["hosts"]) == ("error", "certain", ["web-1"])
    assert memory["since"] == memory["seen_at"] == page["checked_at"]
    assert memory["evidence"][0]["link"] == "/workers/?host=web-1"
    assert memory["docs"] == f"/doctor/rules/{MEMORY_RULE}/"
    assert world.browser.get(memory["docs"]).status_code == 200
    assert "PostgresSaver" in memory["fix"]["after"]


def test_a_finding_says_the_same_here_as_in_a_terminal() -> None:
    now = timezone.now()
    lines = (Evidence("one", Link("thread", {"id": "a&b", "ns": "x"}), now), Evidence("two"))
    one = Recorded(found(MEMORY_RULE, evidence=lines, thread_ids=("a&b", "c")), now, now, None, "")

    for store in ("", "other"):
        assert as_data(finding_item(one, store)) == finding_to_data(one, store)


def test_the_page_says_what_is_wrong_where_and_what_to_do(world: World) -> None:
    document = in_memory(world).document("/doctor/")
    said = " ".join(document.elements[0].text.split())

    assert next(document.all("h1")).text == "Why memory does not persist"
    assert "There is 1 error, on web-1." in said
    assert "against 2 threads and 1 worker that reports." in said
    assert "Error: web-1 keeps its checkpoints in memory saver-in-memory" in said
    assert "seen as such" in said
    assert "first seen" in said
    assert "still true" in said
    links = [link.attributes.get("href") for link in document.all("a")]
    assert "/workers/?host=web-1" in links
    assert f"/doctor/rules/{MEMORY_RULE}/" in links
    code = [block.text for block in document.all("pre")]
    assert rules()[MEMORY_RULE].fix.after in code
    assert rules()[MEMORY_RULE].fix.before in code


def test_part_and_whole_say_the_same(world: World) -> None:
    browser = in_memory(world)
    whole, part = browser.document("/doctor/"), browser.part("/doctor/").content.decode()

    assert part.lstrip().startswith('<div id="doctor"')
    assert "<html" not in part
    headings = [heading.text for heading in Document(part).all("h3")]
    assert headings == [heading.text for heading in whole.all("h3")][: len(headings)]  # behind them, those of the keys
    assert any("web-1 keeps its checkpoints in memory" in heading for heading in headings)
    swapped = [one.attributes.get("id") for one in Document(part).elements if one.attributes.get("hx-swap-oob")]
    assert "problem-count" in swapped


@pytest.mark.parametrize("method", ["HEAD", "POST"])
def test_only_reading_is_answered(world: World, method: str) -> None:
    response = world.browser.ask(method, "/doctor/")

    assert response.status_code == (200 if method == "HEAD" else 405)
    assert response.content == b""


def test_a_mended_problem_is_told_with_its_times(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (slug,) = slugs(1)
    now = timezone.now()
    entry = StoreEntry.objects.get()
    record(entry, [found(slug, title="web-1 lost all")], now - timedelta(hours=9))
    record(entry, [found(slug, title="web-1 lost all")], now - timedelta(hours=3))
    with recorded(monkeypatch, found(slug, "ok", title="All is well", sentence="None lost anything.", evidence=())):
        page, said = world.browser.data("/doctor/"), words(world.browser)

    told = of(page, slug)
    assert (told["status"], told["was"]) == ("ok", "web-1 lost all")
    assert told["fixed_at"] > told["seen_at"] > told["since"]
    assert (page["problems"], page["errors"]) == (0, 0)
    assert "Fixed within the last day" in said
    assert "web-1 lost all" in said
    assert re.search(r"Fixed (now|\d+ s ago): it was true from", said)
    assert "Looked at, and sound" not in said  # it is told once


def test_what_is_not_known_is_told_with_what_would_tell_once_for_all_that_lack_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, three = slugs(3)
    lack = {"status": "unknown", "missing": "A `probe` in the workers.", "evidence": ()}
    record(StoreEntry.objects.get(), [found(one, title="web-1 lost all")], timezone.now() - timedelta(hours=3))
    with recorded(monkeypatch, found(one, **lack), found(two, **lack), found(three, "ok", title="Fine")):
        page, said = world.browser.data("/doctor/"), words(world.browser)

    assert of(page, one)["missing"] == "A `probe` in the workers."
    assert "2 of 3 rules could not tell." in said
    assert said.count("A probe in the workers.") == 2  # in the verdict, and above those that lack it
    assert "It was a problem when it was last seen, 3 h ago: web-1 lost all." in said
    assert "There is" not in said
    assert page["problems"] == 0


def test_good_news_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = slugs(2)
    sound = {"status": "ok", "evidence": ()}
    with recorded(monkeypatch, found(one, **sound, title="All is stored"), found(two, **sound, applies=False)):
        document = world.browser.document("/doctor/")

    said = " ".join(document.elements[0].text.split())
    assert next(document.all("h1")).text == "Memory persists: nothing speaks against it"
    assert "1 rule looked for trouble and found none." in said
    assert "All is stored" in said
    folded = next(one for one in document.all("details") if one.attributes.get("id") == "aside")
    assert two in folded.text
    assert one not in folded.text


def test_what_is_muted_or_explained_is_neither_a_problem_nor_good_news(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, three = slugs(3)
    with recorded(
        monkeypatch, found(one), found(two, "ok", muted=True), found(three, "ok", explained_by=(one,), evidence=())
    ):
        document = world.browser.document("/doctor/")

    folded = next(one for one in document.all("details") if one.attributes.get("id") == "aside")
    assert "2 rules set aside" in folded.text
    assert two in folded.text
    assert three in folded.text
    assert "Looked at, and sound" not in document.elements[0].text
    assert f"#{one}" in [link.attributes.get("href") for link in document.all("a")]


def test_warnings_that_cost_no_memory_do_not_cry_wolf(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with recorded(monkeypatch, found(slugs(1)[0], "warning", severity="low", hosts=())):
        document = world.browser.document("/doctor/")

    assert next(document.all("h1")).text == "Memory persists, but not all is well"
    assert "There is 1 warning." in document.elements[0].text


def test_that_memory_persists_is_not_said_beside_what_may_be_grave(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    expired = found("redis-expiry", "warning", severity="high", confidence="possible")
    with recorded(monkeypatch, expired):
        document = world.browser.document("/doctor/")

    assert next(document.all("h1")).text == "Not all is well"


def test_what_is_not_known_is_asked_and_not_stated(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with recorded(monkeypatch, found(slugs(1)[0], "unknown", title="Several people share one thread")):
        document = world.browser.document("/doctor/")

    assert any("Several people share one thread?" in heading.text for heading in document.all("h3"))


@pytest.mark.parametrize(
    ("status", "heading"),
    [("warning", "Not all is well"), ("ok", "Nothing found, but not all could be looked at")],
)
def test_that_memory_persists_is_not_said_where_a_cause_could_not_be_looked_at(
    world: World, monkeypatch: pytest.MonkeyPatch, status: str, heading: str
) -> None:
    one, two = slugs(2)
    with recorded(monkeypatch, found(one, status, severity="low"), found(two, "unknown", cause=True)):
        document = world.browser.document("/doctor/")

    assert next(document.all("h1")).text == heading


def test_before_the_index_has_begun_nothing_is_kept_and_no_all_clear_is_given(unindexed: Browser) -> None:
    document = unindexed.document("/doctor/")

    assert next(document.all("h1")).text in ("Nothing found so far", "Why memory does not persist")
    assert "Memory persists" not in document.elements[0].text
    assert "No thread has been read yet" in document.elements[0].text
    assert "Looked at, and sound3 rules" in document.elements[0].text  # what the server alone tells
    data = unindexed.client.get("/doctor/?format=json").json()
    sound = {one["rule"] for one in data["findings"] if one["status"] == "ok" and one["applies"]}
    assert sound == {"schema-behind", "schema-elsewhere", "uncommitted-writer"}
    assert not FindingEntry.objects.exists()


def test_while_the_index_is_built_findings_are_of_what_it_has(world: World) -> None:
    StoreEntry.objects.update(synced_at=None)
    said = words(in_memory(world))

    assert "indexed so far" in said
    assert "So are the findings, which may still change." in said


def test_a_ledger_that_does_not_answer_is_no_worker_and_no_good_news(show_stores: Any, world: World) -> None:
    close_readers()
    nowhere = StoreUrl("postgresql://ledger:hunter2@localhost:1/db")
    with override_settings(INSPECTOR=dataclasses.replace(settings.INSPECTOR, ledger_url=nowhere)):
        page, said = world.browser.data("/doctor/"), words(world.browser)
        close_readers()

    assert page["workers"] is None
    assert "no worker: the ledger could not be read" in said
    assert of(page, MEMORY_RULE)["status"] == "unknown"
    assert "hunter2" not in said


def test_of_several_stores_every_link_stays_in_the_one_looked_at(world: World, show_stores: Any) -> None:
    world.ledger.tell("web-1", places=(MEMORY,))
    browser = show_stores(first=world.url.replace("localhost", "127.0.0.1"), second=world.url)
    sync(get_reader("second"))
    look_anew()
    page = browser.data("/doctor/", store="second")
    document = browser.document("/doctor/", store="second")

    assert page["store"] == "second"
    assert of(page, MEMORY_RULE)["evidence"][0]["link"] == "/workers/?store=second&host=web-1"
    links = {link.attributes.get("href") for link in document.all("a")}
    assert {"/workers/?store=second&host=web-1", f"/doctor/rules/{MEMORY_RULE}/?store=second"} <= links


def test_a_thread_that_is_named_leads_to_its_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with recorded(monkeypatch, found(slugs(1)[0], thread_ids=(SHARED,))):
        document = world.browser.document("/doctor/")

    assert f"/thread/?id={SHARED}" in [link.attributes.get("href") for link in document.all("a")]
