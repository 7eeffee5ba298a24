"""What somebody has said not to tell of."""

from __future__ import annotations

import pytest

from inspector.config import load
from inspector.doctor.finding import Finding, problem
from inspector.doctor.mutes import Mutes
from tests.integration.doctor.made import GOOD, finding_of


def mutes(text: str) -> Mutes:
    return Mutes(load({"INSPECTOR_MUTED": text}).muted)


def bad(rule: str = "siblings", hosts: tuple[str, ...] = (), threads: tuple[str, ...] = ()) -> Finding:
    return finding_of(rule, problem("Wrong.", confidence="certain", hosts=hosts, thread_ids=threads))


def test_a_rule_is_muted_by_its_name() -> None:
    silenced = mutes("siblings").silence(bad(hosts=("web-1",)))
    assert (silenced.status, silenced.muted, silenced.hosts) == ("ok", True, ("web-1",))
    assert mutes("siblings").silence(bad("clock-skew")).is_problem


def test_hosts_are_muted_by_a_pattern() -> None:
    found = mutes("siblings:host=batch-*").silence(bad(hosts=("batch-1", "web-1")))
    assert found.is_problem
    assert found.hosts == ("web-1",)
    assert mutes("siblings:host=batch-*").silence(bad(hosts=("batch-1", "batch-2"))).muted


def test_threads_are_muted_by_a_pattern() -> None:
    quiet = mutes("siblings:thread=nightly:*")
    assert quiet.silence(bad(threads=("nightly:1", "a"))).thread_ids == ("a",)
    assert quiet.silence(bad(threads=("nightly:1",))).muted
    assert quiet.without_threads("siblings", ["nightly:1", "a"]) == ["a"]


def test_a_host_that_is_left_tells_of_the_problem_whatever_its_threads() -> None:
    quiet = mutes("siblings:host=batch-*, siblings:host=job-?")
    assert quiet.silence(bad(hosts=("batch-1", "job-1"))).muted
    assert not quiet.silence(bad(hosts=("batch-1", "job-10"))).muted


def test_a_problem_that_names_nobody_is_muted_only_as_a_rule() -> None:
    assert mutes("siblings:host=*\nsiblings:thread=*").silence(bad()).is_problem


@pytest.mark.parametrize("pattern", ["WEB-1", "web", "eb-1", "web-[2-9]"])
def test_a_pattern_fits_a_whole_name_as_it_is_written(pattern: str) -> None:
    assert not mutes(f"siblings:host={pattern}").host("siblings", "web-1")


def test_good_news_is_not_muted() -> None:
    good = finding_of("siblings", GOOD)
    assert mutes("siblings").silence(good) == good


def test_a_mute_of_hosts_is_none_of_the_rule() -> None:
    assert not mutes("siblings:host=web-1").rule("siblings")
    assert not mutes("siblings:host=web-1").thread("siblings", "web-1")
