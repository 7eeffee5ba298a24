"""Values that must not show: a secret masks itself wherever text is made of it.

A password usually leaks by accident: in an f-string, a dataclass's repr, a log line or an error. These types
make that harmless, and reading the real value takes the word `reveal`, which a review can search for.
"""

from __future__ import annotations

import base64
import contextlib
import os
import re
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

_SCHEME = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<rest>.*)", re.DOTALL)
#: From the first colon after the user to the *last* @: a password may hold an unescaped @, / or ?, and to
#: mask too much does no harm.
_PASSWORD = re.compile(r"^(?P<user>[^:@/]*):.*@", re.DOTALL)
_PASSWORD_PARAMETER = re.compile(r"(?i)(?<=[?&])([^=&#]*(?:pass|pwd|secret|token)[^=&#]*)=[^&#]*")
_MASK = "***"
_WEBHOOK_SECRET = "whsec_"  # noqa: S105  the prefix of one


class Secret:
    """A text that shows as `***`. Equal secrets compare equal; the value comes out through `reveal` only."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __str__(self) -> str:
        return _MASK

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self)!r})"

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return type(self) is type(other) and self._value == other._value

    def __hash__(self) -> int:
        return hash((type(self), self._value))


class StoreUrl(Secret):
    """The URL of a database or store. It shows without its password, which is what pages and errors print."""

    __slots__ = ()

    def __init__(self, value: str) -> None:
        """Raises ValueError, without the text, when `value` is no `scheme://…` URL."""
        if not _SCHEME.fullmatch(value.strip()):
            raise ValueError("not a URL of the form scheme://…")
        super().__init__(value.strip())

    @property
    def scheme(self) -> str:
        return self._value.partition("://")[0].lower()

    @property
    def safe(self) -> str:
        """The URL with its password masked, also one given as a query parameter."""
        scheme, _, rest = self._value.partition("://")
        rest = _PASSWORD.sub(rf"\g<user>:{_MASK}@", rest)
        rest = _PASSWORD_PARAMETER.sub(rf"\g<1>={_MASK}", rest)
        return f"{scheme}://{rest}"

    @property
    def path(self) -> str:
        """The path, decoded, without the slash that ends the host part: `db`, or `/var/x.db` of `sqlite:////var/x.db`."""
        try:
            path = urlsplit(self._value).path
        except ValueError:  # an authority that is none; whoever connects reports it
            return ""
        return unquote(path[1:])

    def __str__(self) -> str:
        return self.safe


class WebhookUrl(StoreUrl):
    """Where messages are posted to. Its path or query is often all that keeps others from posting there, as with Slack:
    it shows as scheme, host and port."""

    __slots__ = ()

    @property
    def safe(self) -> str:
        try:
            parts = urlsplit(self._value)
            host, port = parts.hostname or "", parts.port
        except ValueError:  # whoever posts to it reports it
            return f"{self.scheme}://{_MASK}"
        host = f"[{host}]" if ":" in host else host
        return f"{self.scheme}://{host}{f':{port}' if port else ''}"


def signing_key(secret: Secret) -> bytes:
    """The key that a secret of Standard Webhooks stands for: base64 behind `whsec_`; any other text is the key itself.

    Raises ValueError, without the text, where there is no base64 behind `whsec_`.
    """
    text = secret.reveal()
    if not text.startswith(_WEBHOOK_SECRET):
        return text.encode()
    try:
        return base64.b64decode(text.removeprefix(_WEBHOOK_SECRET), validate=True)
    except ValueError:
        raise ValueError(f"what follows {_WEBHOOK_SECRET} is not base64") from None


def obtain_key(path: Path) -> str:
    """A random key that is made once, kept in this file and readable by its owner only.

    In a place that cannot be written (a container with a read-only file system) it is made for this process
    alone, which is enough as long as nothing signed outlives a process; replicas set INSPECTOR_SECRET_KEY.
    """
    try:
        if not path.exists():
            _make_key(path)
        key = path.read_text(encoding="ascii").strip()
    except OSError:
        key = ""
    return key or secrets.token_urlsafe(48)


def _make_key(path: Path) -> None:
    """Written beside and linked into place: two processes that start together end with the same key."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with contextlib.ExitStack() as stack:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        stack.callback(draft.unlink)
        with open(handle, "w", encoding="ascii") as stream:
            stream.write(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
