"""What a store hands over, exactly as stored: frozen records, bytes stay bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from inspector.domain.value import Json


@dataclass(frozen=True, slots=True)
class TableFacts:
    """One table (or key family) of the store. Sizes in bytes; `rows` is the server's estimate, never a scan."""

    name: str
    rows: int | None
    size_bytes: int | None
    readable: bool


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """What we are connected to, and whether this login could do harm."""

    kind: str  #: "postgres", "redis", "sqlite"
    server: str  #: "PostgreSQL 16.4"
    database: str
    login: str
    schema: str  #: "" where the store has no such thing
    schema_version: int | None  #: newest row of checkpoint_migrations
    tables: tuple[TableFacts, ...]
    size_bytes: int | None
    read_only_session: bool  #: the session refuses writes
    could_write: tuple[str, ...]  #: what this login may write if the session let it, as "INSERT on checkpoints"
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Two opaque texts that a sync pass compares with those of the pass before.

    `rows` changes whenever any row may have changed. `rewrites` changes only when rows may have been updated or
    deleted, which a thread's counts need not show. None means that the server cannot tell, so the pass must look.
    """

    rows: str | None
    rewrites: str | None


@dataclass(frozen=True, slots=True)
class ThreadCount:
    """One thread as a full listing shows it: enough to tell whether rows were added or removed."""

    thread_id: str
    checkpoints: int
    writes: int
    last_checkpoint_id: str  #: greatest over all namespaces


@dataclass(frozen=True, slots=True)
class CheckpointRow:
    """One checkpoint without its channel bodies. JSON documents are parsed, values are not decoded."""

    thread_id: str
    checkpoint_ns: str
    checkpoint_id: str
    parent_checkpoint_id: str | None
    ts: str  #: ISO 8601 as the writer's clock had it; "" when missing
    version: int  #: checkpoint format, `v`
    channel_versions: Mapping[str, str | int | float]
    versions_seen: Mapping[str, Mapping[str, str | int | float]]
    inline_values: Mapping[str, Json]  #: channel values kept in the document itself
    inline_omitted: Mapping[str, int]  #: inline values over the budget: channel to size in bytes
    metadata: Mapping[str, Json]
    size_bytes: int  #: of the document itself, without the bodies kept elsewhere
    #: Channel values that the store keeps in the document itself, in its serializer's form, by channel (SQLite, Redis).
    #: `blob` only of channels that decide what runs next (`domain.channels.decides_tasks`), and None over the budget.
    own_bodies: Mapping[str, ChannelBody] = field(default_factory=dict)
    is_whole: bool = True  #: False where the document or its metadata is encrypted or broken, so that parts are missing


@dataclass(frozen=True, slots=True)
class ChannelSize:
    """One stored channel value and its size; `type` is the serializer's tag ("empty" holds no value)."""

    channel: str
    version: str
    type: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ChannelBody:
    """One stored channel value. `blob` is None when `size_bytes` was over the byte budget."""

    channel: str
    version: str
    type: str
    size_bytes: int
    blob: bytes | None


@dataclass(frozen=True, slots=True)
class WriteRow:
    """One pending write. `blob` is None when it was not asked for or over the byte budget."""

    checkpoint_ns: str
    checkpoint_id: str
    task_id: str
    task_path: str
    idx: int
    channel: str
    type: str
    size_bytes: int
    blob: bytes | None


@dataclass(frozen=True, slots=True)
class Head:
    """The newest root checkpoint with what tells whether work is left: control channels and marks left by tasks."""

    row: CheckpointRow
    control: tuple[ChannelBody, ...]  #: non-empty `__pregel_tasks`, `join:*` and `branch:to:*` bodies
    writes: tuple[WriteRow, ...]  #: its errors, interrupts and resumes, without bodies


@dataclass(frozen=True, slots=True)
class ThreadRow:
    """One thread's exact aggregate, from one snapshot. `turns` by the rule of `domain.turns`."""

    thread_id: str
    turns: int
    turns_is_lower_bound: bool
    checkpoints: int
    writes: int
    namespaces: int
    last_checkpoint_id: str  #: greatest over all namespaces
    first_root_id: str  #: "" where the root namespace has no checkpoint
    last_root_id: str
    siblings: bool  #: some checkpoint has two or more children made by `input` or `loop`
    clock_skew: bool  #: some checkpoint's id sorts before its parent's
    rebuilt_values: bool  #: some checkpoint leaves a delta channel's value out
    hosts: Mapping[str, int]  #: checkpoints put, by host; "" where the metadata names none
    metadata: Mapping[str, Json]  #: of the newest root checkpoint that carries more than LangGraph's own keys
    head: Head | None  #: None where the root has no checkpoint, or where it is plain that nothing is left to do


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """One checkpoint as far as a picture of its whole thread needs it."""

    checkpoint_id: str
    parent_checkpoint_id: str | None
    step: int | None
    source: str
    hostname: str
    ts: str  #: as in `CheckpointRow`; "" where the id tells the time (`coordinates.is_usual_id`)


@dataclass(frozen=True, slots=True)
class NamespaceRow:
    checkpoint_ns: str
    checkpoints: int
    first_checkpoint_id: str
    last_checkpoint_id: str


@dataclass(frozen=True, slots=True)
class Place:
    """How many checkpoints of a namespace have a lesser id than some text, and how many a greater one."""

    older: int
    newer: int


@dataclass(frozen=True, slots=True)
class FirstInput:
    """An accepted input, told by its version of `__start__`, and the id of the first checkpoint that knows of it."""

    version: str
    checkpoint_id: str


@dataclass(frozen=True, slots=True)
class Cut:
    """Rows of a read that has a budget. `truncated` says that the store holds more than `rows`, and `beyond` is the id
    of the first of those."""

    rows: tuple[CheckpointRow, ...]
    truncated: bool
    beyond: str = ""


@dataclass(frozen=True, slots=True)
class ReadBudget:
    """How much one read may take. Counted in rows and bytes; time is the session's statement timeout."""

    rows: int = 1_000
    bytes: int = 8_000_000


DEFAULT_READ = ReadBudget()
