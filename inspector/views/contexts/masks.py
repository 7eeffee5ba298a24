"""`/masks/`: what is masked, by which rule, and a place to try a rule on a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from inspector.views.contexts.bar import Bar
from inspector.views.contexts.base import page_only


@dataclass(frozen=True, slots=True)
class MaskRule:
    """`kind` is "built in", "preset", "pattern", "path" or "key"; `line` that of INSPECTOR_MASKS, 0 for a built-in
    one. `says` is what it masks, or the line as it was written."""

    label: str
    kind: str
    says: str
    line: int


@dataclass(frozen=True, slots=True)
class MaskedPart:
    """A piece of the tried text as it is seen; `label` is that of the rule that masked it, "" for what stays."""

    text: str
    label: str


@dataclass(frozen=True, slots=True)
class MaskTrial:
    """What came of a try: `read_as` is "json" or "text", `labels` the rules that masked something."""

    read_as: str
    parts: tuple[MaskedPart, ...]
    labels: tuple[str, ...]
    masked: int


@dataclass(frozen=True, slots=True)
class MaskForm:
    text: str = ""
    rule: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MasksPage:
    """`off` are built-in masks that the setting switches off."""

    rules: tuple[MaskRule, ...]
    off: tuple[str, ...]
    trial: MaskTrial | None
    bar: Bar = page_only()
    form: MaskForm = page_only()
    built_in: tuple[MaskRule, ...] = page_only()
    configured: tuple[MaskRule, ...] = page_only()
