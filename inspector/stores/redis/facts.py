"""What the store is: server, indexes, and whether this login could do harm."""

from __future__ import annotations

from inspector.errors import StoreDenied, StoreError
from inspector.probe.ledger_schema import redis_identities
from inspector.stores.base import StoreFacts, TableFacts
from inspector.stores.redis.client import Reading
from inspector.stores.redis.keys import text
from inspector.stores.redis.layout import Layout, read_indexes
from inspector.stores.redis.url import CLUSTER, CLUSTER_HINT

#: Asked of the server without doing any of it: what a login that only reads must not be allowed.
_HARM = (
    ("JSON.SET", "{prefix}:x", "$", "1"),
    ("DEL", "{prefix}:x"),
    ("EXPIRE", "{prefix}:x", "1"),
    ("FT.DROPINDEX", "{prefix}"),
    ("CONFIG", "SET", "maxmemory", "0"),
    ("FLUSHALL",),
)


def read_store_facts(reading: Reading, layout: Layout, login: str) -> StoreFacts:
    indexes = read_indexes(reading, layout)
    server = read_server(reading)
    prefixes = [index.prefix or index.name for index in indexes]
    return StoreFacts(
        kind="redis",
        server=_name(server),
        database="0",
        login=login,
        schema="" if layout.prefix == "checkpoint" else layout.prefix,
        schema_version=None,
        tables=tuple(
            TableFacts(f"{prefix}:*", index.documents, None, True)
            for prefix, index in zip(prefixes, indexes, strict=True)
        ),
        size_bytes=int(server["used_memory"]) if server.get("used_memory", "").isdigit() else None,
        read_only_session=False,
        could_write=could_write(reading, layout, login),
        warnings=_warnings(server),
    )


def read_identities(reading: Reading, layout: Layout) -> tuple[str, ...]:
    """As a worker would name the data that it writes here. Empty without the right to ask the server who it is."""
    return redis_identities(read_server(reading).get("run_id", ""), 0, layout.prefix)


def refuse_cluster(reading: Reading) -> None:
    """Raises `StoreError` for a node of a cluster. With the modules alone each index lies on one node and knows that
    node's keys only, so that the savers' own lists miss rows as well; with a search that asks all nodes, SCAN and JSON
    still see one."""
    if read_server(reading, "cluster").get("cluster_enabled") == "1":
        raise StoreError(f"{reading.safe_url} is a node of a cluster. {CLUSTER}", CLUSTER_HINT)


def read_server(reading: Reading, section: str = "default") -> dict[str, str]:
    """What INFO tells; empty for a login that may not ask."""
    try:
        answer = reading.ask("INFO", section)
    except StoreDenied:
        return {}
    lines = (line.partition(":") for line in text(answer).splitlines() if not line.startswith("#"))
    return {key: value for key, _, value in lines}


def could_write(reading: Reading, layout: Layout, login: str) -> tuple[str, ...]:
    """Commands that would be allowed to this login; empty where it may not even ask."""
    asked = [tuple(part.format(prefix=layout.prefix) for part in command) for command in _HARM]
    try:
        answers = reading.ask_all([("ACL", "DRYRUN", login, *command) for command in asked], failing=True)
    except StoreDenied:
        return ()
    return tuple(
        " ".join(command[:2] if command[0] == "CONFIG" else command[:1])
        for command, answer in zip(asked, answers, strict=True)
        if not isinstance(answer, StoreError) and answer == b"OK"
    )


def _name(server: dict[str, str]) -> str:
    if version := server.get("valkey_version"):
        return f"Valkey {version}"
    return f"Redis {server['redis_version']}" if server.get("redis_version") else "Redis"


def _warnings(server: dict[str, str]) -> tuple[str, ...]:
    found = []
    if server.get("role") == "slave":
        found.append("This is a replica: what it shows may lag behind the primary.")
    if server.get("maxmemory_policy", "").startswith(("allkeys-", "volatile-")) and server.get("maxmemory") != "0":
        found.append(
            f"The server may drop keys when its memory is full ({server['maxmemory_policy']}): checkpoints go missing."
        )
    return tuple(found)
