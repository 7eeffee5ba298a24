"""Every thread with its counts, from the names of keys alone: no query over all rows, which would stop the server.

A name does not say where the thread's id ends and the namespace begins, for both may hold colons. But all that comes
before a checkpoint's id, the joint, is the same text for every checkpoint of a thread and namespace, and that of a root
namespace ends in `:__empty__`, which tells the thread. Another joint belongs to the root whose thread it begins with.
Where two of them fit, or none, and for names that a shallow saver may have made, documents are asked.

What is kept is one entry for each joint, not for each key. A key that the server names twice counts twice, so that its
thread is read once more than needed; that happens only while the server's table of names changes its size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from inspector.domain.channels import NULL_TASK_ID
from inspector.stores.base import ThreadCount
from inspector.stores.documents import load_document
from inspector.stores.redis.client import Reading
from inspector.stores.redis.keys import EMPTY, glob, is_text, raw, shared_start, shown_id, storable, stored_id, text
from inspector.stores.redis.layout import Layout

_ROOT = f":{EMPTY}".encode()
_NULL_TASK = NULL_TASK_ID.encode()
_ASKED = "$['thread_id','checkpoint_id']"
#: Documents whose ids are asked for by one command.
_TOGETHER = 200


@dataclass(slots=True)
class _Count:
    checkpoints: int = 0
    writes: int = 0
    last_id: bytes = b""

    def add(self, other: _Count) -> None:
        self.checkpoints += other.checkpoints
        self.writes += other.writes
        self.last_id = max(self.last_id, other.last_id)


def iter_counts(reading: Reading, layout: Layout) -> Iterator[ThreadCount]:
    """Every thread that has a checkpoint, once."""
    return _Listing(reading, layout).run()


class _Listing:
    def __init__(self, reading: Reading, layout: Layout) -> None:
        self._reading = reading
        self._checkpoint = raw(f"{layout.prefix}:")
        self._write = raw(f"{layout.write_prefix}:")
        self._pointer = raw(f"{layout.prefix}_latest:")
        self._roots: dict[bytes, _Count] = {}  #: by thread, as the key has it
        self._joints: dict[bytes, _Count] = {}  #: of other namespaces
        self._commanded: set[bytes] = set()  #: checkpoints with writes of the null task

    def run(self) -> Iterator[ThreadCount]:
        for names in self._reading.scan(glob(text(self._pointer)) + b"*"):
            for name in filter(is_text, names):
                self._count(name[len(self._pointer) :])
        for names in self._scan_rows():
            self._add(list(filter(is_text, names)))
        self._take_away_ghosts()
        self._settle()
        while self._roots:
            thread, count = self._roots.popitem()
            if count.checkpoints:
                yield ThreadCount(
                    shown_id(text(thread)), count.checkpoints, count.writes, shown_id(text(count.last_id))
                )

    def _scan_rows(self) -> Iterator[list[bytes]]:
        """In one pass where the prefixes allow it: each pass looks at every key of the server."""
        common = shared_start(text(self._checkpoint), text(self._write))
        if common:
            yield from self._reading.scan(glob(common) + b"*")
            return
        for prefix in (self._checkpoint, self._write):
            yield from self._reading.scan(glob(text(prefix)) + b"*")

    def _add(self, names: Sequence[bytes]) -> None:
        unclear = []
        for name in names:
            if name.startswith(self._write):
                parts = name[len(self._write) :].rsplit(b":", 3)
                if len(parts) == 4:  # joint, checkpoint, task, number
                    self._count(parts[0]).writes += 1
                    if parts[2] == _NULL_TASK:
                        self._commanded.add(b":".join(parts[:2]))
            elif name.startswith(self._checkpoint):
                joint, _, checkpoint_id = name[len(self._checkpoint) :].rpartition(b":")
                if checkpoint_id and (joint.endswith(_ROOT) or joint in self._joints):
                    count = self._count(joint)
                    count.checkpoints += 1
                    count.last_id = max(count.last_id, checkpoint_id)
                else:
                    unclear.append(name)
        self._ask(unclear)

    def _ask(self, names: Sequence[bytes]) -> None:
        """Of keys that a shallow saver made, or whose pointer has expired."""
        for start in range(0, len(names), _TOGETHER):
            part = names[start : start + _TOGETHER]
            for name, answer in zip(part, self._reading.ask("JSON.MGET", *part, _ASKED), strict=True):
                thread, checkpoint_id = _two(answer)
                if thread is not None and checkpoint_id is not None and self._names(name, thread):
                    self._root(thread).add(_Count(1, 0, checkpoint_id))

    def _take_away_ghosts(self) -> None:
        """A Command as the first input of a thread leaves writes for a checkpoint that is never put, and put_writes()
        then makes a document of its mark alone."""
        suspects = list(self._commanded)
        for start in range(0, len(suspects), _TOGETHER):
            part = suspects[start : start + _TOGETHER]
            answers = self._reading.ask("JSON.MGET", *(self._checkpoint + name for name in part), _ASKED)
            for name, answer in zip(part, answers, strict=True):
                if answer is not None and _two(answer) == (None, None):
                    self._count(name.rpartition(b":")[0]).checkpoints -= 1

    def _count(self, joint: bytes) -> _Count:
        if joint.endswith(_ROOT):
            return self._root(joint[: -len(_ROOT)])
        count = self._joints.get(joint)
        if count is None:
            count = self._joints[joint] = _Count()
        return count

    def _root(self, thread: bytes) -> _Count:
        count = self._roots.get(thread)
        if count is None:
            count = self._roots[thread] = _Count()
        return count

    def _names(self, key: bytes, thread: bytes) -> bool:
        """Whether the key can be one of this thread. Another saver's prefix may begin with ours."""
        names = {thread, raw(shown_id(text(thread)))}
        return any(key.startswith(self._checkpoint + name + b":") for name in names)

    def _settle(self) -> None:
        """Gives what other namespaces hold to their threads."""
        unclear = []
        while self._joints:
            joint, count = self._joints.popitem()
            threads = self._candidates(joint)
            if len(threads) == 1:
                self._roots[threads[0]].add(count)
            elif count.checkpoints:
                unclear.append((joint, count))
            elif threads:
                self._roots[max(threads, key=len)].add(count)
        keys = [self._checkpoint + joint + b":" + count.last_id for joint, count in unclear]
        for start in range(0, len(keys), _TOGETHER):
            answers = self._reading.ask("JSON.MGET", *keys[start : start + _TOGETHER], _ASKED)
            for (joint, count), answer in zip(unclear[start:], answers, strict=False):
                thread, _ = _two(answer)
                if thread is not None and self._names(self._checkpoint + joint, thread):
                    self._root(thread).add(count)

    def _candidates(self, joint: bytes) -> list[bytes]:
        """Known threads that the joint begins with."""
        found = []
        end = joint.find(b":")
        while end >= 0:
            if joint[:end] in self._roots:
                found.append(joint[:end])
            end = joint.find(b":", end + 1)
        return found


def _two(answer: bytes | None) -> tuple[bytes | None, bytes | None]:
    """The ids of a document; None where it is gone or is none of ours."""
    found = load_document(answer) if answer is not None else None
    if isinstance(found, list) and len(found) == 2 and all(isinstance(item, str) and storable(item) for item in found):
        return raw(stored_id(found[0])), raw(found[1])
    return None, None
