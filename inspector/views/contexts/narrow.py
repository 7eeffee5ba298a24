"""The list of steps as it is narrowed, and by what it can be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """A node, source, host or mark, and how many steps of the page have it."""

    value: str
    steps: int
    current: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """All of one kind: `name` is the parameter's."""

    name: str
    choices: tuple[Choice, ...]
    chosen: bool


@dataclass(frozen=True, slots=True)
class Narrowed:
    """`steps` of the page's are left. `asked` is what narrows them, nothing where all are listed."""

    choices: tuple[Choices, ...]
    steps: int
    asked: tuple[str, ...]
