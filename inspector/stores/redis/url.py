"""Redis URLs: our own parameters taken out, what the client gets, and a form without the password for people to see.

What could be read in two ways is refused, for one of the two may show a part of the password as a host or database.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlencode

from inspector.errors import ConfigError

#: What each scheme is to the client.
SCHEMES = {
    "redis": "redis",
    "rediss": "rediss",
    "valkey": "redis",
    "valkeys": "rediss",
    "redis+sentinel": "redis+sentinel",
}
_USE = "Use redis://USER:PASSWORD@HOST:6379/0, rediss:// for TLS, or redis+sentinel://HOST:26379/SERVICE/0."
_ENCODE = "Percent-encode the characters : / ? # [ ] @ % in user and password, as %3A for a colon."
_SENTINEL_PORT, _PORT = 26379, 6379
CLUSTER = "Redis Cluster cannot be read: each node searches its own part of the keys only."
CLUSTER_HINT = (
    "A proxy or service that answers for the whole cluster at one address can be read: give its host, without "
    "cluster=true."
)
#: Our own parameters: the prefixes given to the saver, where they are not its defaults.
_OURS = ("prefix", "write_prefix")
_LOGIN = ("username", "password")
#: The client's own that are kept: how TLS is spoken.
_TLS = (
    "ssl_ca_certs",
    "ssl_ca_data",
    "ssl_ca_path",
    "ssl_cert_reqs",
    "ssl_certfile",
    "ssl_check_hostname",
    "ssl_ciphers",
    "ssl_keyfile",
    "ssl_password",
)
#: What a worker's URL may say of its own connection. Here the reads need something certain, so they are set aside.
_SET_ASIDE = frozenset(
    {
        "client_name",
        "cluster",
        "decode_responses",
        "encoding",
        "encoding_errors",
        "health_check_interval",
        "lib_name",
        "lib_version",
        "max_connections",
        "protocol",
        "retry_on_error",
        "retry_on_timeout",
        "socket_connect_timeout",
        "socket_keepalive",
        "socket_read_size",
        "socket_timeout",
        "timeout",
    }
)
#: Sentinels are asked with the login of the store, as the savers do, unless these say otherwise; both may be empty.
_SENTINEL_LOGIN = ("sentinel_username", "sentinel_password")

Host = tuple[str, int]


@dataclass(frozen=True, slots=True, repr=False)
class RedisUrl:
    """`address` is a URL for the client, of one server; of sentinels it is "" and `sentinels` and `service` say where
    they are and what they watch. `username` and `password` are "" where none is given. `parameters` are the client's
    own. `prefix` and `write_prefix` are "" where the URL names none. Only `safe` is for people to see."""

    safe: str
    address: str
    username: str
    password: str
    prefix: str
    write_prefix: str
    sentinels: tuple[Host, ...] = ()
    sentinel_login: tuple[str, str] = ("", "")
    service: str = ""
    parameters: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, url: str) -> RedisUrl:
        """Raises `ConfigError`, without any part of the URL: what cannot be read may be a password."""
        given, separator, rest = url.strip().partition("://")
        scheme = SCHEMES.get(given.lower())
        if scheme is None or not separator or "\x00" in rest:
            raise ConfigError("A store's URL is no Redis URL.", _USE)
        address, _, query = rest.partition("?")
        authority, _, path = address.partition("/")
        if "@" in path or "@" in query or "#" in rest:
            raise ConfigError("A store's URL holds a password or name that is not percent-encoded.", _ENCODE)
        login, _, hosts = authority.rpartition("@")
        parameters = parse_qsl(query, keep_blank_values=True)
        sentinel = scheme == "redis+sentinel"
        places = tuple(_place(host, _SENTINEL_PORT if sentinel else _PORT) for host in hosts.split(","))
        service, database = _service(path) if sentinel else ("", path)
        _refuse_cluster(places, parameters, sentinel=sentinel)
        kept = _kept(parameters, sentinel=sentinel)
        _refuse_database(database, dict(parameters).get("db", ""))
        user, password = _login(login, dict(parameters))
        ours = {key: value for key, value in parameters if key in _OURS and value}
        shown = f"{user}@" if user else ""
        tail = f"?{urlencode(ours, safe=':')}" if ours else ""
        names = ",".join(_text(place) for place in places)
        return cls(
            safe=f"{scheme}://{shown}{names}/{f'{service}/' if service else ''}0{tail}",
            address="" if sentinel else f"{scheme}://{names}/0{'?' if kept else ''}{urlencode(kept, quote_via=quote)}",
            username=user,
            password=password,
            prefix=ours.get("prefix", ""),
            write_prefix=ours.get("write_prefix", ""),
            sentinels=places if sentinel else (),
            sentinel_login=_sentinel_login(dict(parameters), user, password),
            service=service,
            parameters=kept,
        )

    def __repr__(self) -> str:
        return f"RedisUrl({self.safe!r})"


def without_prefixes(url: str) -> str:
    """The same URL without our own parameters, as another client of this server takes it."""
    address, _, query = url.partition("?")
    kept = "&".join(part for part in query.split("&") if part.partition("=")[0] not in _OURS)
    return f"{address}?{kept}" if kept else address


def _login(given: str, parameters: dict[str, str]) -> tuple[str, str]:
    """As redis-py finds it: before the host, else among the parameters."""
    user, _, password = (unquote(part) for part in given.partition(":"))
    return user or parameters.get("username", ""), password or parameters.get("password", "")


def _kept(parameters: list[tuple[str, str]], *, sentinel: bool) -> tuple[tuple[str, str], ...]:
    """The parameters that the client gets. One that nobody knows may be a part of a password, so it is not named."""
    known = {*_OURS, *_SENTINEL_LOGIN, *_TLS, *_SET_ASIDE, *_LOGIN, "db", *(["ssl"] if sentinel else [])}
    if any(key not in known for key, _ in parameters):
        raise ConfigError(
            "A store's URL has a parameter that the dashboard does not know.",
            f"It knows prefix, write_prefix, sentinel_username, sentinel_password, {', '.join(_TLS)}.",
        )
    return tuple((key, value) for key, value in parameters if key in (*_TLS, "ssl"))


def _place(text: str, port: int) -> Host:
    """A host and a port, and nothing that could be a part of a password."""
    host, colon, digits = text.rpartition(":") if not text.endswith("]") else (text, "", "")
    if not colon:
        host, digits = text, ""
    bracketed = host.startswith("[") and host.endswith("]")
    if (":" in host and not bracketed) or (colon and not host):
        raise ConfigError("A store's URL lacks an @, or has no port number where one belongs.", f"{_USE} {_ENCODE}")
    if digits and not (digits.isascii() and digits.isdigit() and int(digits[:6]) < 65_536):
        raise ConfigError("A store's URL has no port number where one belongs.", f"{_USE} {_ENCODE}")
    return (host[1:-1] if bracketed else host) or "localhost", int(digits) if digits else port


def _text(place: Host) -> str:
    host, port = place
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _sentinel_login(parameters: dict[str, str], user: str, password: str) -> tuple[str, str]:
    if any(key in parameters for key in _SENTINEL_LOGIN):
        return parameters.get("sentinel_username", ""), parameters.get("sentinel_password", "")
    return user, password


def _service(path: str) -> tuple[str, str]:
    service, _, database = path.partition("/")
    if not service:
        raise ConfigError("A Sentinel URL names no service.", "Use redis+sentinel://HOST:26379/SERVICE/0.")
    return unquote(service), database


def _refuse_cluster(places: tuple[Host, ...], parameters: list[tuple[str, str]], *, sentinel: bool) -> None:
    asked = any(key == "cluster" and value.lower() in ("true", "1", "yes") for key, value in parameters)
    if asked or (len(places) > 1 and not sentinel):
        raise ConfigError(CLUSTER, CLUSTER_HINT)


def _refuse_database(path: str, parameter: str) -> None:
    if any(text not in ("", "0") for text in (path.rstrip("/"), parameter)):
        raise ConfigError(
            "A store's URL names a database other than 0.",
            "Search indexes exist in database 0 only, so LangGraph's checkpoints are there too. Use …/0.",
        )
