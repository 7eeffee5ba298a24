"""Rule, page and scenario belong together: none without the others, and each says what the others do."""

from __future__ import annotations

import ast
import re

import pytest

from inspector.config import load
from inspector.demo.rule_index import INDEX, PAGES, make_index
from inspector.demo.scenarios import scenarios, summary_of
from inspector.doctor.finding import status_of
from inspector.doctor.rule import EVERY
from inspector.doctor.rules import rules

CAUSES = [
    "saver-in-memory",
    "no-checkpointer",
    "thread-id-random",
    "thread-per-run",
    "compile-per-request",
    "store-split",
    "store-on-localhost",
    "sync-async-mixed",
    "nothing-written",
    "reads-miss-writes",
    "writes-not-found",
    "uncommitted-writer",
]
TROUBLES = [
    "siblings",
    "clock-skew",
    "shared-thread",
    "unfinished-run",
    "failed-head",
    "unanswered-interrupt",
    "subgraph-forgets",
    "thread-id-too-long",
    "schema-behind",
    "schema-elsewhere",
    "redis-expiry",
    "redis-eviction",
    "redis-modules-missing",
    "redis-prefix-shared",
    "unregistered-types",
    "pickled-values",
    "mixed-encryption",
    "store-bloat",
    "sqlite-many-hosts",
    "connection-churn",
    "vulnerable-version",
    "pooler-prepared",
]
#: All that docs promise to tell apart.
EVERY_SLUG = sorted(CAUSES + TROUBLES)
HEADINGS = ["What it finds", "Why it matters", "The evidence", "The fix", "When to mute it"]

every_rule = pytest.mark.parametrize("slug", EVERY_SLUG)


def page_of(slug: str) -> str:
    return (PAGES / f"{slug}.md").read_text(encoding="utf-8")


def words_of(text: str) -> str:
    return " ".join(text.split())


def test_every_rule_is_there_and_no_other() -> None:
    assert sorted(rules()) == EVERY_SLUG


def test_the_causes_are_told_from_the_troubles() -> None:
    assert sorted(slug for slug, rule in rules().items() if rule.cause) == sorted(CAUSES)


def test_every_rule_has_a_page_and_no_page_lacks_its_rule() -> None:
    pages = sorted(path.stem for path in PAGES.glob("*.md") if path != INDEX)
    assert pages == EVERY_SLUG


def test_every_rule_has_a_scenario_and_no_scenario_lacks_its_rule() -> None:
    assert sorted(scenarios()) == EVERY_SLUG


def test_the_list_of_pages_is_as_the_rules_are() -> None:
    assert INDEX.read_text(encoding="utf-8") == make_index(), "run `make rules`"


@every_rule
def test_a_page_has_its_parts_in_their_order(slug: str) -> None:
    lines = page_of(slug).splitlines()
    assert lines[0] == f"# {rules()[slug].problem}"
    assert [line[3:] for line in lines if line.startswith("## ")] == HEADINGS
    for part in page_of(slug).split("\n## ")[1:]:
        assert part.partition("\n")[2].strip(), f"{slug}: nothing is said under {part.splitlines()[0]}"


@every_rule
def test_a_page_says_what_the_rule_says_of_itself(slug: str) -> None:
    rule = rules()[slug]
    status = "error" if rule.severity == "high" else "warning"
    cause = "a cause of lost memory · " if rule.cause else ""
    assert page_of(slug).splitlines()[2].startswith(f"`{slug}` · {cause}{status}")
    assert status_of(rule.severity, "certain") == status


@every_rule
def test_a_page_holds_the_fix_as_the_rule_has_it(slug: str) -> None:
    fix, page = rules()[slug].fix, page_of(slug)
    assert fix.after or fix.note, "a rule without a remedy"
    for code in filter(None, (fix.before, fix.after)):
        assert f"```{fix.language}\n{code}\n```" in page
    assert words_of(fix.note) in words_of(page)


@every_rule
def test_a_page_mutes_with_a_setting_that_works(slug: str) -> None:
    part = page_of(slug).partition("## When to mute it")[2]
    for setting in re.findall(r"`?INSPECTOR_MUTED=([^`\s]+)", part):
        assert {mute.rule for mute in load({"INSPECTOR_MUTED": setting}).muted} == {slug}


@every_rule
def test_a_page_leads_only_to_pages_that_are_there(slug: str) -> None:
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)", page_of(slug)):
        assert (PAGES / target).exists(), f"{slug} leads to {target}"


@every_rule
def test_a_rule_names_what_there_is(slug: str) -> None:
    rule = rules()[slug]
    assert rule.problem != rule.good
    assert not {rule.problem[-1], rule.good[-1]} & set(".!?"), "headlines end without a full stop"
    assert set(rule.explained_by) <= set(rules()) - {slug}
    assert rule.kinds
    assert set(rule.kinds) <= set(EVERY)


@every_rule
def test_a_scenario_raises_the_rule_that_it_is_named_after(slug: str) -> None:
    scenario = scenarios()[slug]
    assert slug in scenario.raises
    assert set(scenario.raises) | set(scenario.raises_unprobed) <= set(rules())
    assert set(scenario.raises_unprobed) <= set(scenario.raises)
    assert scenario.store in rules()[slug].kinds
    assert scenario.broken.keys() == scenario.fixed.keys()
    assert summary_of(slug).endswith(".")
    for hosts in scenario.raises.values():
        assert set(hosts) <= set(scenario.broken) | {""}


@every_rule
def test_fixes_are_code_that_can_be_read(slug: str) -> None:
    fix = rules()[slug].fix
    if fix.language == "python":
        for code in filter(None, (fix.before, fix.after)):
            ast.parse(code)
