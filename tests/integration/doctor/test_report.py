"""The command and the page say a finding in the same words."""

from __future__ import annotations

import pytest
from django.urls import reverse

from inspector.doctor.finding import Evidence, Link
from inspector.doctor.record import Recorded
from inspector.doctor.report import docs_page, finding_to_data, link_address
from inspector.views.findings import finding_item
from inspector.views.page import as_data
from tests.integration.doctor.made import GOOD, HOUR, NOW, UNTOLD, bad, finding_of

LINES = (Evidence("one", Link("thread", {"id": "a b", "ns": "é"}), NOW), Evidence("two", Link("stores")), Evidence("3"))
SAID = [
    Recorded(finding_of("a", bad("web-1", evidence=LINES, thread_ids=("a b",)), cause=True), NOW - HOUR, NOW),
    Recorded(finding_of("b", GOOD, explained_by=("a",)), NOW - HOUR, NOW - HOUR, NOW, "b is wrong"),
    Recorded(finding_of("c", UNTOLD, applies=False, muted=True)),
]


@pytest.mark.parametrize("store", ["", "second"])
@pytest.mark.parametrize("one", SAID, ids=lambda one: one.finding.rule)
def test_a_finding_is_told_as_the_page_tells_it(one: Recorded, store: str) -> None:
    assert finding_to_data(one, store) == as_data(finding_item(one, store))


@pytest.mark.parametrize("to", ["thread", "threads", "workers", "orphans", "stores"])
def test_addresses_are_those_of_pages(to: str) -> None:
    assert link_address(Link(to)) == reverse(f"inspector:{to}")  # type: ignore[arg-type]


def test_an_address_names_its_store_once() -> None:
    assert link_address(Link("threads", {"host": "a&b"}), "second") == "/threads/?store=second&host=a%26b"
    assert link_address(Link("thread", {"id": "t", "store": "third"}), "second") == "/thread/?store=third&id=t"


def test_an_id_with_half_a_character_has_an_address() -> None:
    assert link_address(Link("thread", {"id": "\ud800"})) == "/thread/?id=%3F"


def test_a_rule_is_explained_on_a_page() -> None:
    assert docs_page("store-split") == reverse("inspector:rule", args=["store-split"])
