"""Fixtures of the tests that drive a browser."""

from __future__ import annotations

import pytest

from tests.browser.chromium import require_chromium


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the Chromium to drive; skips, or fails in continuous integration, where there is none."""
    return require_chromium()
