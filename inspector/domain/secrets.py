"""Secrets in checkpoint metadata: masked before anybody sees them.

LangGraph copies every scalar of a run's `configurable` into the metadata of its checkpoints. Who hands an API key to a
graph that way stores it in clear with every step, and this dashboard must not carry it further. A key is judged by its
words, so that `api_key`, `apiKey` and `OPENAI-API-KEY` are one, and `max_tokens` is no token. What is masked too much
hides a label; what is masked too little is a leak, so doubt masks, except for `session_id` and plain counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from inspector.domain.value import Json

#: Shown in place of a secret.
MASK = "***"

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
#: A key with one of these words in it is secret, whatever else it says.
_ALWAYS = frozenset(
    {
        *("password", "passwords", "passwd", "pwd", "passphrase", "passcode", "secret", "secrets"),
        *("credential", "credentials", "creds", "authorization", "cookie", "cookies", "apikey", "apikeys", "jwt"),
    }
)
#: Secret when the key ends with it: `auth`, `access_token`, `user_session`, but not `token_count` or `session_id`.
_AT_THE_END = frozenset({"token", "auth", "bearer", "session", "sessionid", "otp"})
#: Words run together: `clientsecret`, `accesstoken`, `dbpassword`.
_RUN_TOGETHER = ("password", "passwd", "secret", "token", "apikey", "privatekey", "accesskey", "secretkey")
#: What makes a key that opens something of a `key`, and a grant of `tokens`: a `sort_key` opens nothing.
_OPENING = frozenset(
    {
        *("api", "private", "access", "secret", "signing", "encryption", "service", "master", "ssh", "aes", "account"),
        *(
            "auth",
            "session",
            "license",
            "openai",
            "anthropic",
            "bearer",
            "refresh",
            "shared",
            "subscription",
            "storage",
        ),
    }
)


def mask_secrets(metadata: Mapping[str, Json]) -> dict[str, Json]:
    """The metadata with the value of every key that looks secret replaced by `MASK`, at any depth."""
    return {key: _masked(key, value) for key, value in metadata.items()}


@lru_cache(maxsize=4_096)
def looks_secret(key: str) -> bool:
    """Whether a key's words say that its value is for few eyes."""
    words = [word.lower() for word in _WORD.findall(key)]
    if not words:
        return False
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    return (
        not _ALWAYS.isdisjoint(words)
        or last in _AT_THE_END
        or last.endswith(_RUN_TOGETHER)
        or (last == "pass" and bool(before))
        or (last in ("key", "keys", "tokens") and before in _OPENING)
    )


def _masked(key: str, value: Json) -> Json:
    if value is None or isinstance(value, bool) or value == "":
        return value  # tells that there is none, or whether there is one
    if looks_secret(key):
        return MASK
    return _inside(value)


def _inside(value: Json) -> Json:
    if isinstance(value, dict):
        return mask_secrets(value)
    return [_inside(item) for item in value] if isinstance(value, list) else value
