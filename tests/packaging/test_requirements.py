"""The pinned requirement files: one version of everything, every file by its hash, and no address."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "requirements"
LOCKED = sorted(path.name for path in FOLDER.glob("*.txt") if path.name != "constraints.txt")


def pins_of(name: str) -> dict[str, str]:
    """Each pin with its environment marker, and the hashes behind it."""
    text = (FOLDER / name).read_text(encoding="utf-8")
    lines = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).replace(" \\\n", "").splitlines()
    return {pin.strip(): hashes for pin, _, hashes in (line.partition(" --hash=") for line in lines)}


def test_all_of_them_are_there() -> None:
    assert LOCKED == ["build.txt", "dashboard.txt", "demo.txt", "dev.txt", "sbom.txt", "workers.txt"]


@pytest.mark.parametrize("name", LOCKED)
def test_every_requirement_is_pinned_and_hashed(name: str) -> None:
    pins = pins_of(name)
    assert pins
    assert [pin for pin, hashes in pins.items() if "==" not in pin or "sha256:" not in hashes] == []


@pytest.mark.parametrize("name", LOCKED)
def test_no_address_or_path_is_written_down(name: str) -> None:
    assert re.findall(r".*(?:://|file:|--index|--find-links|^-e ).*", (FOLDER / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", LOCKED)
def test_what_is_installed_elsewhere_is_what_was_tested(name: str) -> None:
    """The same version in each file; a marker may be narrower where fewer packages ask for it."""
    tested = {pin.partition(" ;")[0] for pin in pins_of("dev.txt")}
    assert {pin.partition(" ;")[0] for pin in pins_of(name)} - tested == set()


def test_every_lock_file_serves_the_oldest_python_with_djangos_lts() -> None:
    (django,) = (pin for pin in pins_of("dashboard.txt") if pin.startswith("django=="))
    assert django.startswith("django==5.2.")
