"""The wheel, built once from the checkout and installed into an empty folder, offline."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.packaging.builds import ROOT, built, run


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An otherwise empty folder with the wheel installed into it."""
    target = tmp_path_factory.mktemp("installed")
    options = ["--quiet", "--no-index", "--no-deps", f"--target={target}"]
    pip: list[str | Path] = [sys.executable, "-m", "pip", "install", *options, wheel]
    done = run(pip, target, PIP_CONFIG_FILE=os.devnull, PIP_NO_COMPILE="1")
    assert done.returncode == 0, done.stderr
    return target
