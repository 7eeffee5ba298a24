"""What the server shows of its condition: its memory, its modules, and how long some of the newest keys will live.

Nothing here reads through a saver, so no time to live is made longer by it. Each part is asked by itself: one that this
login may not ask is left out and said so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from inspector.errors import ReadTooLong, StoreDenied
from inspector.stores.redis.client import Reading
from inspector.stores.redis.errors import LacksModules
from inspector.stores.redis.facts import read_server
from inspector.stores.redis.layout import Layout, find_sets, read_indexes
from inspector.stores.redis.sample import Lives, Pointers, read_lives, read_pointers, read_shared
from inspector.stores.signs import RedisSigns, Signs, TableSize

Answer = TypeVar("Answer")

#: A command of each module that the savers need, by which it is told whether the module is there.
_SEARCH = ("FT.INFO", "checkpoint")
_JSON = ("JSON.GET", "checkpoint:none", "$")


def read_signs(reading: Reading, find_layout: Callable[[Reading], Layout]) -> Signs:
    """Also of a server without the modules, which can hold no checkpoints: what it lacks is a sign. Raises
    `StoreError` where the layout cannot be told for another reason."""
    has_search, has_json = (_is_known(reading, command) for command in (_SEARCH, _JSON))
    asking = _Asking(reading)
    if not (has_search and has_json):
        return Signs(redis=_signs(asking.server(), has_search, has_json, Lives(), Pointers()))
    layout = find_layout(reading)
    nothing: tuple[TableSize, ...] = ()
    sizes = asking.ask("The sizes of the indexes", lambda: _sizes(reading, layout), nothing)
    lives = asking.ask("How long keys live", lambda: read_lives(reading, layout), Lives())
    pointers = asking.ask("The pointers to the newest checkpoints", lambda: read_pointers(reading, layout), Pointers())
    hidden: tuple[str, ...] = ()
    prefixes = asking.ask("Other sets of checkpoints", lambda: find_sets(reading), hidden)
    others = [prefix for prefix in prefixes if prefix != layout.prefix]
    none: tuple[tuple[str, str], ...] = ()
    shared = asking.ask("Threads of other sets", lambda: read_shared(reading, layout, others, pointers.names), none)
    return Signs(
        tables=sizes,
        redis=_signs(asking.server(), True, True, lives, pointers, prefixes, layout.prefix, shared),
        notes=tuple(asking.notes),
    )


def _sizes(reading: Reading, layout: Layout) -> tuple[TableSize, ...]:
    return tuple(TableSize(index.name, index.documents, None, None) for index in read_indexes(reading, layout))


class _Asking:
    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self.notes: list[str] = []

    def ask(self, what: str, question: Callable[[], Answer], otherwise: Answer) -> Answer:
        try:
            return question()
        except StoreDenied as error:
            self.notes.append(f"{what} could not be looked at: {error.message} {error.hint}")
        except ReadTooLong:
            self.notes.append(f"{what} could not be looked at within the read's time.")
        return otherwise

    def server(self) -> dict[str, str]:
        found = read_server(self._reading)
        if not found:
            self.notes.append("The server's memory could not be looked at: this login may not ask for INFO.")
        return found


def _is_known(reading: Reading, command: Sequence[str]) -> bool:
    """A server that refuses the login a command, or finds nothing by it, knows it."""
    try:
        (answer,) = reading.ask_all([command], failing=True)
    except StoreDenied:
        return True
    return not isinstance(answer, LacksModules)


def _signs(
    server: dict[str, str],
    has_search: bool,
    has_json: bool,
    lives: Lives,
    pointers: Pointers,
    prefixes: tuple[str, ...] = (),
    prefix: str = "",
    shared: tuple[tuple[str, str], ...] = (),
) -> RedisSigns:
    return RedisSigns(
        policy=server.get("maxmemory_policy", ""),
        max_memory_bytes=_number(server, "maxmemory"),
        used_memory_bytes=_number(server, "used_memory"),
        evicted_keys=_number(server, "evicted_keys"),
        expired_keys=_number(server, "expired_keys"),
        has_search=has_search,
        has_json=has_json,
        sampled_checkpoints=lives.checkpoints,
        expiring_checkpoints=lives.expiring_checkpoints,
        shortest_ttl_seconds=lives.shortest_seconds,
        longest_ttl_seconds=lives.longest_seconds,
        sampled_writes=lives.writes,
        expiring_writes=lives.expiring_writes,
        dangling_pointers=pointers.dangling,
        sampled_pointers=pointers.looked_at,
        prefixes=prefixes,
        prefix=prefix,
        shared_threads=shared,
    )


def _number(server: dict[str, str], name: str) -> int:
    value = server.get(name, "")
    return int(value) if value.isdigit() else 0
