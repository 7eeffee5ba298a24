"""From the lines of INSPECTOR_MASKS to rules."""

from __future__ import annotations

import re
from dataclasses import dataclass

from inspector.decode.sight.mask_builtin import BUILT_IN, SECRET_KEYS, built_in
from inspector.decode.sight.mask_places import MOST_PARTS, KeyRule, PathRule
from inspector.decode.sight.mask_presets import PRESETS, preset
from inspector.decode.sight.mask_rule import LABEL, RuleLine, TextRule, compiled, inside, whole

#: Lines of the setting, and characters of one.
MOST_LINES, LONGEST = 200, 2_000

_LABELLED = re.compile(rf"({LABEL})=(?=[a-z]+(?::|$))")
#: What looks at the place between two signs: it can be right of a text and wrong of the bytes around it.
_BETWEEN = re.compile(r"\\[AzbB]|\$|\^|\(\?[a-zA-Z]*m")
_SET = re.compile(r"\[\^")


@dataclass(frozen=True, slots=True)
class Rules:
    """All masks in force. `lines` tells them to people; `text` is the setting as it was written."""

    texts: tuple[TextRule, ...] = ()
    paths: tuple[PathRule, ...] = ()
    keys: tuple[KeyRule, ...] = ()
    secret_keys: bool = True
    off: frozenset[str] = frozenset()
    lines: tuple[RuleLine, ...] = ()
    text: str = ""

    @property
    def labels(self) -> tuple[str, ...]:
        named: tuple[TextRule | PathRule | KeyRule, ...] = (*self.texts, *self.paths, *self.keys)
        return tuple(dict.fromkeys((*BUILT_IN, *(rule.label for rule in named))))


def read_rules(text: str) -> Rules:
    """The built-in masks and those of the setting. Raises ValueError, which names the line and not what is in it."""
    texts: list[TextRule] = []
    paths: list[PathRule] = []
    keys: list[KeyRule] = []
    told: list[RuleLine] = []
    off: set[str] = set()
    for number, line in enumerate(map(str.strip, text.splitlines()), 1):
        if not line or line.startswith("#"):
            continue
        if number > MOST_LINES or len(line) > LONGEST:
            raise ValueError(f"line {number}: at most {MOST_LINES} lines of {LONGEST} characters are taken")
        try:
            if line.startswith("-"):
                off.add(_switched_off(line[1:].strip()))
                continue
            rule, kind = _read_line(line, number)
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from None
        {TextRule: texts, PathRule: paths, KeyRule: keys}[type(rule)].append(rule)  # type: ignore[attr-defined]
        told.append(RuleLine(rule.label, kind, line, number))
    known = [name for name in BUILT_IN if name not in off]
    # A telephone number is the least certain of forms: what is a bank account or a card is told as that.
    texts.sort(key=lambda rule: rule.is_last)
    before = tuple(built_in(name) for name in known if name != SECRET_KEYS)
    lines = (*(RuleLine(name, "built in", BUILT_IN[name]) for name in known), *told)
    own = (tuple(paths), tuple(keys))
    return Rules((*before, *texts), *own, SECRET_KEYS not in off, frozenset(off), lines, text)


def _switched_off(name: str) -> str:
    if name not in BUILT_IN:
        raise ValueError(f"no built-in mask has this name; there are {', '.join(BUILT_IN)}")
    return name


def _read_line(line: str, number: int) -> tuple[TextRule | PathRule | KeyRule, str]:
    """One rule and its kind."""
    labelled = _LABELLED.match(line)
    label, body = (labelled[1], line[labelled.end() :]) if labelled else ("", line)
    kind, colon, rest = body.partition(":")
    if not colon:
        found = preset(kind, label)
        if found is None:
            names = ", ".join(PRESETS)
            raise ValueError(f"neither a preset ({names}) nor pattern:…, path:… or key:…")
        return found, "preset"
    if not rest.strip():
        raise ValueError(f"nothing follows {kind[:10]}:")
    match kind:
        case "pattern":
            return _pattern(rest, label or f"{kind}-{number}"), kind
        case "path":
            return _path(rest.strip(), label or f"{kind}-{number}"), kind
        case "key":
            return KeyRule(label or f"{kind}-{number}", rest.strip().lower()), kind
    raise ValueError("a rule begins with pattern:, path: or key:, or is the name of a preset")


def _pattern(source: str, label: str) -> TextRule:
    pattern = compiled(source)
    if pattern.is_in(""):
        raise ValueError("the pattern matches a text with nothing in it")
    hint = "" if _BETWEEN.search(_SET.sub("[", source)) else source
    spans = inside if "mask" in pattern.names else whole
    return TextRule(label, pattern, hint, spans, digits=1, computed=True)


def _path(text: str, label: str) -> PathRule:
    parts = tuple(part.replace("~1", "/").replace("~0", "~") for part in text.strip("/").split("/"))
    if not all(parts):
        raise ValueError("a part of the path is empty")
    if len(parts) > MOST_PARTS or parts.count("**") > 3:
        raise ValueError(f"a path has at most {MOST_PARTS} parts, and ** three times")
    return PathRule(label, parts)
