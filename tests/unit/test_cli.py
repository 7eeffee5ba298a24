"""The command line: our commands first, and sentences where a traceback would help nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import inspector
from inspector import cli


@pytest.fixture(autouse=True)
def own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command names its settings in the environment; put back what the tests use."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "tests.settings")


@pytest.mark.parametrize("arguments", [[], ["--help"], ["-h"], ["help"]])
def test_alone_it_lists_every_command_of_ours_with_a_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    for command in (Path(inspector.__file__).parent / "management" / "commands").glob("[!_]*.py"):
        if command.stem == "inspector":  # for somebody else's `manage.py`
            assert not any(line.startswith("  inspector ") for line in lines)
            continue
        (line,) = (line for line in lines if line.startswith(f"  {command.stem} "))
        assert line.split(maxsplit=1)[1:], f"{command.stem} has no help"


@pytest.mark.parametrize("argument", ["--version", "version"])
def test_it_tells_its_version(argument: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([argument]) == 0
    assert capsys.readouterr().out == f"langgraph-checkpoint-inspector {inspector.__version__}\n"


def test_without_an_extra_it_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "EXTRAS", {"dashboard": ("no_such_module_here",), "demo": ()})
    assert cli.main(["check"]) == 2
    assert "langgraph-checkpoint-inspector[dashboard]" in capsys.readouterr().err


def test_an_interrupt_ends_it_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(arguments: list[str]) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("django.core.management.execute_from_command_line", interrupt)
    assert cli.main(["check"]) == cli.INTERRUPTED == 130
    assert capsys.readouterr().err == ""


def test_djangos_own_commands_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check"]) == 0
    assert "no issues" in capsys.readouterr().out


@pytest.mark.parametrize("spelling", [[], ["help"], ["--help"], ["-h"]])
def test_help_lists_the_commands_whatever_the_settings_are(spelling: list[str]) -> None:
    """In a process of its own: there, unlike in a test, Django has not been set up before."""
    environ = {**os.environ, "INSPECTOR_STORES": "no url at all"}
    done = subprocess.run(
        [sys.executable, "-m", "inspector", *spelling], env=environ, capture_output=True, text=True, check=True
    )

    for command in ("demo", "serve", "sync", "grants"):
        assert f"\n  {command} " in done.stdout
    assert not done.stderr
