"""compose.yaml: its form by compose's own schema, and that whatever it refers to is there."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.packaging.builds import ROOT
from tests.packaging.composed import COMPOSE, OURS, SERVICES, STAGES, mounts


def test_compose_knows_every_word_of_it() -> None:
    schema = ["--builtin-schema", "vendor.compose-spec", ROOT / "compose.yaml"]
    done = subprocess.run([sys.executable, "-m", "check_jsonschema", *schema], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_whatever_it_refers_to_is_there() -> None:
    sources = {source for service in SERVICES.values() for source, _ in mounts(service)}
    files = {source for source in sources if source.startswith(".")}
    assert [file for file in files if not (ROOT / file).is_file()] == []
    assert sources - files == set(COMPOSE["volumes"])
    assert {name for service in SERVICES.values() for name in service.get("networks", [])} == set(COMPOSE["networks"])
    assert {name for service in SERVICES.values() for name in service.get("depends_on", {})} <= SERVICES.keys()
    assert {service["build"]["target"] for service in SERVICES.values() if "build" in service} <= STAGES.keys()


def test_an_image_is_always_built_from_the_same_stage() -> None:
    built = {(SERVICES[name]["image"], SERVICES[name]["build"]["target"]) for name in OURS}
    assert built == {("checkpoint-inspector", "dashboard"), ("checkpoint-inspector-workers", "workers")}
    assert re.fullmatch(r"postgres:\d+-\w+", SERVICES["postgres"]["image"])


@pytest.mark.parametrize("name", OURS)
def test_a_service_of_ours_may_write_its_volumes_and_temporary_files(name: str) -> None:
    service = SERVICES[name]
    assert (service["read_only"], service["cap_drop"], service["tmpfs"]) == (True, ["ALL"], ["/tmp"])  # noqa: S108
    assert service["security_opt"] == ["no-new-privileges:true"]


def test_only_this_machine_reaches_it_and_only_by_the_dashboard() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    (port,) = (step.words()[0] for step in STAGES["dashboard"].steps if step.name == "EXPOSE")
    assert published == {"dashboard": [f"127.0.0.1:{port}:{port}"]}
