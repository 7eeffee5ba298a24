"""The password of the dashboard's login is changed while it is logged in."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from psycopg import sql

from inspector.demo.embedded import PASSWORD_ROLE, EmbeddedPostgres
from tests.faults.bench import ROLE, STORE, reachable, reading
from tests.faults.processes import Instance
from tests.faults.visitors import FROM_INDEX, Seen, check

OLD, NEW = "the-old-one", "the-new-one"


def test_a_password_in_a_passfile_is_read_at_each_login(own_server: EmbeddedPostgres, tmp_path: Path) -> None:
    """libpq's own way: nothing has to be restarted."""
    passfile = tmp_path / "passfile"
    _write(passfile, f"*:*:*:{ROLE}:{OLD}")
    with reachable(own_server) as network:
        rotate(own_server, OLD)
        url = f"postgresql://{ROLE}@127.0.0.1:{network.port}/postgres?passfile={passfile}"
        with reading(own_server, Instance(tmp_path / "own", {STORE: url})) as bench, bench.fault() as seen:
            rotate(own_server, NEW)
            time.sleep(5)
            _write(passfile, f"*:*:*:{ROLE}:{NEW}")
    check_refused(seen)


@pytest.mark.thorough
def test_a_password_in_the_file_of_stores_is_told_to_need_a_restart(
    own_server: EmbeddedPostgres, tmp_path: Path
) -> None:
    stores = tmp_path / "stores"
    with reachable(own_server) as network:
        url = "{name}=postgresql://{role}:{password}@127.0.0.1:{port}/postgres"
        given = {"name": STORE, "role": ROLE, "port": network.port}
        _write(stores, url.format(**given, password=OLD))
        rotate(own_server, OLD)
        dashboard = Instance(tmp_path / "own", {}, stores_file=str(stores))
        with reading(own_server, dashboard) as bench, bench.fault() as seen:
            rotate(own_server, NEW)
            _write(stores, url.format(**given, password=NEW))
            time.sleep(5)
            with bench.load.watched() as told:
                time.sleep(3)
            bench.dashboard.kill()
            bench.dashboard.start()
    check_refused(told)
    check(seen, allowed=(0, 200, 404, 503))  # while it restarts, nobody answers
    assert "restart the dashboard" in told.texts("thread", "diff", "find")


def rotate(server: EmbeddedPostgres, password: str) -> None:
    """The old one is refused from now on, and whoever is logged in by it has to log in again."""
    with server.connect() as connection:
        connection.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(ROLE), sql.Literal(password)))
        connection.execute(sql.SQL("grant {} to {}").format(sql.Identifier(PASSWORD_ROLE), sql.Identifier(ROLE)))
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = %s", [ROLE])


def check_refused(seen: Seen) -> None:
    check(seen)
    assert {answer.status for answer in seen.of(*FROM_INDEX)} == {200}
    assert "refused the login" in seen.texts("thread", "diff", "find")
    assert not [answer for answer in seen.answers if OLD in answer.text or NEW in answer.text]


def _write(file: Path, text: str) -> None:
    """In one step, as mounted secrets change."""
    fresh = file.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_text(text)
    fresh.rename(file)
