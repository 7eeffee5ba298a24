"""Arguments win over the environment, and the environment has an order."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.probe.settings import read_settings

_NAMES = ("LEDGER_URL", "LEDGER_URL_FILE", "HOSTNAME", "PROBE_STAMP", "PROBE_IDENTIFY", "PROBE")


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*(f"INSPECTOR_{name}" for name in _NAMES), "POD_NAME", "HOSTNAME"):
        monkeypatch.delenv(name, raising=False)


def test_by_default_there_is_no_ledger_and_the_machine_names_the_host() -> None:
    settings = read_settings()
    assert (settings.ledger, settings.stamp, settings.enabled, settings.identify) == ("", True, True, True)
    assert settings.hostname


def test_the_hostname_is_taken_from_the_first_that_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("HOSTNAME", "machine"), ("POD_NAME", "pod"), ("INSPECTOR_HOSTNAME", "mine")):
        monkeypatch.setenv(name, value)
        assert read_settings().hostname == value


def test_the_ledger_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "url"
    monkeypatch.setenv("INSPECTOR_LEDGER_URL_FILE", str(file))
    assert read_settings().ledger == ""
    file.write_text("redis://from-file\n")
    assert read_settings().ledger == "redis://from-file"
    monkeypatch.setenv("INSPECTOR_LEDGER_URL", "redis://set")
    assert read_settings().ledger == "redis://set"


@pytest.mark.parametrize("value", ["off", "0", "False", "no"])
def test_the_probe_its_stamp_and_its_logins_can_be_turned_off(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("INSPECTOR_PROBE", value)
    monkeypatch.setenv("INSPECTOR_PROBE_STAMP", value)
    monkeypatch.setenv("INSPECTOR_PROBE_IDENTIFY", value)
    settings = read_settings()
    assert (settings.enabled, settings.stamp, settings.identify) == (False, False, False)


def test_arguments_win_and_the_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSPECTOR_LEDGER_URL", "redis://a:secret@b")
    settings = read_settings().with_arguments(None, "mine", False)
    assert (settings.ledger, settings.hostname, settings.stamp) == ("redis://a:secret@b", "mine", False)
    assert "secret" not in repr(settings)
    assert read_settings().with_arguments("redis://other", None, None).ledger == "redis://other"
