"""What a set of mutes covers, and by what it is told from another one."""

from __future__ import annotations

import pytest

from inspector.index.mutes import Mutes
from inspector.patterns import exactly

NIGHTLY = ("id", "nightly-*")


@pytest.mark.parametrize(
    ("mute", "covered", "not_covered"),
    [
        (NIGHTLY, "nightly-7", "weekly-7"),
        (("id", "nightly-*"), "nightly-with\na line", "a nightly-7"),
        (("id", "run"), "run", "Run"),
        (("id", "run"), "run", "run-1"),
        (("id", "run-?"), "run-1", "run-11"),
        (("id", "run-[0-9]"), "run-1", "run-a"),
        (("id", "run-[!0-9]"), "run-a", "run-1"),
        (("id", "100%_[[]x]"), "100%_[x]", "100%_x"),
        (("id", "a.c"), "a.c", "abc"),
        (("id", "a[b"), "a[b", "ab"),
    ],
)
def test_a_pattern_is_compared_as_by_a_shell(mute: tuple[str, str], covered: str, not_covered: str) -> None:
    mutes = Mutes.of([mute])
    assert mutes.covers(covered, "", "", [])
    assert not mutes.covers(not_covered, "", "", [])


def test_each_kind_of_pattern_is_compared_with_its_own() -> None:
    for place, what in enumerate(("id", "owner", "graph")):
        names = ["b", "b", "b"]
        assert not Mutes.of([(what, "a")]).covers(*names, ["a"])
        names[place] = "a"
        assert Mutes.of([(what, "a")]).covers(*names, ["b"])
        assert not Mutes.of([("host", "a")]).covers(*names, ["b"])


def test_a_thread_is_covered_when_any_of_its_hosts_is() -> None:
    mutes = Mutes.of([("host", "batch-*")])
    assert mutes.covers("t", "", "", ["web-1", "batch-2"])
    assert not mutes.covers("t", "", "", ["web-1"])
    assert not mutes.covers("t", "", "", [])


def test_any_of_several_mutes_covers() -> None:
    mutes = Mutes.of([NIGHTLY, ("id", "weekly-*"), ("graph", "report")])
    assert mutes.covers("weekly-1", "", "", [])
    assert mutes.covers("t", "", "report", [])
    assert not mutes.covers("t", "", "support", [])


def test_a_signature_is_that_of_the_patterns_in_any_order() -> None:
    one, other = NIGHTLY, ("owner", "nightly-*")
    assert Mutes.of([]).signature == Mutes().signature == ""
    assert Mutes.of([one, other]).signature == Mutes.of([other, one, one]).signature
    assert len({Mutes.of(some).signature for some in ([], [one], [other], [one, other])}) == 4
    assert not Mutes().covers("t", "", "", [""])


@pytest.mark.parametrize("text", ["a\n", "\t*\xa0", "\n", "a\x00?"])
def test_what_cannot_be_typed_is_covered_by_the_pattern_of_its_text(text: str) -> None:
    assert exactly(text).isprintable()
    assert Mutes.of([("id", exactly(text))]).covers(text, "", "", [])
