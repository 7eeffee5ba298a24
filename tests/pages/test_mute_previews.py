"""What a mute would cover, any pattern that there may be, and what is suggested for muting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from django.utils import timezone

from inspector.index.mutes import Mutes
from inspector.models import Mute, StoreEntry, ThreadEntry
from tests.integration.orphans.left_rows import add, numbered, random_ids
from tests.pages.browse import Browser, Document
from tests.pages.muting import PAGE, People, text_of
from tests.pages.test_sizes import check_nothing_inline
from tests.signing_in import signed_in_client


@pytest.fixture
def people(pages: Browser) -> People:
    return People(Browser(signed_in_client(enforce_csrf_checks=True)))


HOSTILE = [
    "[",
    "[]",
    "[!",
    "[a-",
    "*",
    "***",
    "*a" * 240,
    "\\",
    "]]>",
    "<script>alert(1)</script>",
    "'\"><b>",
    "%",
    "_",
]


@pytest.mark.one_in(3)
@pytest.mark.parametrize("pattern", HOSTILE)
@pytest.mark.parametrize("what", ["id", "owner", "host", "graph"])
def test_any_pattern_can_be_muted_and_shown(people: People, pattern: str, what: str) -> None:
    answer = people.mute(what=what, pattern=pattern, reason=pattern + "   because")
    assert answer.status_code == 303

    page = people.browser.get(answer["Location"])
    check_nothing_inline(Document(page.content.decode()))
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()
    (listed,) = people.browser.data(PAGE)["mutes"]
    assert listed["pattern"] == pattern
    looked_at = people.browser.data(PAGE, what=what, pattern=pattern)["preview"]
    assert looked_at["threads"] == listed["threads"]


@pytest.mark.parametrize("what", ["id", "owner", "host", "graph"])
@pytest.mark.parametrize("pattern", ["*", "two-hosts-*", "web-?", "web-1", "resume-sync", "nobody"])
def test_the_preview_counts_the_threads_that_the_mute_will_cover(people: People, what: str, pattern: str) -> None:
    preview = people.browser.data(PAGE, what=what, pattern=pattern)["preview"]
    mutes = Mutes.of([(what, pattern)])
    covered = set()
    for row in ThreadEntry.objects.filter(one_turn=True).exclude(state="interrupted").prefetch_related("workers"):
        hosts = [worker.hostname for worker in row.workers.all() if worker.writes or worker.reported]
        if mutes.covers(row.thread_id, row.owner, row.graph, hosts):
            covered.add(row.thread_id)

    if preview["bound"] == "most":
        assert preview["threads"] >= len(covered)
    else:
        assert (preview["threads"], preview["bound"]) == (len(covered), "")
    assert set(preview["examples"]) <= covered
    assert len(preview["examples"]) == min(3, len(covered))


def test_a_pattern_that_covers_nearly_all_is_warned_of(people: People) -> None:
    all_of_them = people.browser.data(PAGE, pattern="*")["preview"]
    one = people.browser.data(PAGE, pattern="resume-sync")["preview"]

    assert all_of_them["share"] == 1.0
    assert all_of_them["warning"].startswith("This mutes 100 % of all one-turn threads")
    assert one["warning"] == ""


def test_of_more_threads_than_are_looked_at_the_preview_says_at_least(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inspector.index.covered.NEWEST", 5)

    assert people.browser.data(PAGE, pattern="*")["preview"]["bound"] == "least"
    assert "at least 5 one-turn threads" in text_of(people.browser.get(PAGE, pattern="*"))


def test_the_preview_works_without_a_script_and_mutes_nothing(people: People) -> None:
    answer = people.mute(do="preview", pattern="*", reason="", end="at")
    elements = {e.attributes.get("id"): e for e in Document(answer.content.decode()).elements}

    assert answer.status_code == 200
    assert not Mute.objects.exists()
    assert "It covers" in elements["preview"].text
    assert elements["pattern"].attributes["value"] == "*"


def test_a_link_fills_the_form_in(people: People) -> None:
    document = people.browser.document(PAGE, what="host", pattern="web-1")
    chosen = [e.attributes["value"] for e in document.all("option") if "selected" in e.attributes]
    pattern = next(e for e in document.all("input") if e.attributes.get("id") == "pattern")

    assert chosen == ["host", "30d"]
    assert pattern.attributes["value"] == "web-1"
    assert people.browser.get(PAGE, what="shoe").status_code == 400


def test_a_graph_that_is_meant_to_end_is_suggested_until_it_is_muted(people: People) -> None:
    last = timezone.now() - timedelta(hours=1)
    add(StoreEntry.objects.get(), numbered("nightly:", 60), graph="nightly-report", last=last)

    said = "60 threads, none ever had a second turn. Meant to be so?"
    assert said in text_of(people.browser.get("/orphans/"))
    (one,) = people.browser.data(PAGE)["suggestions"]
    assert (one["what"], one["name"], one["pattern"], one["verdict"]) == (
        "graph",
        "nightly-report",
        "nightly-report",
        "meant",
    )
    assert one["sentence"] in text_of(people.browser.get(PAGE))

    people.mute(what=one["what"], pattern=one["pattern"])
    assert people.browser.data(PAGE)["suggestions"] == []
    assert said not in text_of(people.browser.get("/orphans/"))


def test_what_may_be_lost_is_told_and_not_offered_for_muting(people: People) -> None:
    last = timezone.now() - timedelta(hours=1)
    owners: dict[str, Any] = {"owner": lambda number: f"user-{number // 6}", "apart": timedelta(minutes=2)}
    add(StoreEntry.objects.get(), random_ids(90), graph="assistant", last=last, **owners)

    document = people.browser.document(PAGE)
    assert "these may be lost conversations" in document.elements[0].text
    assert not [link for link in document.all("a") if "pattern=assistant" in link.attributes.get("href", "")]
    assert "assistant: 90 threads" not in text_of(people.browser.get("/orphans/"))


def test_the_pages_lead_to_a_mute_of_what_they_show(people: People) -> None:
    last = timezone.now() - timedelta(hours=1)
    add(StoreEntry.objects.get(), ["a*b"], graph="what?", last=last)
    links = {link.attributes.get("href", "") for link in people.browser.document("/orphans/").all("a")}

    (link,) = (link for link in links if "what=graph" in link and "what[?]" in unquote(link))
    assert people.browser.ask("GET", link.partition("#")[0]).status_code == 200
    assert people.browser.data(PAGE, what="graph", pattern="what[?]")["preview"]["examples"] == ["a*b"]
