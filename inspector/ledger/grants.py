"""What the logins of a ledger outside Postgres need. It is printed for somebody to run; we run nothing."""

from __future__ import annotations

import re

from inspector.errors import ConfigError
from inspector.probe.ledger_schema import REDIS_PREFIX

#: What the login that writes a ledger is called where nobody says otherwise.
PROBE_ROLE = "checkpoint_probe"

#: Everything that the probe sends, and what its client sends to log in.
_WRITES = (
    "watch unwatch multi exec time set hget hset hsetnx hincrby rpush ltrim zadd zrem zscore zrange zrangebyscore "
    "zremrangebyscore zremrangebyrank expire del"
)
#: Everything that the dashboard sends to a ledger.
_READS = "time get hget hmget hgetall lrange zcard zcount zrevrange zrangebyscore"
#: The clients' names; redis-py also tells its own name and version, and lives with being refused. The rest of CLIENT
#: pauses the server and cuts others off.
_LOGIN = "auth hello ping select client|setname"
_NAME = re.compile(r"[\w.-]+")


def redis_grants(*, writer: str, reader: str) -> str:
    """ACL lines for the probe's and the dashboard's users. Raises `ConfigError` for names that no ACL line can hold."""
    _check_names(writer, reader)
    return f"{_acl_line(writer, _WRITES)}\n{_acl_line(reader, _READS)}\n"


def redis_grants_in_store(*, writer: str, reader: str) -> str:
    """The same for a ledger in the Redis of the checkpoints: the reader's line adds to what that user may read there
    already, and is run after the line that gives it. Raises `ConfigError`."""
    _check_names(writer, reader)
    return f"{_acl_line(writer, _WRITES)}\nACL SETUSER {reader} ~{REDIS_PREFIX}* {_allowed(_READS)}\n"


def _check_names(*users: str) -> None:
    if not all(_NAME.fullmatch(user) for user in users):
        raise ConfigError("A Redis user's name has letters, digits, dots, dashes and underscores only.")


def _acl_line(user: str, commands: str) -> str:
    return f"ACL SETUSER {user} on resetkeys ~{REDIS_PREFIX}* resetchannels -@all {_allowed(commands)}"


def _allowed(commands: str) -> str:
    return " ".join(f"+{command}" for command in f"{commands} {_LOGIN}".split())
