"""Browser tests skip on a machine without a browser, and never where they are required."""

from __future__ import annotations

import sys

import pytest

from tests.browser.chromium import find_chromium, require_chromium


def test_the_named_browser_counts_before_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSPECTOR_CHROMIUM", sys.executable)
    assert find_chromium() == require_chromium() == sys.executable


def test_without_one_the_tests_skip_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INSPECTOR_REQUIRE_BROWSER", raising=False)
    monkeypatch.delenv("INSPECTOR_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(pytest.skip.Exception, match="INSPECTOR_CHROMIUM"):
        require_chromium()


def test_where_browsers_are_required_they_fail_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSPECTOR_REQUIRE_BROWSER", "1")
    monkeypatch.setenv("INSPECTOR_CHROMIUM", "no-such-browser")
    with pytest.raises(pytest.fail.Exception, match="no Chromium"):
        require_chromium()
