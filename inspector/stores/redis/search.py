"""Exact rows of threads, found by the search index and held against the documents themselves.

A tag query folds case and splits at commas, so it finds more than was asked for: rows are compared with the thread's
exact id. A query shows 10,000 rows at most (MAXSEARCHRESULTS) and says nothing of the others, and it keeps the server
from everything else while it runs: what is larger than a page is asked for in parts, and counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from inspector.errors import ReadTooLong
from inspector.stores.redis.client import Command, Reading
from inspector.stores.redis.document import NAMES, PATHS, Document, Kind, of_row, read_documents
from inspector.stores.redis.keys import glob, raw, shallow_key, stored_id, tags_of
from inspector.stores.redis.query import Query, Scope

#: Rows of one query: some 30 ms of the server's time.
PAGE = 1_000
#: Threads of one query, and checkpoints.
_THREADS, _CHECKPOINTS = 25, 100
_FIRST_RANGE = PAGE // 4
_LAST_NUMBER = 2**40
#: Pages of a set that moves while it is read are read again, so often in all.
_ATTEMPTS = 3

#: A key, and its document unless that expired a moment ago.
_Row = tuple[bytes, Document | None]


def find_documents(
    reading: Reading,
    kind: Kind,
    thread_ids: Sequence[str],
    *,
    fields: Sequence[str] = (),
    ns: str | None = None,
    checkpoint_ids: Sequence[str] | None = None,
    known: Mapping[str, Sequence[str]] | None = None,
) -> Iterator[Document]:
    """The documents of these threads, in no order and some perhaps twice; of one namespace and some checkpoints where
    they are given. `known` are checkpoints of each thread, by which more of its rows than a search shows can be found.
    Raises `ReadTooLong` where there is no way to show them all."""
    wanted, ids = set(thread_ids), None if checkpoint_ids is None else set(checkpoint_ids)
    tags = {thread_id: tags_of(stored_id(thread_id)) for thread_id in thread_ids}
    searched = tuple(thread_id for thread_id, found in tags.items() if found is not None)
    search = _Search(reading, kind, (*NAMES, *fields), known or {})
    for found in search.documents(searched, [name for name in tags if name not in searched], ns, checkpoint_ids):
        exact = found.thread_id in wanted and ns in (None, found.checkpoint_ns)
        if exact and (not ids or found.checkpoint_id in ids) and kind.names(found):
            yield found


@dataclass(frozen=True, slots=True)
class _Search:
    reading: Reading
    kind: Kind
    fields: tuple[str, ...]
    known: Mapping[str, Sequence[str]]

    def documents(
        self, searched: tuple[str, ...], scanned: Iterable[str], ns: str | None, checkpoint_ids: Sequence[str] | None
    ) -> Iterator[Document]:
        ids = None if checkpoint_ids is None else tuple(checkpoint_ids)
        for start in range(0, len(searched), _THREADS):
            for _, found in self.rows(Scope(searched[start : start + _THREADS], ns, ids)):
                if found is not None:
                    yield found
        for thread_id in scanned:
            yield from self._scan(thread_id)
        if "" in searched and self._has_empty():
            yield from self._scan("")

    def rows(self, scope: Scope) -> Iterator[_Row]:
        """All rows of a scope: as a page, else in parts, else by what tells the rows of one thread apart."""
        query = scope.query()
        total, found = self._page(query)
        if total <= PAGE:
            yield from found
            return
        parts = list(scope.split(-(-total // (PAGE // 2))))
        if parts:
            for part in parts:
                yield from self.rows(part)
        elif self.kind.number:
            yield from self._by_number(query)
        else:
            yield from self._by_checkpoints(scope, query, total)

    def _by_number(self, query: Query) -> Iterator[_Row]:
        """In ranges that grow and shrink with what they hold."""
        number = self.kind.number
        yield from self._all_pages(query.with_range(f"-@{number}:[-inf +inf]"))
        low, width = -10, _FIRST_RANGE
        yield from self._all_pages(query.with_range(f"@{number}:[-inf ({low}]"))
        while True:
            rest = query.with_range(f"@{number}:[{low} +inf]")
            if self._page(rest, rows=0)[0] <= PAGE:
                yield from self._all_pages(rest)
                return
            high = min(low + width, _LAST_NUMBER)
            bounded = query.with_range(f"@{number}:[{low} ({high}]")
            total, found = self._page(bounded)
            if total > PAGE and width > 1:
                width //= 2
                continue
            yield from found if total <= PAGE else self._all_pages(bounded)
            low, width = high, width * 2 if total <= PAGE // 2 else width
            if low >= _LAST_NUMBER:
                raise _too_many(self.reading)

    def _by_checkpoints(self, scope: Scope, query: Query, total: int) -> Iterator[_Row]:
        """Rows of one thread: page by page as far as a search shows them, else by the checkpoints that it is known to
        have. A write whose checkpoint was never put, or came since, is then found by its key."""
        whole = self._pages(query)
        if whole is not None:
            yield from whole.items()
            return
        (thread_id,) = scope.thread_ids
        known = tuple(dict.fromkeys(self.known.get(thread_id, ())))
        if scope.checkpoint_ids is not None or not known:
            raise _too_many(self.reading)
        seen: set[bytes] = set()
        for start in range(0, len(known), _CHECKPOINTS):
            for key, found in self.rows(Scope((thread_id,), scope.ns, known[start : start + _CHECKPOINTS])):
                seen.add(key)
                yield key, found
        if len(seen) < total:
            yield from ((found.key, found) for found in self._scan(thread_id) if found.key not in seen)

    def _all_pages(self, query: Query) -> Iterator[_Row]:
        whole = self._pages(query)
        if whole is None:
            raise _too_many(self.reading)
        yield from whole.items()

    def _pages(self, query: Query) -> dict[bytes, Document | None] | None:
        """All rows of a query, page by page; None where a search does not show them all. Rows that are written or go
        meanwhile change places with others, so rows are counted, and a set that moved is read again."""
        for _ in range(_ATTEMPTS):
            found: dict[bytes, Document | None] = {}
            most, start, total = 0, 0, 1
            while start < total:
                total, rows = self._page(query, start)
                found.update(rows)
                most, start = max(most, total), start + PAGE
                if start < total and len(rows) < PAGE:
                    return None
            if len(found) >= most or most <= PAGE:  # one page is one moment
                return found
        return None

    def _page(self, query: Query, start: int = 0, *, rows: int = PAGE) -> tuple[int, list[_Row]]:
        """How many rows match, and some of them."""
        paths = [PATHS[field] for field in self.fields] if rows else []
        given = query.parameters
        parameters: Command = ("PARAMS", len(given), *given) if given else ()
        shown: Command = ("RETURN", len(paths), *paths, "LIMIT", start, rows, "DIALECT", 2)
        answer = self.reading.ask_map("FT.SEARCH", self.kind.index, query.text, *parameters, *shown)
        return int(answer[b"total_results"]), [(row[b"id"], of_row(row)) for row in answer[b"results"]]

    def _has_empty(self) -> bool:
        """Whether a shallow saver stored the thread whose id is empty: it does so as it is, and no tag is made of
        that."""
        root = raw(shallow_key(self.kind.checkpoint_prefix, "", ""))
        return read_documents(self.reading, [root], NAMES) != [None]

    def _scan(self, thread_id: str) -> Iterator[Document]:
        """By the names of all keys, for an id that the index does not find."""
        seen: set[bytes] = set()
        for start in {f"{self.kind.prefix}:{name}:" for name in (thread_id, stored_id(thread_id))}:
            for names in self.reading.scan(glob(start) + b"*"):
                new = [name for name in names if name not in seen]
                seen.update(new)
                found = read_documents(self.reading, new, self.fields)
                yield from (item for item in found if item is not None)


def _too_many(reading: Reading) -> ReadTooLong:
    return ReadTooLong(
        f"{reading.safe_url}: a thread has more rows than a search can show, or they change while it looks.",
        "The search module's MAXSEARCHRESULTS bounds what it shows.",
    )
