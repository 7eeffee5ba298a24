"""Store URLs: taking our own parameters out, and a form without the password for people to see.

libpq's own parser says what a URL means; `urllib` differs from it in several hosts, in `+` and in stray characters.
What could be read in two ways is refused, for one of the two may show a part of the password as a host or database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Conninfo

from inspector.errors import ConfigError

_POSTGRES_SCHEMES = ("postgresql", "postgres")
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1", "/tmp", "/run/postgresql", "/var/run/postgresql")  # noqa: S108
_USE = "Use postgresql://USER@HOST/DATABASE."
_ENCODE = "Percent-encode the characters : / ? # [ ] @ % in user and password, as %3A for a colon."


@dataclass(frozen=True, slots=True, repr=False)
class PostgresUrl:
    """`conninfo` goes to libpq and holds the password; `safe` never does. `schema` is "" when the URL names none."""

    conninfo: str
    safe: str
    schema: str

    @classmethod
    def parse(cls, url: str) -> PostgresUrl:
        """Raises `ConfigError`, without any part of the URL: what cannot be read may be a password."""
        scheme, separator, rest = url.strip().partition("://")
        if scheme.lower() not in _POSTGRES_SCHEMES or not separator or "\x00" in rest:
            raise ConfigError("A store's URL is no Postgres URL.", _USE)
        address, _, query = rest.partition("?")
        authority, slash, database = address.partition("/")
        if "@" in database or "@" in query:
            raise ConfigError("A store's URL holds a password or name that is not percent-encoded.", _ENCODE)
        login, at, hosts = authority.rpartition("@")
        parameters = [item.partition("=") for item in query.split("&") if item]
        schema = next((unquote(value) for key, _, value in parameters if key == "schema"), "")
        for_libpq = "&".join("".join(item) for item in parameters if item[0] != "schema")
        encoded = login.replace("@", "%40")  # libpq takes the first @ for the end of the password
        conninfo = f"postgresql://{encoded}{at}{hosts}{slash}{database}{'?' if for_libpq else ''}{for_libpq}"
        given = _parsed(conninfo)
        _check_ports(given)
        return cls(conninfo, _safe(given), schema)

    def __repr__(self) -> str:
        return f"PostgresUrl({self.safe!r})"

    def leads_to(self, other: Mapping[str, object]) -> bool:
        """Whether libpq may reach the same database by `other`, parameters of a connection."""
        here, there = _with_defaults(_parsed(self.conninfo)), _with_defaults(other)
        return here["dbname"] == there["dbname"] and bool(_places(here) & _places(there))


def _parsed(conninfo: str) -> dict[str, str]:
    try:
        return {key: str(value) for key, value in conninfo_to_dict(conninfo).items()}
    except (psycopg.Error, UnicodeError):  # libpq's message may quote the password
        raise ConfigError(
            "A store's URL cannot be read, or has a parameter that libpq does not know.", _ENCODE
        ) from None


def _check_ports(given: Mapping[str, str]) -> None:
    """libpq looks at them when it connects, and then says no more than that it could not. What stands where a port
    belongs may be a password without its @."""
    for port in given.get("port", "").split(","):
        digits = port.strip()
        if digits and not (digits.isascii() and digits.isdigit() and 0 < int(digits[:6]) < 65_536):
            raise ConfigError("A store's URL lacks an @, or has no port number where one belongs.", f"{_USE} {_ENCODE}")


def _with_defaults(given: Mapping[str, object]) -> dict[str, str]:
    """What libpq takes from the environment, or knows by itself, put in."""
    defaults = {option.keyword.decode(): (option.val or b"").decode() for option in Conninfo.get_defaults()}
    meant = {**defaults, **{key: str(value) for key, value in given.items() if value not in (None, "")}}
    meant["dbname"] = meant["dbname"] or meant["user"]
    return meant


def _places(meant: Mapping[str, str]) -> set[tuple[str, str]]:
    """Every (host, port) that a connection may go to. The ways to a server on this machine count as one."""
    ports = meant["port"].split(",")
    found = set()
    for names in [name for name in (meant["host"], meant["hostaddr"]) if name] or [""]:
        hosts = names.split(",")
        found |= set(zip(hosts, ports if len(ports) > 1 else ports * len(hosts), strict=False))
    return {("" if host.lower() in _THIS_MACHINE else host.lower(), port or "5432") for host, port in found}


def _safe(given: dict[str, str]) -> str:
    """Only user, hosts, ports and database, as libpq understands them."""
    hosts = (given.get("host") or given.get("hostaddr", "")).split(",")
    ports = given.get("port", "").split(",")
    if len(ports) == 1:
        ports *= len(hosts)
    places = ",".join(
        f"{_bracketed(host)}:{port}" if port else _bracketed(host)
        for host, port in zip(hosts, ports + [""] * len(hosts), strict=False)
    )
    user = f"{given['user']}@" if given.get("user") else ""
    return f"postgresql://{user}{places or 'local socket'}/{given.get('dbname', '')}"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("/") else host
