"""Store URLs: taking our own parameters out, and a form without the password for people to see."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from inspector.errors import ConfigError

_POSTGRES_SCHEMES = ("postgresql", "postgres")


@dataclass(frozen=True, slots=True, repr=False)
class PostgresUrl:
    """`conninfo` goes to libpq and holds the password; `safe` never does. `schema` is "" when the URL names none."""

    conninfo: str
    safe: str
    schema: str

    @classmethod
    def parse(cls, url: str) -> PostgresUrl:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise ConfigError("A store's URL cannot be read.", "Percent-encode special characters.") from error
        if parts.scheme not in _POSTGRES_SCHEMES:
            raise ConfigError(f"{parts.scheme or 'An empty scheme'} is no Postgres URL.", "Use postgresql://…")
        query = parse_qsl(parts.query, keep_blank_values=True)
        schema = next((value for key, value in query if key == "schema"), "")
        for_libpq = urlencode([(key, value) for key, value in query if key != "schema"], quote_via=quote)
        conninfo = urlunsplit(("postgresql", parts.netloc, parts.path, for_libpq, ""))
        user = f"{parts.username}@" if parts.username else ""
        host = next((value for key, value in query if key == "host"), "") or parts.hostname or ""
        at = f"{host}:{port}" if port else host
        safe = f"postgresql://{unquote(user)}{at or 'local socket'}/{unquote(parts.path.lstrip('/'))}"
        return cls(conninfo, safe, schema)

    def __repr__(self) -> str:
        return f"PostgresUrl({self.safe!r})"
