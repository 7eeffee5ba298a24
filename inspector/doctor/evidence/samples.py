"""A few stored values of a few threads, looked at closely: how they were stored, and what is in them.

The newest threads tell how workers store now, the oldest how it was once done. Of each thread, the newest state and the
pending writes of its last two checkpoints are read, as a page of that thread would.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from inspector.decode import Sight
from inspector.domain.channels import CONTROL_WRITES, is_internal
from inspector.domain.coordinates import time_of
from inspector.domain.value import Absent, Value
from inspector.index.queries import Row
from inspector.models import StoreEntry, ThreadEntry
from inspector.reader import Reader
from inspector.reader.bodies import decode_body, keys_of
from inspector.reader.history import first_text
from inspector.stores.base import ChannelBody, CheckpointRow, ReadBudget

#: Threads at either end: of the newest ones more where more hosts wrote them, one for each.
NEWEST, HOSTS, OLDEST = 4, 8, 3
#: Bytes of values that are read of one thread, the small ones first.
_VALUES = ReadBudget(bytes=64_000)
_WRITES = ReadBudget(rows=100)


@dataclass(frozen=True, slots=True)
class Part:
    """One stored value. `tag` is what the serializer put beside it: "msgpack", "pickle", "msgpack+aes". `latest` says
    that it was stored with the newest checkpoint. `value` is None where it was not read."""

    channel: str
    tag: str
    latest: bool
    value: Value = None

    @property
    def form(self) -> str:
        """The tag without its cipher; "" where nothing is known or nothing is there to be stored."""
        inner = self.tag.partition("+")[0]
        return "" if inner in ("empty", "null") else inner

    @property
    def sealed(self) -> bool:
        return "+" in self.tag


@dataclass(frozen=True, slots=True)
class Sample:
    """One thread. `host` wrote its newest checkpoint, `at` that time; "" and None where nothing says so."""

    thread_id: str
    checkpoint_id: str
    host: str
    at: datetime | None
    parts: tuple[Part, ...]


def read_samples(reader: Reader, entry: StoreEntry, newest: Iterable[Row]) -> tuple[Sample, ...]:
    """The newest threads first. Threads that are gone by now are left out. Raises `StoreError`."""
    thread_ids = dict.fromkeys([*_pick(newest), *_oldest(entry)])
    found = (_read(reader, thread_id) for thread_id in thread_ids)
    return tuple(sample for sample in found if sample is not None)


def newest_by_host(samples: Iterable[Sample]) -> dict[str, Sample]:
    """What each host wrote last, of these: how it stores now, whatever it did before it was mended."""
    found: dict[str, Sample] = {}
    for sample in samples:
        other = found.get(sample.host)
        if other is None or (sample.at is not None and other.at is not None and sample.at > other.at):
            found[sample.host] = sample
    return found


def _pick(newest: Iterable[Row]) -> list[str]:
    """The newest thread of every host, as far as that goes, then the newest ones where those are few."""
    by_host: dict[str, str] = {}
    rest: list[str] = []
    for row in newest:
        hosts = [worker.hostname for worker in row.workers if worker.writes]
        if unseen := [host for host in hosts if host not in by_host]:
            by_host |= dict.fromkeys(unseen, row.entry.thread_id)
        elif len(rest) < NEWEST:
            rest.append(row.entry.thread_id)
    apart = list(dict.fromkeys(by_host.values()))[:HOSTS]
    return [*apart, *rest[: max(0, NEWEST - len(apart))]]


def _oldest(entry: StoreEntry) -> list[str]:
    threads = ThreadEntry.objects.filter(store=entry).order_by("first_at", "id")
    return list(threads.values_list("thread_id", flat=True)[:OLDEST])


def _read(reader: Reader, thread_id: str) -> Sample | None:
    rows = reader.store.read_checkpoints(thread_id, "", budget=ReadBudget(rows=2)).rows
    if not rows:
        return None
    head = rows[0]
    parts = (*_channels(reader, head), *_writes(reader, rows))
    host = first_text(head.metadata, reader.host_keys)
    return Sample(thread_id, head.checkpoint_id, host, time_of(head.checkpoint_id), parts)


def _channels(reader: Reader, head: CheckpointRow) -> Iterator[Part]:
    """A store keeps values beside its checkpoints or in them, never both."""
    where = (head.thread_id, head.checkpoint_ns)
    newest = max((str(version) for version in head.channel_versions.values()), default="")
    wanted = [pair for pair in keys_of(head) if not is_internal(pair[0])]
    own = [channel for channel in head.own_bodies if not is_internal(channel)]
    if own:
        bodies = reader.store.read_own_channels(*where, head.checkpoint_id, own, budget=_VALUES)
    else:
        bodies = reader.store.read_channels(*where, wanted, budget=_VALUES) if wanted else []
    for body in bodies:
        yield Part(body.channel, body.type, body.version == newest, _value(body, reader.sight))


def _value(body: ChannelBody, sight: Sight) -> Value:
    value = decode_body(body, sight).value
    return None if isinstance(value, Absent) else value


def _writes(reader: Reader, rows: Iterable[CheckpointRow]) -> Iterator[Part]:
    """A checkpoint's writes are those of the tasks that ran after it, so a finished thread has them at the last but
    one. Marks of tasks are none of the graph's values."""
    rows = list(rows)
    ids = [row.checkpoint_id for row in rows]
    found = reader.store.read_writes(rows[0].thread_id, rows[0].checkpoint_ns, ids, bodies=False, budget=_WRITES)
    for write in found:
        if write.channel not in CONTROL_WRITES and not is_internal(write.channel):
            yield Part(write.channel, write.type, latest=True)
