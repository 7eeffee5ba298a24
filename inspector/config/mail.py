"""A mail server, as a URL names it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from inspector.secret import Secret, StoreUrl

#: The port that each scheme has without one.
_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class MailServer:
    """`starttls` turns encryption on after the greeting, `tls` before it."""

    host: str
    port: int
    user: str
    password: Secret
    starttls: bool
    tls: bool

    @classmethod
    def of(cls, url: StoreUrl) -> MailServer:
        """Raises ValueError, without the URL, where it names no mail server."""
        if url.scheme not in _PORTS:
            raise ValueError("it does not begin with smtp://, smtp+tls:// or smtps://")
        try:
            parts = urlsplit(url.reveal())
            host, port = parts.hostname, parts.port
        except ValueError:
            host = None
        if not host:
            raise ValueError("it names no host, or a port that is none; special characters in a password are %-encoded")
        return cls(
            host=host,
            port=port or _PORTS[url.scheme],
            user=unquote(parts.username or ""),
            password=Secret(unquote(parts.password or "")),
            starttls=url.scheme == "smtp+tls",
            tls=url.scheme == "smtps",
        )
