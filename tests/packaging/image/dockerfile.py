"""Reads a Dockerfile: the instructions that ours uses. Any other one is an error, so that none goes untried."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

KNOWN = {
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "RUN",
    "USER",
    "VOLUME",
    "WORKDIR",
}


@dataclass(frozen=True)
class Instruction:
    """One step: its name, its text without the name, and the line it begins in."""

    name: str
    text: str
    line: int

    def words(self) -> list[str]:
        """As JSON where it is a list, else as a shell splits it."""
        return list(json.loads(self.text)) if self.text.startswith("[") else shlex.split(self.text)

    def pairs(self) -> dict[str, str]:
        """Of `ENV A=b C="d e"`."""
        return dict(word.split("=", 1) for word in shlex.split(self.text))

    def __str__(self) -> str:
        return f"line {self.line}: {self.name} {self.text}"


@dataclass
class Stage:
    """`base` is the name of a stage before it, or of an image."""

    name: str
    base: str
    steps: list[Instruction] = field(default_factory=list)


def read_dockerfile(text: str) -> dict[str, Stage]:
    """The stages by name, in their order. Raises ValueError for what it does not know."""
    arguments: dict[str, str] = {}
    stages: dict[str, Stage] = {}
    for instruction in _instructions(text):
        if instruction.name == "ARG":
            if stages:
                raise ValueError(f"{instruction}: ARG within a stage is not known here")
            arguments |= instruction.pairs()
        elif instruction.name == "FROM":
            base, _, name = expand(instruction.text, arguments).partition(" AS ")
            stages[name] = Stage(name, base)
            if not name or " " in name + base:
                raise ValueError(f"{instruction}: every stage has a name here")
        elif instruction.name in KNOWN:
            list(stages.values())[-1].steps.append(instruction)
        else:
            raise ValueError(f"{instruction}: not known here")
    return stages


def expand(text: str, values: dict[str, str]) -> str:
    """`$NAME` and `${NAME}`; one that is not set becomes nothing, as in a build."""
    return re.sub(r"\$(?:\{(\w+)\}|(\w+))", lambda match: values.get(match[1] or match[2], ""), text)


def _instructions(text: str) -> list[Instruction]:
    """Lines that end in a backslash go on in the next; comments and empty lines between them do not count."""
    found: list[Instruction] = []
    whole, begun = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        begun = begun or number
        whole += line.strip().removesuffix("\\")
        if not line.rstrip().endswith("\\"):
            name, _, rest = whole.partition(" ")
            found.append(Instruction(name.upper(), rest.strip(), begun))
            whole, begun = "", 0
    return found


def ignored(path: str, rules: list[str]) -> bool:
    """Whether a .dockerignore leaves out this file of the context; the last rule that fits it, or a folder around it,
    decides."""
    out = False
    for rule in rules:
        pattern = _pattern(rule.lstrip("!"))
        parts = path.split("/")
        if any(pattern.fullmatch("/".join(parts[: length + 1])) for length in range(len(parts))):
            out = not rule.startswith("!")
    return out


def _pattern(rule: str) -> re.Pattern[str]:
    words = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", rule.strip("/"))
    return re.compile("".join(words.get(part, re.escape(part)) for part in parts))


def read_ignore(path: Path) -> list[str]:
    lines = (line.strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith("#")]
