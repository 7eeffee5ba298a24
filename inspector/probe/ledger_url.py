"""Ledger URLs: which kind they name, what the driver gets, and a form for people to see, without the password.

What could be read in two ways is refused, for one of the two may show a part of the password as a host or database.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote

_KINDS = {
    "postgresql": "postgres",
    "postgres": "postgres",
    "redis": "redis",
    "rediss": "redis",
    "sqlite": "sqlite",
}
_USE = "Use postgresql://USER@HOST/DATABASE, redis://HOST:6379/0 or sqlite:///PATH."
_ENCODE = "Percent-encode the characters : / ? # [ ] @ % in user and password, as %3A for a colon."


@dataclass(frozen=True, slots=True, repr=False)
class LedgerUrl:
    """`address` goes to the driver and may hold a password: a URL, of a SQLite ledger the file's path. `safe` never
    does. `schema` is "" where the URL names none."""

    kind: str
    address: str
    safe: str
    schema: str = ""

    @classmethod
    def parse(cls, url: str) -> LedgerUrl:
        """Raises `ValueError`, without any part of the URL."""
        scheme, separator, rest = url.strip().partition("://")
        kind = _KINDS.get(scheme.lower())
        if kind is None or not separator or "\x00" in rest:
            raise ValueError(f"The ledger's URL is of no known kind. {_USE}")
        if kind == "sqlite":
            return cls._of_file(rest)
        address, _, query = rest.partition("?")
        authority, slash, path = address.partition("/")
        if "@" in path or "@" in query or (kind == "redis" and "#" in rest):  # to libpq a # is as any other
            raise ValueError(f"The ledger's URL holds a password or name that is not percent-encoded. {_ENCODE}")
        login, at, hosts = authority.rpartition("@")
        if not all(_is_host(host, kind) for host in hosts.split(",")):
            raise ValueError(f"The ledger's URL has no port number where one belongs, or lacks an @. {_USE} {_ENCODE}")
        safe = f"{_shown(kind, scheme)}://{_login(login)}{hosts or _socket(query)}{slash}{path}"
        if kind == "redis":
            return cls(kind, url.strip(), safe)
        parameters = [item for item in query.split("&") if item]
        schema = next((unquote(item.partition("=")[2]) for item in parameters if item.startswith("schema=")), "")
        for_libpq = "&".join(item for item in parameters if not item.startswith("schema="))
        encoded = login.replace("@", "%40")  # libpq takes the first @ for the end of the password
        conninfo = f"postgresql://{encoded}{at}{hosts}{slash}{path}{'?' if for_libpq else ''}{for_libpq}"
        return cls(kind, conninfo, safe, schema)

    @classmethod
    def _of_file(cls, rest: str) -> LedgerUrl:
        host, slash, path = rest.partition("/")
        path = unquote(path.partition("?")[0])
        if host or not slash or not path or path == ":memory:" or "\x00" in path:
            raise ValueError("A SQLite ledger is a file that others can open too. Use sqlite:///PATH.")
        try:
            file = Path(path).expanduser()
        except RuntimeError:
            raise ValueError("The SQLite ledger's path begins with ~ and the name of nobody here.") from None
        return cls("sqlite", str(file), f"sqlite:///{path}")

    def __repr__(self) -> str:
        return f"LedgerUrl({self.safe!r})"


def _is_host(text: str, kind: str) -> bool:
    """Whether it can be nothing but a host and a port: a password without its @ stands in the same place. Redis has no
    port without a host, and what looks so may be a password of digits."""
    host, colon, port = text.rpartition(":") if not text.endswith("]") else (text, "", "")
    if not colon:
        return True
    if ":" in host and not (host.startswith("[") and host.endswith("]")):
        return False
    if not host and kind == "redis":
        return False
    return not port or (port.isascii() and port.isdigit() and len(port) <= 5 and int(port) < 65_536)


def _shown(kind: str, scheme: str) -> str:
    return "postgresql" if kind == "postgres" else scheme.lower()


def _login(login: str) -> str:
    user = login.partition(":")[0]
    return f"{user}@" if user else ""


def _socket(query: str) -> str:
    """Without a host before the slash, libpq takes it from the parameters."""
    return next((value for name, value in parse_qsl(query) if name == "host"), "local socket")
