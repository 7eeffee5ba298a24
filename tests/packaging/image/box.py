"""A file system of layers that a process is shut into: overlay and chroot, in a mount namespace of its own.

`unshare` gives each process such a namespace, so every mount ends with it, and none is seen from outside.
"""

from __future__ import annotations

import os
import shlex
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

#: What a slim Debian has of this machine; nothing else that is here is seen in there.
SYSTEM = ("usr", "etc")
EMPTY = (
    "dev",
    "home",
    "media",
    "mnt",
    "opt",
    "proc",
    "root",
    "run",
    "srv",
    "sys",
    "tmp",
    "var/cache",
    "var/lib",
    "var/tmp",
)
TOOLS = ("unshare", "nsenter", "chroot", "setpriv", "mount")
PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Layers:
    """Directories, the lowest first; the topmost takes what is written. Each has a part for the top of the file system
    and one for each directory of this machine's: an overlay cannot lie upon a directory that holds it."""

    stack: tuple[Path, ...]

    def with_new(self, directory: Path) -> Layers:
        for part in ("top", *SYSTEM):
            (directory / part).mkdir(parents=True)
            (directory / f"{part}.work").mkdir()
        (directory / "root").mkdir()
        return Layers((*self.stack, directory))

    @property
    def root(self) -> Path:
        """Where they are seen as one, in the namespace of a process that has mounted them."""
        return self.stack[-1] / "root"

    def mounts(self) -> list[str]:
        """The shell commands for it."""
        upon = [("top", self.root, ()), *((name, self.root / name, (Path("/") / name,)) for name in SYSTEM)]
        return [self._mount(part, target, machine) for part, target, machine in upon]

    def _mount(self, part: str, target: Path, machine: tuple[Path, ...]) -> str:
        *lower, upper = (layer / part for layer in self.stack)
        below = [*reversed(lower), *machine] or [upper.with_name("root")]  # of the lowest layer's top: an empty one
        options = f"lowerdir={':'.join(map(str, below))},upperdir={upper},workdir={upper}.work"
        return f"mount -t overlay overlay -o {options} {target}"


def why_not() -> str:
    """Why boxes cannot be had here; "" where they can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "needs root on Linux"
    if missing := [tool for tool in TOOLS if shutil.which(tool) is None]:
        return f"needs {', '.join(missing)}"
    done = subprocess.run(["unshare", "--mount", "--net", "true"], capture_output=True, text=True)
    return done.stderr.strip()


def make_base(directory: Path) -> Layers:
    """This machine as a slim Debian image with Python in /usr/local: nothing of the checkout, nobody's home."""
    layers = Layers(()).with_new(directory)
    top, local = directory / "top", directory / "usr" / "local"
    for name in (*EMPTY, *SYSTEM):
        (top / name).mkdir(parents=True)
    for link in (entry for entry in Path("/").iterdir() if entry.is_symlink()):
        if link.readlink().parts[0] == "usr":
            (top / link.name).symlink_to(link.readlink())  # /bin, /lib and so on
    (top / "tmp").chmod(0o1777)
    (top / "root").chmod(0o700)
    os.mknod(directory / "etc" / "pip.conf", 0o600 | stat.S_IFCHR, os.makedev(0, 0))  # hides this machine's
    local.mkdir()
    os.setxattr(local, "trusted.overlay.opaque", b"y")
    _put_python(local)
    subprocess.run(Box(layers, {"PATH": PATH}).command(["ldconfig"]), check=True)  # libpython is elsewhere now
    return layers


def _put_python(local: Path) -> None:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    prefix = Path(sys.base_prefix)
    (local / "bin").mkdir()
    if prefix == Path("/usr"):
        (local / "bin" / "python").symlink_to(f"/usr/bin/{version}")
        return
    shutil.copy2(prefix / "bin" / version, local / "bin" / version)
    (local / "bin" / "python").symlink_to(version)
    leave_out = shutil.ignore_patterns(
        "site-packages", "test", "tests", "__pycache__", "config-*", "idlelib", "tkinter"
    )
    shutil.copytree(prefix / "lib" / version, local / "lib" / version, ignore=leave_out)
    for library in (prefix / "lib").glob("libpython*.so*"):
        shutil.copy2(library, local / "lib" / library.name)


@dataclass
class Box:
    """Runs processes in layers. `binds` are directories or files of this machine: by path inside, (path, writable)."""

    layers: Layers
    environment: Mapping[str, str]
    workdir: str = "/"
    user: str = "0"
    read_only: bool = False
    binds: dict[str, tuple[Path, bool]] = field(default_factory=dict)

    def command(self, words: Sequence[str]) -> list[str]:
        """What a process has to run to become `words` in here, with neither a network nor rights where it is read-only,
        as such a container has."""
        script = "; ".join(["set -e", *self._mounts(), f"exec {shlex.join(self._enter(words))}"])
        apart = ["--net"] if self.read_only else []
        return ["unshare", "--mount", *apart, "sh", "-c", script]

    def beside(self, pid: int, words: Sequence[str]) -> list[str]:
        """The same beside a process that runs in here, as `docker exec` does."""
        return ["nsenter", f"--target={pid}", "--mount", "--net", *self._enter(words)]

    def _mounts(self) -> list[str]:
        root = self.layers.root
        lines = self.layers.mounts()
        for inside in self.binds:
            lines += [f"mkdir -p {root}{inside}"]
        if self.read_only:
            lines += [f"mount -o remount,ro {path}" for path in (root, *(root / name for name in SYSTEM))]
            lines += [f"mount -t tmpfs -o mode=1777 tmpfs {root}/tmp", LOOPBACK]  # noqa: S108
        for inside, (outside, writable) in self.binds.items():
            lines += [f"mount --bind {outside} {root}{inside}"]
            lines += [] if writable else [f"mount -o remount,bind,ro {root}{inside}"]
        return [*lines, f"mount --rbind /dev {root}/dev", f"mount --rbind /proc {root}/proc"]

    def _enter(self, words: Sequence[str]) -> list[str]:
        uid, gid = self._ids()
        rights = ["--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"] if self.read_only else []
        return [
            *("chroot", str(self.layers.root)),
            *("setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", *rights),
            *("env", "--ignore-environment", f"--chdir={self.workdir}"),
            *(f"{name}={value}" for name, value in self.environment.items()),
            *words,
        ]

    def _ids(self) -> tuple[str, str]:
        """The user's number and that of his group, by the image's own list."""
        for layer in reversed(self.layers.stack):
            if (users := layer / "etc" / "passwd").is_file():
                for line in users.read_text().splitlines():
                    name, _, uid, gid, *_ = line.split(":")
                    if self.user in (name, uid):
                        return uid, gid
        return self.user, "0"


#: A new network has its loopback down, and `ip` is not everywhere.
LOOPBACK = f"{sys.executable} -c " + shlex.quote(
    "import fcntl, socket, struct;"
    "fcntl.ioctl(socket.socket(socket.AF_INET, socket.SOCK_DGRAM), 0x8914, struct.pack('16sh14x', b'lo', 1))"
)
