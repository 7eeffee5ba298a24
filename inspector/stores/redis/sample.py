"""How long some of the newest keys will live, and where some of the pointers lead.

The newest checkpoints by the search index, in a stretch of time that holds few enough of them: to sort all would stop
the server. Pointers by the names of keys, which come in no order, a bounded part of them: a pointer that leads nowhere
can be found in no other way.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from inspector.stores.redis.client import Command, Reading
from inspector.stores.redis.keys import EMPTY, glob, raw, shown_id, text
from inspector.stores.redis.layout import Layout

#: Checkpoints that are looked at, and the pending writes of how many of them, and of those how many at the most.
_CHECKPOINTS, _WRITTEN, _WRITES = 200, 50, 200
#: A stretch that holds more than so many checkpoints is made shorter.
_TOO_MANY = 5_000
#: Stretches that are tried, in seconds, and how often one that holds too many is halved.
_STRETCHES = (600.0, 7_200.0, 86_400.0, 30 * 86_400.0)
_HALVINGS = 8
#: Steps of the scan for pointers, of a thousand names each (300 µs of the server's time), and pointers looked at.
_STEPS, _POINTERS = 200, 500
#: A pointer that expires within so many milliseconds may be outlived by its checkpoint's expiry by a moment.
_SOON = 5_000
_GONE = -2
#: Other sets of checkpoints that threads are looked for in.
_OTHERS = 10


@dataclass(frozen=True, slots=True)
class Lives:
    checkpoints: int = 0
    expiring_checkpoints: int = 0
    shortest_seconds: float | None = None
    longest_seconds: float | None = None
    writes: int = 0
    expiring_writes: int = 0


@dataclass(frozen=True, slots=True)
class Pointers:
    looked_at: int = 0
    dangling: tuple[str, ...] = ()  #: ids of threads
    names: tuple[bytes, ...] = ()


def read_lives(reading: Reading, layout: Layout) -> Lives:
    checkpoints = newest_keys(reading, layout.prefix, _CHECKPOINTS)
    writes = _writes_of(reading, layout.write_prefix, checkpoints[:_WRITTEN])
    lives = [life for life in _lives(reading, checkpoints) if life != _GONE]
    expiring = [life for life in lives if life >= 0]
    written = [life for life in _lives(reading, writes) if life != _GONE]
    return Lives(
        checkpoints=len(lives),
        expiring_checkpoints=len(expiring),
        shortest_seconds=min(expiring) / 1000 if expiring else None,
        longest_seconds=max(expiring) / 1000 if expiring else None,
        writes=len(written),
        expiring_writes=sum(life >= 0 for life in written),
    )


def read_pointers(reading: Reading, layout: Layout) -> Pointers:
    """Those of full savers to root checkpoints: key and value are plain texts."""
    start, end = raw(f"{layout.prefix}_latest:"), raw(f":{EMPTY}")
    names = _find_pointers(reading, start, end)
    leading = _targets(reading, names)
    # A checkpoint and its pointer expire one after the other, and a saver may move the pointer: looked at twice.
    astray = _targets(reading, _without_target(reading, leading))
    lost = _without_target(reading, astray)
    dangling = [name for name, life in zip(lost, _lives(reading, lost), strict=True) if life == -1 or life > _SOON]
    return Pointers(len(leading), tuple(sorted(_thread(name, start, end) for name in dangling)), tuple(leading))


def read_shared(
    reading: Reading, layout: Layout, others: Sequence[str], names: Sequence[bytes]
) -> tuple[tuple[str, str], ...]:
    """Of the threads of these pointers, those to which a saver with another prefix has a pointer as well."""
    start, end = raw(f"{layout.prefix}_latest:"), raw(f":{EMPTY}")
    found: list[tuple[str, str]] = []
    for other in others[:_OTHERS] if names else ():
        answers = reading.ask("MGET", *(raw(f"{other}_latest:") + name[len(start) :] for name in names))
        theirs = zip(names, answers, strict=True)
        found += [(other, _thread(name, start, end)) for name, target in theirs if target]
    return tuple(sorted(found))


def _thread(name: bytes, start: bytes, end: bytes) -> str:
    return shown_id(text(name[len(start) : -len(end)]))


def _find_pointers(reading: Reading, start: bytes, end: bytes) -> list[bytes]:
    names: dict[bytes, None] = {}
    for found in reading.scan(glob(text(start)) + b"*" + end, steps=_STEPS):
        names.update(dict.fromkeys(found))
        if len(names) >= _POINTERS:
            break
    return list(names)[:_POINTERS]


def _targets(reading: Reading, names: Sequence[bytes]) -> dict[bytes, bytes]:
    """Where each pointer leads. Those that are gone are left out."""
    answers = reading.ask("MGET", *names) if names else []
    return {name: target for name, target in zip(names, answers, strict=True) if target}


def _without_target(reading: Reading, leading: Mapping[bytes, bytes]) -> list[bytes]:
    lives = _lives(reading, list(leading.values()))
    return [name for name, life in zip(leading, lives, strict=True) if life == _GONE]


def newest_keys(reading: Reading, index: str, wanted: int) -> list[bytes]:
    """The keys of about so many of the newest checkpoints, the newest first where they are few enough to be sorted."""
    now = time.time() * 1000
    since, fewer = 0.0, now
    for seconds in _STRETCHES:
        start = now - seconds * 1000
        count = _count(reading, index, start)
        if count >= wanted:
            since = start
            break
        fewer = start
    else:
        count = _count(reading, index, since)
    for _ in range(_HALVINGS):
        if count <= _TOO_MANY:
            break
        middle = (since + fewer) / 2
        held = _count(reading, index, middle)
        since, fewer, count = (middle, fewer, held) if held >= wanted else (since, middle, count)
    return _search(reading, index, _since(since), wanted, sort="checkpoint_ts" if count <= _TOO_MANY else "")[1]


def _writes_of(reading: Reading, index: str, checkpoints: Sequence[bytes]) -> list[bytes]:
    """By the ids at the ends of the checkpoints' names. Shallow savers' names have none: of those nothing is found."""
    ids = list(dict.fromkeys(text(name).rpartition(":")[2] for name in checkpoints))
    ids = [name for name in ids if name and name != EMPTY]
    if not ids:
        return []
    parameters: list[str] = []
    for number, name in enumerate(ids):
        parameters += [f"p{number}", name]
    query = "|".join(f"@checkpoint_id:{{$p{number}}}" for number in range(len(ids)))
    return _search(reading, index, query, _WRITES, parameters=parameters)[1]


def _count(reading: Reading, index: str, since: float) -> int:
    return _search(reading, index, _since(since), 0)[0]


def _since(milliseconds: float) -> str:
    return f"@checkpoint_ts:[{milliseconds:.0f} +inf]"


def _search(
    reading: Reading, index: str, query: str, rows: int, *, parameters: Sequence[str] = (), sort: str = ""
) -> tuple[int, list[bytes]]:
    given: Command = ("PARAMS", len(parameters), *parameters) if parameters else ()
    order: Command = ("SORTBY", sort, "DESC") if sort and rows else ()
    shown: Command = ("LIMIT", 0, rows, "DIALECT", 2)
    answer = reading.ask_map("FT.SEARCH", index, query, "NOCONTENT", *given, *order, *shown)
    return int(answer[b"total_results"]), [row[b"id"] for row in answer[b"results"]]


def _lives(reading: Reading, keys: Sequence[bytes]) -> list[int]:
    """Milliseconds that each key has left; -1 for one that stays, -2 for one that is gone."""
    return [int(answer) for answer in reading.ask_all([("PTTL", key) for key in keys])]
