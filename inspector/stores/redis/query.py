"""What a search asks for: rows of some threads, and how that is taken apart where there are too many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from inspector.stores.redis.keys import stored_id, tags_of


class Query:
    """Text and parameters: a tag that is sent as a parameter needs no escaping."""

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

    def with_range(self, clause: str) -> Query:
        narrowed = Query()
        narrowed.text, narrowed.parameters = f"{self.text} {clause}", self.parameters
        return narrowed


@dataclass(frozen=True, slots=True)
class Scope:
    """Rows of threads that all have tags; of one namespace and of some checkpoints where they are given."""

    thread_ids: tuple[str, ...]
    ns: str | None
    checkpoint_ids: tuple[str, ...] | None

    def query(self) -> Query:
        """What the server can leave out. Rows are compared again: these are tags. The root namespace is not asked for:
        AsyncShallowRedisSaver stores it as it is, and of an empty text no tag is made."""
        query = Query()
        query.text = query.one_of("thread_id", _tags(self.thread_ids))
        name = tags_of(self.ns) if self.ns else None
        if name is not None:
            query.text += f" {query.all_of('checkpoint_ns', name)}"
        known = _tags(self.checkpoint_ids or ())
        if known and len(known) == len(self.checkpoint_ids or ()):
            query.text += f" {query.one_of('checkpoint_id', known)}"
        return query

    def split(self, parts: int) -> Iterator[Scope]:
        """The same rows in `parts` at the most, by threads, else by checkpoints. None where only one is left."""
        if len(self.thread_ids) > 1:
            yield from (replace(self, thread_ids=some) for some in _split(self.thread_ids, parts))
        elif len(self.checkpoint_ids or ()) > 1:
            yield from (replace(self, checkpoint_ids=some) for some in _split(self.checkpoint_ids or (), parts))


def _tags(names: Sequence[str]) -> list[list[str]]:
    return [tags for name in names if (tags := tags_of(stored_id(name))) is not None]


def _split(names: tuple[str, ...], parts: int) -> Iterator[tuple[str, ...]]:
    size = max(1, -(-len(names) // parts))
    yield from (names[start : start + size] for start in range(0, len(names), size))
