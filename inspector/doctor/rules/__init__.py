"""The rules, one a file, each with a `RULE`. A new file is found by itself."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from inspector.doctor.rule import Rule


@functools.cache
def rules() -> dict[str, Rule]:
    """Every rule by its slug: causes first, then what hurts most, then by name."""
    found: list[Rule] = []
    for info in pkgutil.iter_modules(__path__):
        rule = importlib.import_module(f"{__name__}.{info.name}").RULE
        if rule.slug != info.name.replace("_", "-"):
            raise ValueError(f"the rule in {info.name}.py is called {rule.slug}")
        found.append(rule)
    found.sort(key=lambda rule: (not rule.cause, ("high", "medium", "low").index(rule.severity), rule.slug))
    return {rule.slug: rule for rule in found}
