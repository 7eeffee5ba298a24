"""Which releases an advisory covers: pre-releases come before their release, and what is no version is never older."""

from __future__ import annotations

import pytest

from inspector.doctor.evidence.advisories import ADVISORIES
from inspector.doctor.evidence.versions import is_older


@pytest.mark.parametrize(
    ("one", "than"),
    [
        ("2.1.2", "3.0.0"),
        ("3.0.0rc1", "3.0.0"),
        ("3.0.0.dev1", "3.0.0a1"),
        ("3.0.0a2", "3.0.0b1"),
        ("1.0.9", "1.0.10"),
        ("1.0.9.post1", "1.0.10"),
        ("1.0.10", "1.0.10.post1"),
        ("4.1", "4.1.1"),
    ],
)
def test_one_release_is_older_than_another(one: str, than: str) -> None:
    assert is_older(one, than)
    assert not is_older(than, one)


@pytest.mark.parametrize(("one", "other"), [("4.1", "4.1.0"), ("v4.1.1", "4.1.1"), ("4.1.1+cu12", "4.1.1")])
def test_some_are_the_same_in_other_words(one: str, other: str) -> None:
    assert not is_older(one, other)
    assert not is_older(other, one)


@pytest.mark.parametrize("version", ["", "unknown", "main", "1.0.x"])
def test_what_is_no_version_is_not_older(version: str) -> None:
    assert not is_older(version, "9.9.9")


@pytest.mark.parametrize(
    ("package", "version", "cves"),
    [
        ("langgraph-checkpoint", "2.1.2", {"CVE-2025-64439", "CVE-2026-27794", "CVE-2026-48775"}),
        ("langgraph-checkpoint", "4.1.0", {"CVE-2026-48775"}),
        ("langgraph-checkpoint", "4.1.1", set()),
        ("langgraph", "1.0.9", {"CVE-2026-28277"}),
        ("langgraph", "1.0.10", set()),
        ("langgraph-checkpoint-sqlite", "3.0.0", {"CVE-2025-67644"}),
        ("langchain-core", "0.3.80", {"CVE-2025-68664"}),
        ("langchain-core", "0.3.81", set()),
        ("langchain-core", "1.0.0rc1", {"CVE-2025-68664"}),
        ("langchain-core", "1.2.4", {"CVE-2025-68664"}),
        ("langchain-core", "1.2.5", set()),
    ],
)
def test_each_release_has_the_advisories_that_were_published_for_it(package: str, version: str, cves: set[str]) -> None:
    assert {one.cve for one in ADVISORIES if one.package == package and one.covers(version)} == cves
