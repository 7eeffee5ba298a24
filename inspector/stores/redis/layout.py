"""Which search indexes, and so which keys, hold the checkpoints: asked of the server, or as the URL says."""

from __future__ import annotations

from dataclasses import dataclass

from inspector.errors import StoreDenied, StoreError
from inspector.stores.redis.client import Reading
from inspector.stores.redis.errors import no_index
from inspector.stores.redis.keys import text

_PREFIX, _WRITE_PREFIX = "checkpoint", "checkpoint_write"
#: By their fields the savers' indexes are told from those of others.
_CHECKPOINTS = frozenset({"thread_id", "checkpoint_ns", "checkpoint_id", "checkpoint_ts", "step", "source"})
_WRITES = frozenset({"thread_id", "checkpoint_ns", "checkpoint_id", "task_id", "idx", "channel", "type"})
_MOST_INDEXES = 200


@dataclass(frozen=True, slots=True)
class Index:
    """What FT.INFO tells. Two counters: documents that are there now, and documents that were ever indexed, whereby one
    that is written again counts again."""

    name: str
    prefix: str  #: without the colon that follows it
    fields: frozenset[str]
    documents: int
    ever_indexed: int
    building: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """The prefixes of the keys; the savers name their indexes by them."""

    prefix: str
    write_prefix: str


def find_layout(reading: Reading, *, prefix: str, write_prefix: str) -> Layout:
    """`prefix` and `write_prefix` are what the URL says, "" for nothing. Raises `StoreError`."""
    if prefix and write_prefix:
        return Layout(prefix, write_prefix)
    try:
        indexes = _list_indexes(reading)
    except StoreDenied:  # without the right to list, the names have to be given or are the savers' defaults
        return default_layout(prefix=prefix, write_prefix=write_prefix)
    checkpoints = sorted(index.prefix for index in indexes if index.fields >= _CHECKPOINTS)
    writes = sorted(index.prefix for index in indexes if index.fields >= _WRITES)
    if not checkpoints:
        raise no_index(reading.safe_url)
    prefix = prefix or _only(reading, checkpoints, "prefix")
    if prefix not in checkpoints:
        raise no_index(reading.safe_url, prefix)
    guess = _guess_writes(prefix)
    return Layout(prefix, write_prefix or (guess if guess in writes else _only(reading, writes, "write_prefix")))


def default_layout(*, prefix: str, write_prefix: str) -> Layout:
    """What the URL says, else the savers' defaults."""
    return Layout(prefix or _PREFIX, write_prefix or _guess_writes(prefix))


def read_index(reading: Reading, name: str) -> Index:
    """Raises `NotACheckpointStore` where there is no such index."""
    found = reading.ask_map("FT.INFO", name)
    definition = found.get(b"index_definition", {})
    prefixes = [text(item) for item in definition.get(b"prefixes", [])]
    return Index(
        name=name,
        prefix=(prefixes[0] if prefixes else "").removesuffix(":"),
        fields=frozenset(text(item[b"attribute"]) for item in found.get(b"attributes", [])),
        documents=int(found.get(b"num_docs", 0)),
        ever_indexed=int(found.get(b"max_doc_id", 0)),
        building=bool(int(found.get(b"indexing", 0))) or float(found.get(b"percent_indexed", 1)) < 1,
    )


def read_indexes(reading: Reading, layout: Layout) -> tuple[Index, Index]:
    """Of checkpoints and of writes. Raises `StoreError` while one is being built: it would show a part as the whole."""
    found = read_index(reading, layout.prefix), read_index(reading, layout.write_prefix)
    if any(index.building for index in found):
        raise StoreError(
            f"{reading.safe_url} is still building its search indexes, so not every checkpoint can be found yet.",
            "A restart or a new index does that. The page recovers by itself when they are complete.",
        )
    return found


def find_sets(reading: Reading) -> tuple[str, ...]:
    """The prefixes of all sets of checkpoints in this database. Raises `StoreDenied`."""
    return tuple(sorted(index.prefix for index in _list_indexes(reading) if index.fields >= _CHECKPOINTS))


def _list_indexes(reading: Reading) -> list[Index]:
    names = [text(name) for name in reading.ask("FT._LIST")]
    found = []
    for name in sorted(names)[:_MOST_INDEXES]:
        try:
            found.append(read_index(reading, name))
        except StoreDenied:
            continue  # another application's, which this login may not look at
        except StoreError:
            if name in (_PREFIX, _WRITE_PREFIX):
                raise
    return found


def _guess_writes(prefix: str) -> str:
    return _WRITE_PREFIX if prefix in ("", _PREFIX) else f"{prefix}_write"


def _only(reading: Reading, names: list[str], parameter: str) -> str:
    if not names:
        raise no_index(reading.safe_url)
    if len(names) > 1:
        listed = ", ".join(names)
        raise StoreError(
            f"{reading.safe_url} holds several sets of checkpoints: {listed}.",
            f"Say which one in the store's URL, as ?{parameter}={names[0]}. Each can be a store of its own.",
        )
    return names[0]
