"""Writes `docs/rules/README.md`, the list of the rules' pages: `make rules`, or `python -m inspector.demo.rule_index`.

Whether a rule needs the probe is what its scenario says, which the tests play: raised while no worker runs it, or not.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import django

PAGES = Path(__file__).parents[2] / "docs" / "rules"
INDEX = PAGES / "README.md"
_KINDS = {"postgres": "Postgres", "redis": "Redis", "sqlite": "SQLite"}
_TEXT = """\
# Rules of the diagnosis

Written by `make rules` from the rules themselves. Each rule is told on the page `/doctor/` of the dashboard and by
[`inspector doctor`](../how-to/diagnose-lost-memory.md). `inspector demo --scenario RULE` shows one in real processes,
and with `--fixed` its remedy.

An **error** loses memory; a **warning** loses some of it, will do so, or costs. What is only possible is never called
an error. **Needs the probe** means that the rule cannot tell without [the probe](../how-to/see-reads-per-worker.md)
in the workers, and then says so; **in part** that the store alone shows some forms of it, or shows it later.

## Causes: why memory does not persist when scaling

{causes}

## Troubles of a store and its threads

{troubles}
"""
_HEAD = "| Rule | What it finds | Says | Needs the probe | Stores |\n|---|---|---|---|---|"


def make_index() -> str:
    """The whole file."""
    from inspector.doctor.rules import rules

    causes = [slug for slug, rule in rules().items() if rule.cause]
    troubles = [slug for slug in rules() if slug not in causes]
    return _TEXT.format(causes=_table(causes), troubles=_table(troubles))


def _table(slugs: Iterable[str]) -> str:
    return "\n".join([_HEAD, *map(_row, slugs)])


def _row(slug: str) -> str:
    from inspector.doctor.rules import rules

    rule = rules()[slug]
    stores = "all" if len(rule.kinds) == len(_KINDS) else ", ".join(_KINDS[kind] for kind in rule.kinds)
    says = "error" if rule.severity == "high" else "warning"
    return f"| [`{slug}`]({slug}.md) | {rule.problem} | {says} | {_needs_probe(slug)} | {stores} |"


def _needs_probe(slug: str) -> str:
    from inspector.demo.scenarios import scenarios

    scenario = scenarios().get(slug)
    if scenario is None or slug in scenario.raises_unprobed:
        return "no"
    return "in part" if scenario.partly_unprobed else "yes"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "inspector.settings")
    django.setup()
    INDEX.write_text(make_index(), encoding="utf-8")


if __name__ == "__main__":
    main()
