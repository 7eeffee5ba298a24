"""How a Redis store is reached: its client, the layout of its indexes, and what these find."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from inspector.errors import NotACheckpointStore
from inspector.stores.guard import Limits, page_memory
from inspector.stores.redis import facts, rows
from inspector.stores.redis.client import Reading, RedisClient
from inspector.stores.redis.document import Document, Kind, read_documents, unique
from inspector.stores.redis.keys import checkpoint_key, raw, shallow_key, storable
from inspector.stores.redis.layout import Layout, find_layout
from inspector.stores.redis.pages import read_again
from inspector.stores.redis.search import find_documents
from inspector.stores.redis.url import RedisUrl
from inspector.stores.redis.writes import WRITE

#: Checkpoints whose writes one query asks for, and beyond which a search may be cheaper than reads by key.
CHECKPOINTS = 100
_SEARCH_GAIN = 4


class RedisReads:
    def __init__(self, name: str, url: str, limits: Limits | None = None) -> None:
        self._url = RedisUrl.parse(url)
        self.name = name
        self.safe_url = self._url.safe
        self._limits = limits or Limits()
        self._client = RedisClient(self._url, self._limits)
        self._layout: Layout | None = None

    def close(self) -> None:
        self._client.close()

    def _find(self, thread_id: str, ns: str | None = None, fields: Sequence[str] = ()) -> list[Document]:
        """Each checkpoint of a thread once, in no order. Names alone are searched for once a page."""
        if not storable(thread_id, ns or ""):
            return []
        memory = page_memory() if not fields else None
        if memory is None:
            return self._search(thread_id, ns, fields)
        found = memory.get((self, thread_id, ns)) or memory.get((self, thread_id, None))
        if not isinstance(found, list):
            found = memory[self, thread_id, ns] = self._search(thread_id, ns, fields)
        return [item for item in found if ns in (None, item.checkpoint_ns)]

    def _search(self, thread_id: str, ns: str | None, fields: Sequence[str]) -> list[Document]:
        fields = tuple(dict.fromkeys(["parent_checkpoint_id", *fields]))
        with self._read() as (reading, layout):
            return unique(find_documents(reading, kinds(layout)[0], [thread_id], fields=fields, ns=ns))

    def _read_fields(
        self, thread_id: str, ns: str, wanted: Callable[[str], bool], fields: Sequence[str], newest: int | None = None
    ) -> list[Document]:
        """The `newest` checkpoints of a namespace whose ids are `wanted`, newest first, with these fields. A few are
        read by their keys; each of all that the namespace has costs a search a quarter of that."""
        known = self._find(thread_id, ns)
        found = sorted((item for item in known if wanted(item.checkpoint_id)), key=_id_of, reverse=True)[:newest]
        if len(found) > CHECKPOINTS and len(found) * _SEARCH_GAIN > len(known):
            searched = {item.checkpoint_id: item for item in self._search(thread_id, ns, fields)}
            return [searched[item.checkpoint_id] for item in found if item.checkpoint_id in searched]
        with self._read() as (reading, _):
            return read_again(reading, found, fields)

    def _locate(self, reading: Reading, thread_id: str, checkpoint_ns: str, checkpoint_id: str) -> Document | None:
        """By its key, a full saver's or a shallow one's. Another thread's may have the same, so the document tells."""
        if not storable(thread_id, checkpoint_ns, checkpoint_id) or not checkpoint_id:
            return None
        layout = self._known_layout(reading)
        keys = [
            checkpoint_key(layout.prefix, thread_id, checkpoint_ns, checkpoint_id),
            shallow_key(layout.prefix, thread_id, checkpoint_ns),
        ]
        wanted = (thread_id, checkpoint_ns, checkpoint_id)
        found = read_documents(reading, [raw(key) for key in keys], rows.ROW)
        return next(
            (item for item in found if item and (item.thread_id, item.checkpoint_ns, item.checkpoint_id) == wanted),
            None,
        )

    def _find_writes(
        self, reading: Reading, layout: Layout, thread_id: str, checkpoint_ns: str | None, ids: Sequence[str]
    ) -> list[Document]:
        if not storable(thread_id, checkpoint_ns or "", *ids):
            return []
        found: list[Document] = []
        for start in range(0, len(ids), CHECKPOINTS):
            part = ids[start : start + CHECKPOINTS]
            kind = kinds(layout)[1]
            found += find_documents(reading, kind, [thread_id], fields=WRITE, ns=checkpoint_ns, checkpoint_ids=part)
        return found

    def _known_layout(self, reading: Reading) -> Layout:
        if self._layout is None:
            facts.refuse_cluster(reading)
            self._layout = find_layout(reading, prefix=self._url.prefix, write_prefix=self._url.write_prefix)
        return self._layout

    @contextmanager
    def _read(self, *, seconds: float | None = None) -> Iterator[tuple[Reading, Layout]]:
        """A layout that no longer holds is found anew by the next read."""
        with self._client.reading(seconds) as reading:
            try:
                yield reading, self._known_layout(reading)
            except NotACheckpointStore:
                self._layout = None
                raise


def _id_of(found: Document) -> str:
    return found.checkpoint_id


def kinds(layout: Layout) -> tuple[Kind, Kind]:
    return (
        Kind(layout.prefix, layout.prefix, "step", layout.prefix),
        Kind(layout.write_prefix, layout.write_prefix, "", layout.prefix),
    )
