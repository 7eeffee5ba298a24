"""The command line: our commands first, and sentences where a traceback would help nobody."""

from __future__ import annotations

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


def test_djangos_own_commands_are_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check"]) == 0
    assert "no issues" in capsys.readouterr().out
