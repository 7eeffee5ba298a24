"""Plays, one a file: a docstring that says what happens, and `play(stage)` that makes it happen on real threads.

They show what LangGraph does. What goes wrong between workers is shown by `demo.scenarios`.

A new file is found by itself. Its slug is its name with hyphens.
"""

from __future__ import annotations

import dataclasses
import functools
import importlib
import pkgutil
from collections.abc import Callable

from inspector.demo.graphs.base import Saver
from inspector.demo.stage import Durability, Played, Stage


@dataclasses.dataclass(frozen=True)
class Play:
    """One play: `slug`, its one-line `summary`, and the function that plays it."""

    slug: str
    summary: str
    perform: Callable[[Stage], Played]


@functools.cache
def plays() -> dict[str, Play]:
    """Every play by its slug, in alphabetical order."""
    found = {}
    for module_info in sorted(pkgutil.iter_modules(__path__), key=lambda info: info.name):
        module = importlib.import_module(f"{__name__}.{module_info.name}")
        slug = module_info.name.replace("_", "-")
        found[slug] = Play(slug, (module.__doc__ or "").splitlines()[0], module.play)
    return found


def play(one: Play, checkpointer: Saver, durability: Durability, namespace_prefix: str = "") -> Played:
    """Perform one play through a checkpointer that is set up.

    Thread ids begin with `namespace_prefix` and the slug, so that nothing collides, except in
    `hostile-thread-ids`, whose ids are what they are.
    """
    stage = Stage(checkpointer, durability, f"{namespace_prefix}{one.slug}")
    done = one.perform(stage)
    return dataclasses.replace(done, slug=one.slug, durability=durability)
