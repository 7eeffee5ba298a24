"""What a store and its server show of their condition, beyond their tables: one short look, never through all rows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Session:
    """One connection to the server, ours left out. Texts are "" and times None where this login may not see them."""

    number: int  #: the server's own: a Postgres process id, a Redis client id
    application: str
    login: str
    address: str  #: where it comes from
    state: str  #: "active", "idle", "idle in transaction"
    age_seconds: float | None  #: since it connected
    #: Since its transaction began. Where this login may not see that, for how long we have seen it: a lower bound.
    transaction_seconds: float | None
    holds_writes: bool  #: it has rows of checkpoint tables written and not committed


@dataclass(frozen=True, slots=True)
class Sample:
    """How many of some newest rows or keys are of one kind."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class RedisSigns:
    policy: str  #: maxmemory-policy
    max_memory_bytes: int  #: 0 for no limit
    used_memory_bytes: int
    evicted_keys: int  #: since the server started
    expired_keys: int
    has_search: bool
    has_json: bool
    sampled_checkpoints: int  #: checkpoint documents that were looked at, newest first where that can be had
    expiring_checkpoints: int  #: of these, with a time to live
    shortest_ttl_seconds: float | None  #: of these
    longest_ttl_seconds: float | None  #: of these; nearly what the saver was told, where it wrote just now
    sampled_writes: int
    expiring_writes: int
    dangling_pointers: tuple[str, ...]  #: ids of threads whose latest pointer leads to a missing checkpoint
    sampled_pointers: int
    prefixes: tuple[str, ...]  #: of all sets of checkpoints in this database; none where they are not told
    prefix: str = ""  #: of the set that is read
    #: Ids of sampled threads that another set holds, too, by the prefix of that one.
    shared_threads: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class TableSize:
    name: str
    rows: int | None  #: the server's estimate
    dead_rows: int | None
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class Signs:
    """Whatever a kind of store does not have is None or empty."""

    sessions: tuple[Session, ...] | None = None  #: None where the server does not tell
    sessions_hidden: bool = False  #: this login may not see what others do; `sessions` tell only that they are there
    sessions_used: int | None = None  #: of all databases
    sessions_limit: int | None = None
    migration: int | None = None  #: newest row of the saver's table of migrations
    newest_migration: int | None = None  #: newest one of the releases that this dashboard knows
    broken_indexes: tuple[str, ...] | None = ()  #: of checkpoint tables, left invalid; None where the server hides them
    #: Other schemas of this database that hold checkpoint tables, ours left out; None where the server hides them.
    elsewhere: tuple[str, ...] | None = ()
    elsewhere_sizes: tuple[TableSize, ...] = ()  #: of each of them, by its name, what its table of checkpoints holds
    search_path: tuple[str, ...] = ()  #: of this dashboard's login, as its sessions begin
    tables: tuple[TableSize, ...] = ()
    redis: RedisSigns | None = None
    notes: tuple[str, ...] = ()  #: what could not be looked at, and why, in words

    def note_of(self, what: str) -> str:
        """Why that could not be looked at; "" where it could."""
        return next((note for note in self.notes if what in note), "")
