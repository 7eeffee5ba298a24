"""The wheel: what it carries, what it asks for, and that it works where there is nothing else.

Built once from the checkout, installed into an empty folder, offline. Python finds that folder before the
checkout.
"""

from __future__ import annotations

import sys
import tarfile
import zipfile
from email.message import Message
from email.parser import HeaderParser
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from inspector import __version__
from inspector.cli import EXTRAS
from tests.packaging.builds import ROOT, built, run


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def metadata_of(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return HeaderParser().parsestr(archive.read(name).decode())


def files_under(folder: str, pattern: str = "*") -> set[Path]:
    files = {path for path in (ROOT / folder).rglob(pattern) if path.is_file()}
    return {path for path in files if "__pycache__" not in path.parts and not path.name.startswith(".")}


def test_it_carries_everything_the_dashboard_needs(wheel: Path) -> None:
    expected = {str(path.relative_to(ROOT)) for path in files_under("inspector")}
    for folder, inside in (("templates", "templates"), ("static", "static"), ("docs/rules", "rules")):
        found = {str(path.relative_to(ROOT / folder)) for path in files_under(folder)}
        assert found, f"{folder}/ is empty"
        expected |= {f"inspector/_web/{inside}/{name}" for name in found}
    assert {"inspector/py.typed", "inspector/settings.py"} < expected
    assert expected - names_in(wheel) == set()


def test_it_carries_nothing_else(wheel: Path) -> None:
    top = {name.partition("/")[0] for name in names_in(wheel)}
    assert top == {"inspector", f"langgraph_checkpoint_inspector-{__version__}.dist-info"}


def test_the_sdist_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    source, again = tmp_path / "source", tmp_path / "again"
    source.mkdir()
    again.mkdir()
    with tarfile.open(built("sdist", ROOT, tmp_path)) as archive:
        archive.extractall(source, filter="data")
    (unpacked,) = source.iterdir()
    with zipfile.ZipFile(wheel) as first, zipfile.ZipFile(built("wheel", unpacked, again)) as second:
        assert {info.filename: info.CRC for info in first.infolist()} == {
            info.filename: info.CRC for info in second.infolist()
        }


def test_the_base_install_asks_for_nothing(wheel: Path) -> None:
    metadata = metadata_of(wheel)
    assert set(metadata.get_all("Provides-Extra", [])) == {"dashboard", "demo", "oidc"}
    unconditional = []
    for text in metadata.get_all("Requires-Dist", []):
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            unconditional.append(text)
    assert unconditional == []


@pytest.mark.parametrize("extra", ["dashboard", "oidc", "demo"])
def test_the_command_knows_what_each_extra_brings(wheel: Path, extra: str) -> None:
    """A missing extra is told by the modules in `cli.EXTRAS`, which must not fall behind pyproject.toml. Not by those
    that only some platforms have: what needs them does without where they are missing."""
    anywhere = {"extra": extra, "sys_platform": "another", "platform_machine": "another"}
    wanted = set()
    for requirement in map(Requirement, metadata_of(wheel).get_all("Requires-Dist", [])):
        own = requirement.name == "langgraph-checkpoint-inspector"
        if not own and requirement.marker and requirement.marker.evaluate(anywhere):
            wanted.add(canonicalize_name(requirement.name))
    modules = packages_distributions()
    brought = (
        name for module in EXTRAS["dashboard"] + EXTRAS["oidc"] + EXTRAS["demo"] for name in modules.get(module, ())
    )
    known = {canonicalize_name(name) for name in brought}
    assert wanted - known == set()


def test_the_command_tells_its_version(installed: Path) -> None:
    script = installed / "bin" / "inspector"
    for command in ([sys.executable, script], [sys.executable, "-m", "inspector"]):
        done = run([*command, "--version"], installed, PYTHONPATH=str(installed))
        assert (done.returncode, done.stdout) == (0, f"langgraph-checkpoint-inspector {__version__}\n"), done.stderr


def test_without_the_extra_the_command_says_how_to_install_it(installed: Path) -> None:
    """`-S` leaves out every installed package, so that only Python's own library and the wheel are there."""
    done = run([sys.executable, "-S", "-m", "inspector", "serve"], installed, PYTHONPATH=str(installed))
    assert done.returncode == 2
    assert 'pip install "langgraph-checkpoint-inspector[dashboard]"' in done.stderr
    assert "Traceback" not in done.stderr


CHECK = """
import sys
from pathlib import Path
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.template.loader import get_template
import django
django.setup()
call_command("check", fail_level="WARNING")
target = Path(sys.argv[1]).resolve()
web = target / "inspector" / "_web"
for path in (web / "templates").rglob("*.html"):
    found = get_template(str(path.relative_to(web / "templates"))).origin.name
    assert Path(found) == path, found
for path in (web / "static").rglob("*"):
    if path.is_file():
        assert finders.find(str(path.relative_to(web / "static"))) == str(path), path
assert settings.RULE_PAGES == web / "rules"
assert list(settings.RULE_PAGES.glob("*.md"))
"""


def test_an_install_finds_its_templates_and_static_files(installed: Path, tmp_path: Path) -> None:
    done = run(
        [sys.executable, "-W", "error", "-c", CHECK, installed],
        tmp_path,
        PYTHONPATH=str(installed),
        DJANGO_SETTINGS_MODULE="inspector.settings",
        INSPECTOR_DATA_DIR=str(tmp_path),
    )
    assert done.returncode == 0, done.stderr
