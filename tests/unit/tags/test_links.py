"""Addresses: what they keep, what they drop, and that any id comes out of them as it went in."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from django.template import Context
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from inspector.tags import links


def context(query: str) -> Context:
    return Context({"request": RequestFactory().get(f"/threads/?{query}")})


@given(st.text())
def test_any_id_comes_out_of_an_address_as_it_went_in(thread_id: str) -> None:
    _, _, query = links.thread_url("s", ("s",), thread_id).partition("?")
    assert QueryDict(query)["id"] == thread_id


def test_other_writing_stays_as_it_is_and_signs_that_end_a_parameter_do_not() -> None:
    assert (
        links.thread_url("s", ("s",), "日本 😀&a=b#c+%\n\u202e") == "/thread/?id=日本+😀%26a%3Db%23c%2B%25%0A%E2%80%AE"
    )


def test_a_store_is_named_only_where_it_is_not_the_first() -> None:
    assert links.section_url("threads", "a", ("a", "b")) == "/threads/"
    assert links.section_url("threads", "b", ("a", "b"), owner="o") == "/threads/?store=b&owner=o"


def test_a_rules_page_leads_on_in_the_same_store() -> None:
    assert links.rule_url("store-split", "a", ("a", "b")) == "/doctor/rules/store-split/"
    assert links.rule_url("store-split", "b", ("a", "b")) == "/doctor/rules/store-split/?store=b"


def test_here_keeps_the_rest() -> None:
    assert links.here(context("id=a%26b&load=x&load=y&tab=state"), tab=None, checkpoint="1") == (
        "?id=a%26b&load=x&load=y&checkpoint=1"
    )


def test_quick_filters_exclude_each_other_and_begin_at_the_first_page() -> None:
    assert links.filter_url(context("q=x&state=failed&after=c"), "turns", "one", False) == "?q=x&turns=one"
    assert links.filter_url(context("q=x&turns=one"), "turns", "one", True) == "?q=x"
    assert links.filter_url(context("q=x&turns=one"), "", "", False) == "?q=x"


def test_what_has_no_control_of_its_own_can_be_taken_away() -> None:
    found = links.chips(context("owner=ada&state=failed&flag=orphan&after=c"), "state=failed")
    assert found == [("flag", "orphan", "?owner=ada&state=failed"), ("owner", "ada", "?state=failed&flag=orphan")]


def test_a_form_keeps_what_it_has_no_control_for() -> None:
    html = links.hidden_inputs(context('q=x&store=b&sort=turns&owner="><b>&flag='), "q")
    assert html == (
        '<input type="hidden" name="store" value="b"><input type="hidden" name="sort" value="turns">'
        '<input type="hidden" name="owner" value="&quot;&gt;&lt;b&gt;">'
    )


@pytest.mark.parametrize(
    ("column", "present", "address", "said"),
    [
        ("turns", "-last_at", "?q=x&amp;sort=-turns", ""),
        ("turns", "-turns", "?q=x&amp;sort=turns", "descending"),
        ("turns", "turns", "?q=x&amp;sort=-turns", "ascending"),
        ("thread_id", "-last_at", "?q=x&amp;sort=thread_id", ""),
    ],
)
def test_a_header_sorts_and_turns_round(column: str, present: str, address: str, said: str) -> None:
    html = links.sorted_by(context("q=x&after=c"), column, "Words", present)
    assert f'href="{address}"' in html
    assert (f"sorted {said}" in html) == bool(said)


def test_data_is_at_the_same_address() -> None:
    assert links.json_url(context("id=a")) == "/threads/?id=a&format=json"
