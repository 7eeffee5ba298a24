"""Where Chromium is. The tests drive the one that the machine has; none is downloaded."""

from __future__ import annotations

import os
import shutil

import pytest

#: Chromium asks its maker for nothing, and runs where there is no sandbox (a container, root).
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find_chromium() -> str | None:
    """The path of INSPECTOR_CHROMIUM, or of the first Chromium or Chrome on the PATH."""
    if named := os.environ.get("INSPECTOR_CHROMIUM"):
        return shutil.which(named)
    return next(filter(None, map(shutil.which, NAMES)), None)


def require_chromium() -> str:
    """Chromium's path. Without one the test is skipped, or fails where INSPECTOR_REQUIRE_BROWSER is set."""
    if found := find_chromium():
        return found
    said = "no Chromium on the PATH; install it, or name one in INSPECTOR_CHROMIUM"
    if os.environ.get("INSPECTOR_REQUIRE_BROWSER"):
        pytest.fail(said, pytrace=False)
    pytest.skip(f"browser tests: {said}")
