"""The evidence on `/doctor/`: how much of it is shown, that all of it stays text, and what it weighs."""

from __future__ import annotations

import pytest

from inspector.doctor.finding import Evidence, Fix, Link
from inspector.doctor.rules import rules
from tests.pages.browse import Document
from tests.pages.diagnoses import found, recorded, slugs
from tests.pages.workers_world import World

HTML = 150_000
HOSTILE = "<script>alert(1)</script>\u202e"


@pytest.fixture
def world(workers_world: World) -> World:
    return workers_world


def test_long_evidence_is_folded_and_threads_that_it_leads_to_are_named_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = tuple(Evidence(f"line {number}", Link("thread", {"id": f"t{number}"})) for number in range(30))
    ids = tuple(f"t{number}" for number in range(50))
    with recorded(monkeypatch, found(slugs(1)[0], evidence=lines, thread_ids=ids)):
        document = world.browser.document("/doctor/")

    links = [link.attributes.get("href") for link in document.all("a")]
    assert [links.count(f"/thread/?id=t{number}") for number in range(50)] == [1] * 50
    evidence, threads = [fold for fold in document.all("details") if "more" in fold.text]
    assert "25 more lines" in evidence.text
    assert "line 4" not in evidence.text.split()
    assert "line 29" in evidence.text
    assert "14 more threads" in threads.text


def test_names_and_texts_from_a_store_stay_text(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = found(
        slugs(1)[0],
        title=HOSTILE,
        sentence=HOSTILE,
        evidence=(Evidence(HOSTILE, Link("thread", {"id": HOSTILE})), Evidence(HOSTILE)),
        hosts=(HOSTILE,),
        thread_ids=(HOSTILE, "another" + HOSTILE),
        fix=Fix("<script>alert(2)", "</code><script>alert(3)", HOSTILE),  # code is ours, and is copied as it is
    )
    others = [
        found(slug, status, title=HOSTILE, sentence=HOSTILE)
        for slug, status in zip(slugs(3)[1:], ("ok", "unknown"), strict=True)
    ]
    with recorded(monkeypatch, problem, *others):
        for response in (world.browser.get("/doctor/"), world.browser.part("/doctor/")):
            assert b"<script>alert" not in response.content
            assert b"&lt;script&gt;alert" in response.content
            # Nothing may turn around what stands beside it.
            assert "\u202e" not in "".join(Document(response.content.decode()).elements[0].parts)


def test_a_page_on_which_every_rule_finds_something_is_light(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = tuple(f"{number:02}" + "ü" * 2_000 for number in range(50))
    lines = tuple(Evidence("e" * 900, Link("thread", {"id": thread_id})) for thread_id in ids[:40])
    with recorded(
        monkeypatch, *(found(slug, evidence=lines, thread_ids=ids, fix=rule.fix) for slug, rule in rules().items())
    ):
        assert len(world.browser.get("/doctor/").content) < HTML
        assert len(world.browser.data("/doctor/")["findings"][0]["thread_ids"]) == 50


def test_what_was_seen_of_good_news_can_be_unfolded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (Evidence("3.4 kB for each checkpoint", Link("stores")),)
    with recorded(monkeypatch, found(slugs(1)[0], "ok", evidence=lines)):
        document = world.browser.document("/doctor/")

    (fold,) = (one for one in document.all("details") if one.attributes.get("class") == "seen")
    assert "3.4 kB for each checkpoint" in fold.text
    assert "/stores/" in [link.attributes.get("href") for link in document.all("a")]
