"""The ACL line of a user that can read checkpoints and nothing else. It is printed for somebody to run; we run
nothing."""

from __future__ import annotations

import re

from inspector.errors import ConfigError
from inspector.stores.redis.commands import ALLOWED, LOGIN
from inspector.stores.redis.keys import escape_glob, shared_start

_NAME = re.compile(r"[\w.-]+")


def reader_grants(*, prefix: str, write_prefix: str, role: str) -> str:
    """One line for redis-cli, without a password yet. The names of the search indexes count as keys. Raises
    `ConfigError` for names that no ACL line can hold."""
    if not _NAME.fullmatch(role):
        raise ConfigError("A Redis user's name has letters, digits, dots, dashes and underscores only.")
    if any(character.isspace() for character in prefix + write_prefix):
        raise ConfigError("A prefix with a space in it fits into no ACL line.")
    shared = shared_start(prefix, write_prefix)
    patterns = [shared] if shared in (prefix, write_prefix) else [prefix, write_prefix]
    escaped = [escape_glob(pattern) for pattern in patterns]
    keys = " ".join(f"~{pattern}*" for pattern in escaped)
    commands = " ".join(f"+{command.lower()}" for command in sorted(ALLOWED | LOGIN))
    return f"ACL SETUSER {role} on resetkeys {keys} resetchannels -@all {commands}\n"
