"""What the probe is told: by arguments, else by the environment."""

from __future__ import annotations

import logging
import os
import socket
import sys
from dataclasses import dataclass, field, replace

log = logging.getLogger("inspector.probe")

_NO = ("0", "off", "false", "no")


@dataclass(frozen=True, slots=True)
class Settings:
    ledger: str = field(repr=False)  #: URL, with its password; "" for none
    hostname: str
    stamp: bool  #: write `worker_hostname` into the metadata of new checkpoints
    enabled: bool = True
    #: Where `ledger` was set, for people to find it.
    ledger_from: str = field(default="INSPECTOR_LEDGER_URL", compare=False)
    identify: bool = True  #: ask the servers of the agent's savers who they are, over connections of the probe's own

    def with_arguments(self, ledger: str | None, hostname: str | None, stamp: bool | None) -> Settings:
        """None leaves a setting as it is."""
        return replace(
            self,
            ledger=self.ledger if ledger is None else ledger,
            ledger_from=self.ledger_from if ledger is None else "install(ledger=…)",
            hostname=self.hostname if hostname is None else hostname,
            stamp=self.stamp if stamp is None else stamp,
        )


def read_settings() -> Settings:
    """From the environment. Never raises: a file that cannot be read counts as no ledger, and the log says so."""
    ledger, ledger_from = _read_ledger()
    return Settings(
        ledger=ledger,
        ledger_from=ledger_from,
        hostname=_read_hostname(),
        stamp=_read_switch("INSPECTOR_PROBE_STAMP"),
        enabled=_read_switch("INSPECTOR_PROBE"),
        identify=_read_switch("INSPECTOR_PROBE_IDENTIFY"),
    )


def _read_switch(name: str) -> bool:
    return os.environ.get(name, "").strip().lower() not in _NO


def _read_ledger() -> tuple[str, str]:
    """The URL, and the variable that it comes from."""
    name = "INSPECTOR_LEDGER_URL"
    if url := os.environ.get(name, "").strip():
        return url, name
    path = os.environ.get(f"{name}_FILE", "").strip()
    if not path:
        return "", name
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip(), f"{name}_FILE"
    except (OSError, ValueError) as error:
        log.warning("The probe cannot read INSPECTOR_LEDGER_URL_FILE (%s).", type(error).__name__)
        return "", name


def _read_hostname() -> str:
    for name in ("INSPECTOR_HOSTNAME", "POD_NAME", "HOSTNAME"):
        if value := os.environ.get(name, "").strip():
            return value
    try:
        return socket.gethostname()
    except OSError:
        return "unknown"


def name_program() -> str:
    """How the process was started, without arguments: "gunicorn", "-m worker", "worker.py"."""
    main = sys.modules.get("__main__")
    spec = main.__spec__ if main is not None else None
    if spec is not None and spec.name:
        return f"-m {spec.name.removesuffix('.__main__')}"
    return os.path.basename(sys.argv[0]) if sys.argv and sys.argv[0] else "python"
