"""What goes wrong between workers, one a file, named like the rule that finds it: a docstring that says what happens,
and a `SCENARIO` with the broken pattern and its fix. A new file is found by itself."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from inspector.demo.lab.scenario import Scenario


@functools.cache
def scenarios() -> dict[str, Scenario]:
    """Every scenario by its slug, in alphabetical order."""
    found = {}
    for info in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        found[info.name.replace("_", "-")] = importlib.import_module(f"{__name__}.{info.name}").SCENARIO
    return found


def summary_of(slug: str) -> str:
    """The first line of its docstring."""
    module = importlib.import_module(f"{__name__}.{slug.replace('-', '_')}")
    return (module.__doc__ or "").splitlines()[0]
