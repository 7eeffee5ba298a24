"""Builds the project and runs what came of it, apart from the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run(arguments: Sequence[str | Path], cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a process that sees no setting and no path of the tests' own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "DJANGO"))}
    return subprocess.run(
        [*map(str, arguments)], cwd=cwd, env=inherited | environ, capture_output=True, text=True, timeout=120
    )


def built(target: str, source: Path, folder: Path) -> Path:
    """Build an sdist or a wheel of `source`, as the build backend's own command does."""
    done = run([sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", folder], source)
    assert done.returncode == 0, done.stderr
    (result,) = (path for path in folder.iterdir() if path.suffix in (".whl", ".gz"))
    return result
