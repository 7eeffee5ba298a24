"""Documents as they are found: some of their fields, and whose they are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from inspector.errors import StoreError
from inspector.stores.documents import load_document
from inspector.stores.redis.client import Command, Reading
from inspector.stores.redis.errors import NotADocument
from inspector.stores.redis.keys import shown_id, shown_ns, storable, stored_id, stored_ns, text

#: Where each field is in a document, and whether it is text that holds JSON, or a part of the document.
PATHS = {
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
class Document:
    """Some fields of a document. One that the document does not have is not in `fields`."""

    key: bytes
    thread_id: str
    checkpoint_ns: str
    checkpoint_id: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """What is searched: an index and the keys behind it, and the number that its rows are asked for in ranges of, ""
    where no number tells them apart."""

    index: str
    prefix: str
    number: str
    checkpoint_prefix: str  #: of the checkpoints to which the rows belong, or which they are

    def names(self, found: Document) -> bool:
        """Whether a saver with these prefixes would give the document this key. Another one's prefix may begin with
        ours, and the index then holds its rows as well."""
        key = text(found.key)
        threads = dict.fromkeys((stored_id(found.thread_id), found.thread_id))
        spaces = dict.fromkeys((stored_ns(found.checkpoint_ns), found.checkpoint_ns))
        end = f":{stored_id(found.checkpoint_id)}"
        if self.prefix == self.checkpoint_prefix:
            ends = (end, "")  # a shallow saver's has no id
            return any(key == f"{self.prefix}:{one}:{ns}{end}" for one in threads for ns in spaces for end in ends)
        return any(key.startswith(f"{self.prefix}:{one}:{ns}{end}:") for one in threads for ns in spaces)


def read_documents(reading: Reading, keys: Sequence[bytes], fields: Sequence[str]) -> list[Document | None]:
    """Some documents by their keys; None for one that is gone, and for a key that holds something else."""
    answers = reading.ask_all([_get(key, fields) for key in keys], failing=True)
    found: list[Document | None] = []
    for key, answer in zip(keys, answers, strict=True):
        if isinstance(answer, StoreError) and not isinstance(answer, NotADocument):
            raise answer
        found.append(None if isinstance(answer, StoreError) else _of_json(key, answer))
    return found


def _get(key: bytes, fields: Sequence[str]) -> Command:
    return ("JSON.GET", key, *(PATHS[field] for field in fields))


def of_row(row: dict[bytes, Any]) -> Document | None:
    given = row.get(b"extra_attributes") or {}
    fields = {
        field: value if field not in _PARSED else load_document(value)
        for field, path in PATHS.items()
        if (value := given.get(path.encode())) is not None
    }
    return _document(row[b"id"], {key: text(item) if isinstance(item, bytes) else item for key, item in fields.items()})


def _of_json(key: bytes, answer: bytes | None) -> Document | None:
    given = load_document(answer) if answer is not None else None
    if not isinstance(given, dict):
        return None
    fields = {field: given[path][0] for field, path in PATHS.items() if given.get(path)}
    if isinstance(fields.get("metadata"), str):  # a full saver stores a document within the document
        fields["metadata"] = load_document(fields["metadata"])
    return _document(key, fields)


def _document(key: bytes, fields: dict[str, Any]) -> Document | None:
    names = [fields.get(name) for name in NAMES]
    if not all(isinstance(name, str) for name in names):
        return None
    thread_id, checkpoint_ns, checkpoint_id = (str(name) for name in names)
    if not storable(thread_id, checkpoint_ns, checkpoint_id):
        return None
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
