"""All services of compose.yaml, running: real workers, real customers, a real Postgres and the dashboard."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from inspector.demo.binaries import postgres_binaries, server_user
from inspector.demo.embedded import EmbeddedPostgres
from tests.integration.postgres.polling import wait_for
from tests.packaging.builds import ROOT
from tests.packaging.composed import COMPOSE, OURS, SERVICES, WORKERS, Composed, ended, get, make_databases, mounts
from tests.ports import free_port


@pytest.fixture(scope="module")
def composed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composed]:
    """All of it, in the order in which the services wait for each other."""
    volumes = tmp_path_factory.mktemp("volumes")
    for name in COMPOSE["volumes"]:
        (volumes / name).mkdir()
    with ExitStack() as stack:
        postgres = stack.enter_context(EmbeddedPostgres())
        port = free_port()
        it = Composed(volumes, postgres, f"http://127.0.0.1:{port}", {})
        stack.enter_context(ended(it.processes))
        secrets = volumes / "secrets"
        secrets.mkdir()
        for source, place in mounts(SERVICES["secrets"]):
            if place.startswith("/secrets/"):
                (secrets / Path(place).name).symlink_to(volumes / source)
        yield _started(it, port)


def _started(it: Composed, port: int) -> Composed:
    server = quote(re.sub(r".*host=", "", it.postgres.url), safe="")
    make = ["sh", str(ROOT / "docs/deploy/compose/make-secrets.sh"), str(it.volumes / "secrets")]
    for _ in range(2):  # a second start changes nothing
        subprocess.run(make, env={**os.environ, "POSTGRES_AT": server}, check=True, timeout=60)
    make_databases(it, postgres_binaries(server_user(), it.volumes))
    ports = {name: free_port() for name in WORKERS}
    for name in WORKERS:
        it.start(name, f"--port={ports[name]}")
        wait_for(lambda name=name: get(f"http://127.0.0.1:{ports[name]}/health"), seconds=60)
    it.run("first-user")
    it.run("first-user")
    it.start("dashboard", "--host=127.0.0.1", f"--port={port}")
    it.start("customers", *(f"{name}=http://127.0.0.1:{at}" for name, at in ports.items()), "--pace=50")
    return it


def test_the_workers_conversations_reach_the_dashboard(composed: Composed) -> None:
    token = composed.secret("inspector", "metrics-token")

    def hosts() -> bool:
        text = get(f"{composed.at}/-/metrics", token)
        wrote = re.findall(r'^checkpoint_inspector_host_writes\{host="([\w-]+)",store="shop"\}', text, re.MULTILINE)
        read = re.findall(r'^checkpoint_inspector_host_reads\{host="([\w-]+)",store="shop"\}', text, re.MULTILINE)
        return set(wrote) == set(read) == set(WORKERS)

    wait_for(hosts, seconds=90)
    assert [composed.log(name) for name in WORKERS if "Traceback" in composed.log(name)] == []


def test_nobody_gets_in_without_the_first_users_password(composed: Composed) -> None:
    wait_for(lambda: get(f"{composed.at}/-/health"), seconds=60)
    page = get(f"{composed.at}/threads/")
    assert 'type="password"' in page
    assert "web-1" not in page


@pytest.mark.parametrize(
    ("role", "secret", "database", "refused"),
    [
        ("checkpoint_inspector", "reader", "shop", "INSERT INTO checkpoint_migrations VALUES (99)"),
        ("checkpoint_inspector", "reader", "shop", "SET default_transaction_read_only = off; CREATE TABLE t ()"),
        ("checkpoint_inspector", "reader", "inspector", "SELECT 1"),
        ("worker", "worker", "inspector", "SELECT 1"),
        ("inspector", "index", "shop", "SELECT 1"),
        ("worker", "reader", "shop", "SELECT 1"),
    ],
)
def test_a_login_can_do_what_it_is_for_and_no_more(
    composed: Composed, role: str, secret: str, database: str, refused: str
) -> None:
    url = composed.postgres.url_for(database, user=role, password=composed.secret("postgres", secret))
    with pytest.raises(psycopg.Error), psycopg.connect(url, autocommit=True) as connection:
        connection.execute(refused)  # type: ignore[arg-type]


def test_the_reader_reads_every_table_of_the_store(composed: Composed) -> None:
    url = composed.postgres.url_for("shop", user="checkpoint_inspector", password=composed.secret("postgres", "reader"))
    with psycopg.connect(url) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        assert {"checkpoints", "checkpoint_blobs", "checkpoint_writes"} <= {name for (name,) in tables}
        for (name,) in tables:
            connection.execute(f'SELECT FROM "{name}" LIMIT 1')  # type: ignore[arg-type]


def test_every_password_is_another_and_every_file_of_a_setting_is_made(composed: Composed) -> None:
    made = [path for path in composed.volumes.glob("*-secrets/*") if "url" not in path.name and path.name != "stores"]
    assert len({path.read_text() for path in made}) == len(made) == 7
    assert all(len(path.read_text().strip()) == 32 for path in made)
    for name in OURS:
        files = {key: text for key, text in composed.environment(name).items() if key.endswith("_FILE")}
        assert [key for key, text in files.items() if key.startswith("INSPECTOR_") and not Path(text).is_file()] == []


def test_services_of_other_users_can_read_their_secrets(composed: Composed) -> None:
    for path in composed.volumes.glob("*-secrets/*"):
        assert path.stat().st_mode & stat.S_IROTH


def test_all_of_it_ends_in_good_order(composed: Composed) -> None:
    """On processes of its own: the others' go on."""
    extra = Composed(composed.volumes, composed.postgres, composed.at, {})
    with ended(extra.processes):
        ports = {name: free_port() for name in ("web-2", "dashboard")}
        extra.start("web-2", f"--port={ports['web-2']}")
        extra.start("dashboard", "--host=127.0.0.1", f"--port={ports['dashboard']}")
        wait_for(lambda: get(f"http://127.0.0.1:{ports['web-2']}/health"), seconds=60)
        wait_for(lambda: get(f"http://127.0.0.1:{ports['dashboard']}/-/health"), seconds=60)
        for process in extra.processes.values():
            process.send_signal(signal.SIGTERM)
        assert [process.wait(60) for process in extra.processes.values()] == [0, 0]
