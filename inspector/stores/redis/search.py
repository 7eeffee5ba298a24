"""Exact rows of threads, found by the search index and held against the documents themselves.

A tag query folds case and splits at commas, so it finds more than was asked for: rows are compared with the thread's
exact id. A query shows 10,000 rows at most and says nothing of the others, and it keeps the server from everything
else while it runs: what is larger than a page is asked for in ranges of a number that every row has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from inspector.errors import StoreError
from inspector.stores.documents import load_document
from inspector.stores.redis.client import Command, Reading
from inspector.stores.redis.keys import glob, raw, shallow_key, shown_id, shown_ns, stored_id, tags_of, text

#: Rows of one query: some 30 ms of the server's time.
PAGE = 1_000
#: Threads of one query.
_TOGETHER = 25
_FIRST_RANGE = PAGE // 4
_LAST_NUMBER = 2**40

#: Where each field is in a document, and whether it is text that holds JSON, or a part of the document.
_PATHS = {
    "thread_id": "$.thread_id",
    "checkpoint_ns": "$.checkpoint_ns",
    "checkpoint_id": "$.checkpoint_id",
    "parent_checkpoint_id": "$.parent_checkpoint_id",
    "task_id": "$.task_id",
    "task_path": "$.task_path",
    "idx": "$.idx",
    "channel": "$.channel",
    "type": "$.type",
    "metadata": "$.metadata",
    "ts": "$.checkpoint.ts",
    "v": "$.checkpoint.v",
    "channel_versions": "$.checkpoint.channel_versions",
    "versions_seen": "$.checkpoint.versions_seen",
}
_PARSED = frozenset({"metadata", "channel_versions", "versions_seen", "idx", "v"})
NAMES = ("thread_id", "checkpoint_ns", "checkpoint_id")


@dataclass(frozen=True, slots=True)
class Kind:
    """What is searched: an index and the keys behind it, and the number that its rows are asked for in ranges of."""

    index: str
    prefix: str
    number: str
    checkpoint_prefix: str  #: of the checkpoints to which the rows belong, or which they are


@dataclass(frozen=True, slots=True)
class Document:
    """Some fields of a document. One that the document does not have is not in `fields`."""

    key: bytes
    thread_id: str
    checkpoint_ns: str
    checkpoint_id: str
    fields: dict[str, Any]


class _Query:
    """A query and its parameters: a tag that is sent as a parameter needs no escaping."""

    def __init__(self) -> None:
        self.text = ""
        self.parameters: list[str] = []

    def all_of(self, field: str, tags: Sequence[str]) -> str:
        start = len(self.parameters) // 2
        for number, tag in enumerate(tags, start):
            self.parameters += [f"p{number}", tag]
        return f"({' '.join(f'@{field}:{{$p{number}}}' for number in range(start, start + len(tags)))})"

    def one_of(self, field: str, values: Sequence[Sequence[str]]) -> str:
        return f"({'|'.join(self.all_of(field, tags) for tags in values)})"

    def with_range(self, clause: str) -> _Query:
        narrowed = _Query()
        narrowed.text, narrowed.parameters = f"{self.text} {clause}", self.parameters
        return narrowed


def find_documents(
    reading: Reading,
    kind: Kind,
    thread_ids: Sequence[str],
    *,
    fields: Sequence[str] = (),
    ns: str | None = None,
    checkpoint_ids: Sequence[str] | None = None,
) -> Iterator[Document]:
    """The documents of these threads, in no order; of one namespace and some checkpoints where they are given."""
    wanted, ids = set(thread_ids), None if checkpoint_ids is None else set(checkpoint_ids)
    fields = (*NAMES, *fields)
    for found in _documents(reading, kind, thread_ids, fields, ns, checkpoint_ids):
        if found.thread_id in wanted and ns in (None, found.checkpoint_ns) and (not ids or found.checkpoint_id in ids):
            yield found


def read_documents(reading: Reading, keys: Sequence[bytes], fields: Sequence[str]) -> list[Document | None]:
    """The same by their keys; None for one that is gone."""
    answers = reading.ask_all([_get(key, fields) for key in keys])
    return [_of_json(key, answer) for key, answer in zip(keys, answers, strict=True)]


def _documents(
    reading: Reading,
    kind: Kind,
    thread_ids: Sequence[str],
    fields: Sequence[str],
    ns: str | None,
    checkpoint_ids: Sequence[str] | None,
) -> Iterator[Document]:
    tags = {thread_id: tags_of(stored_id(thread_id)) for thread_id in thread_ids}
    searched = [found for found in tags.values() if found is not None]
    for start in range(0, len(searched), _TOGETHER):
        query = _Query()
        query.text = query.one_of("thread_id", searched[start : start + _TOGETHER])
        _narrow(query, ns, checkpoint_ids)
        yield from _search(reading, kind, query, fields)
    for thread_id, found in tags.items():
        if found is None or (not thread_id and _has_empty(reading, kind)):
            yield from _scan(reading, kind, thread_id, fields)


def _has_empty(reading: Reading, kind: Kind) -> bool:
    """Whether a shallow saver stored the thread whose id is empty: it does so as it is, and no tag is made of that."""
    root = raw(shallow_key(kind.checkpoint_prefix, "", ""))
    return read_documents(reading, [root], NAMES) != [None]


def _narrow(query: _Query, ns: str | None, checkpoint_ids: Sequence[str] | None) -> None:
    """What the server can leave out already. Rows are compared again: these are tags, too. The root namespace is not
    asked for: AsyncShallowRedisSaver stores it as it is, and of an empty text no tag is made."""
    name = tags_of(ns) if ns else None
    if name is not None:
        query.text += f" {query.all_of('checkpoint_ns', name)}"
    ids = [tags_of(stored_id(checkpoint_id)) for checkpoint_id in checkpoint_ids or ()]
    known = [tags for tags in ids if tags is not None]
    if known and len(known) == len(ids):
        query.text += f" {query.one_of('checkpoint_id', known)}"


def _search(reading: Reading, kind: Kind, query: _Query, fields: Sequence[str]) -> Iterator[Document]:
    """All rows of a query. First as a page, then in ranges that grow and shrink with what they hold."""
    total, found = _page(reading, kind, query, fields)
    if total <= PAGE:
        yield from found
        return
    yield from _whole(reading, kind, query.with_range(f"-@{kind.number}:[-inf +inf]"), fields)
    low, width = -10, _FIRST_RANGE
    yield from _whole(reading, kind, query.with_range(f"@{kind.number}:[-inf ({low}]"), fields)
    while True:
        rest = query.with_range(f"@{kind.number}:[{low} +inf]")
        if _page(reading, kind, rest, (), rows=0)[0] <= PAGE:
            yield from _whole(reading, kind, rest, fields)
            return
        high = min(low + width, _LAST_NUMBER)
        bounded = query.with_range(f"@{kind.number}:[{low} ({high}]")
        total, found = _page(reading, kind, bounded, fields)
        if total > PAGE and width > 1:
            width //= 2
            continue
        yield from found if total <= PAGE else _whole(reading, kind, bounded, fields)
        low, width = high, width * 2 if total <= PAGE // 2 else width
        if low >= _LAST_NUMBER:
            raise _too_many(reading)


def _whole(reading: Reading, kind: Kind, query: _Query, fields: Sequence[str]) -> Iterator[Document]:
    """All rows of a query that cannot be narrowed, page by page."""
    start, total = 0, 1
    while start < total:
        total, found = _page(reading, kind, query, fields, start)
        yield from found
        start += PAGE
        if start < total and not found:
            raise _too_many(reading)


def _page(
    reading: Reading, kind: Kind, query: _Query, fields: Sequence[str], start: int = 0, *, rows: int = PAGE
) -> tuple[int, list[Document]]:
    """How many rows match, and some of them. One that expired a moment ago comes without fields."""
    paths = [_PATHS[field] for field in fields]
    given = query.parameters
    parameters: Command = ("PARAMS", len(given), *given) if given else ()
    asked: Command = (
        kind.index,
        query.text,
        *parameters,
        "RETURN",
        len(paths),
        *paths,
        "LIMIT",
        start,
        rows,
        "DIALECT",
        2,
    )
    answer = reading.ask_map("FT.SEARCH", *asked)
    found = [_of_row(row) for row in answer[b"results"]]
    return int(answer[b"total_results"]), [row for row in found if row is not None]


def _too_many(reading: Reading) -> StoreError:
    return StoreError(
        f"{reading.safe_url}: a thread has more rows of one step than a search can show.",
        "The search module's MAXSEARCHRESULTS bounds it.",
    )


def _scan(reading: Reading, kind: Kind, thread_id: str, fields: Sequence[str]) -> Iterator[Document]:
    """By the names of all keys, for an id that the index does not find."""
    seen: set[bytes] = set()
    starts = {f"{kind.prefix}:{name}:" for name in (thread_id, stored_id(thread_id))}
    for start in starts:
        for names in reading.scan(glob(start) + b"*"):
            new = [name for name in names if name not in seen]
            seen.update(new)
            yield from (found for found in read_documents(reading, new, fields) if found is not None)


def _get(key: bytes, fields: Sequence[str]) -> Command:
    return ("JSON.GET", key, *(_PATHS[field] for field in fields))


def _of_row(row: dict[bytes, Any]) -> Document | None:
    given = row.get(b"extra_attributes") or {}
    fields = {
        field: value if field not in _PARSED else load_document(value)
        for field, path in _PATHS.items()
        if (value := given.get(path.encode())) is not None
    }
    return _document(row[b"id"], {key: text(item) if isinstance(item, bytes) else item for key, item in fields.items()})


def _of_json(key: bytes, answer: bytes | None) -> Document | None:
    given = load_document(answer) if answer is not None else None
    if not isinstance(given, dict):
        return None
    fields = {field: given[path][0] for field, path in _PATHS.items() if given.get(path)}
    if isinstance(fields.get("metadata"), str):  # a full saver stores a document within the document
        fields["metadata"] = load_document(fields["metadata"])
    return _document(key, fields)


def _document(key: bytes, fields: dict[str, Any]) -> Document | None:
    names = [fields.get(name) for name in NAMES]
    if not all(isinstance(name, str) for name in names):
        return None
    thread_id, checkpoint_ns, checkpoint_id = (str(name) for name in names)
    return Document(key, shown_id(thread_id), shown_ns(checkpoint_ns), shown_id(checkpoint_id), fields)


def unique(found: Iterable[Document]) -> list[Document]:
    """Each checkpoint once: a full and a shallow saver may both have stored it, and a scan may name a key twice. What a
    full saver stored comes first, for it tells more."""
    ordered = sorted(found, key=lambda item: ("parent_checkpoint_id" not in item.fields, item.key))
    kept: dict[tuple[str, str, str], Document] = {}
    for item in ordered:
        kept.setdefault((item.thread_id, item.checkpoint_ns, item.checkpoint_id), item)
    return list(kept.values())


def unique_keys(found: Iterable[Document]) -> list[Document]:
    """Each document once: one that was written again while it was searched for can come twice."""
    return list({item.key: item for item in found}.values())
