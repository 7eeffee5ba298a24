"""Where a dashboard listens, and how a browser on the same machine opens it."""

from __future__ import annotations

from ipaddress import ip_address

from inspector.errors import ConfigError

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8765


def check_port(port: int) -> None:
    """Raises `ConfigError`. A resolver may take a number that is none modulo 65,536."""
    if not 0 < port < 65_536:
        raise ConfigError(f"There is no port {port}.", "Choose one from 1 to 65535 with --port.")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches it."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def base_url(host: str, port: int) -> str:
    """What a browser can open: the wildcard addresses are for servers."""
    shown = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host  # noqa: S104  compared, not listened on
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
