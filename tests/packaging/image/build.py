"""Executes the steps of a Dockerfile, stage by stage, each in a box."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.packaging.image.box import PATH, Box, Layers, make_base
from tests.packaging.image.dockerfile import Instruction, expand, ignored, read_dockerfile, read_ignore

STEP_SECONDS = 300


class StepError(AssertionError):
    """A step that failed, with its last words."""


@dataclass
class Image:
    """A stage that is built: its files, and what `docker run` would take from it."""

    layers: Layers
    environment: dict[str, str]
    workdir: str = "/"
    user: str = "0"
    entrypoint: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)
    healthcheck: list[str] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)


class Builder:
    """`Builder(text, context, scratch).image("dashboard")`. Stages are built when asked for, once."""

    def __init__(self, dockerfile: str, context: Path, scratch: Path) -> None:
        self.stages = read_dockerfile(dockerfile)
        self._scratch = scratch
        self._context = scratch / "context"
        _copy_context(context, self._context)
        self._base = make_base(scratch / "machine")
        self._images: dict[str, Image] = {}
        self._registry, self._binds = _registry()

    def image(self, name: str) -> Image:
        if name not in self._images:
            self._images[name] = self._build(name)
        return self._images[name]

    def _build(self, name: str) -> Image:
        stage = self.stages[name]
        if stage.base in self.stages:
            below = self.image(stage.base)
            image = Image(below.layers, dict(below.environment), below.workdir, below.user)
        else:
            assert stage.base.startswith("python:"), stage.base  # what the base of boxes stands for
            image = Image(self._base, {"PATH": PATH})
        image.layers = image.layers.with_new(self._scratch / name)
        for step in stage.steps:
            self._take(step, image)
        return image

    def _take(self, step: Instruction, image: Image) -> None:
        match step.name:
            case "RUN":
                self._run(step, image)
            case "COPY":
                self._copy(step, image)
            case "ENV":
                image.environment |= {key: expand(text, image.environment) for key, text in step.pairs().items()}
            case "WORKDIR":
                image.workdir = step.text
                self._execute(step, Box(image.layers, image.environment), ["mkdir", "-p", step.text])
            case "USER":
                image.user = step.text
            case "ENTRYPOINT":
                image.entrypoint, image.command = step.words(), []
            case "CMD":
                image.command = step.words()
            case "HEALTHCHECK":
                image.healthcheck = Instruction("CMD", step.text.partition("CMD ")[2], step.line).words()
            case "VOLUME":
                image.volumes += step.words()
            case "EXPOSE":
                image.ports += map(int, step.words())
            case "LABEL":
                image.labels |= step.pairs()
            case _:
                raise ValueError(f"{step}: not known here")

    def _run(self, step: Instruction, image: Image) -> None:
        box = Box(image.layers, self._registry | image.environment, image.workdir, image.user, binds=self._binds)
        self._execute(step, box, ["/bin/sh", "-c", step.text])

    def _copy(self, step: Instruction, image: Image) -> None:
        """As COPY does: a directory's contents, a file into a directory where the target ends in a slash or there are
        several. All of it belongs to root."""
        *sources, target = (word for word in step.words() if not word.startswith("--"))
        flags = [word for word in step.words() if word.startswith("--")]
        assert all(flag.startswith("--from=") for flag in flags), step
        lines = ["set -e", *image.layers.mounts()]
        origin = self._context
        if flags:
            other = self.image(flags[0].removeprefix("--from="))
            # Layered anew: what is seen of a stage is not what its topmost layer holds.
            seen = other.layers.with_new(self._scratch / f"{image.layers.stack[-1].name}-{step.line}")
            lines += seen.mounts()
            origin = seen.root
        into = image.layers.root / os.path.join(image.workdir, target).lstrip("/")
        is_folder = target.endswith("/") or len(sources) > 1
        for source in sources:
            at = shlex.quote(str(origin / source.lstrip("/")))
            to = shlex.quote(str(into))
            lines.append(f"if [ -d {at} ]; then mkdir -p {to}; cp -a --no-preserve=ownership {at}/. {to}/")
            parent = to if is_folder else shlex.quote(str(into.parent))
            lines.append(f"else mkdir -p {parent}; cp -a --no-preserve=ownership {at} {to}; fi")
        _checked(step, ["unshare", "--mount", "sh", "-c", "\n".join(lines)])

    def _execute(self, step: Instruction, box: Box, words: list[str]) -> None:
        _checked(step, box.command(words))


def _checked(step: Instruction, command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=STEP_SECONDS, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise StepError(f"{step}\nended with {done.returncode}:\n{(done.stdout + done.stderr)[-3000:]}")


def _copy_context(checkout: Path, target: Path) -> None:
    """What git holds of the checkout or would, less what .dockerignore leaves out."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=checkout, capture_output=True, text=True, check=True).stdout.splitlines()
    rules = read_ignore(checkout / ".dockerignore")
    for name in names:
        if (checkout / name).is_file() and not ignored(name, rules):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(checkout / name, target / name)


def _registry() -> tuple[dict[str, str], dict[str, tuple[Path, bool]]]:
    """How packages are got here: pip's settings as variables, and the directories that they name."""
    pip = [sys.executable, "-m", "pip", "config", "list"]
    text = subprocess.run(pip, capture_output=True, text=True, check=True).stdout
    settings = re.findall(r"^(?:global|:env:)\.([\w-]+)='(.*)'$", text, flags=re.MULTILINE)
    environment = {f"PIP_{key.upper().replace('-', '_')}": value for key, value in settings if "cache" not in key}
    proxies = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    folders = {
        folder.rstrip("/") for folder in re.findall(r"(?:file://|^|\s)(/[^\s']+)", " ".join(environment.values()))
    }
    folders = {folder.removesuffix("/simple") for folder in folders}  # an index, whose files lie beside it
    binds = {folder: (Path(folder), False) for folder in folders if Path(folder).is_dir()}
    return environment | proxies, binds
