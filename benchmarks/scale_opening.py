"""Commands of a measuring process that opens pages, as the server of a dashboard does, without a network between."""

from __future__ import annotations

import os
import random
import time
from functools import cache
from pathlib import Path
from urllib.parse import quote

from django.db import connection

from benchmarks.signing_in import signed_in
from inspector.decode import FULL
from inspector.index.cursor import Cursor
from inspector.index.queries import ThreadQuery, find_threads
from inspector.models import HostTally, StoreEntry, ThreadEntry
from inspector.views.bar import moment

COMMANDS = ("paths", "open_pages", "list_threads")
SORT = "-last_at"
_client = cache(signed_in)  # one for all pages, once there is an index


def paths(many: int) -> dict[str, list[str]]:
    """Addresses to open by the name of the page, some for each, drawn from what is there."""
    chance = random.Random(1)  # noqa: S311
    rows = ThreadEntry.objects.order_by("-last_at", "-pk")
    total = rows.count()
    deep, searches = [], []
    for _ in range(many):
        middle = rows[chance.randrange(total // 4, max(total // 4 + 1, total * 3 // 4))]
        deep.append(f"/threads/?after={quote(Cursor.at(SORT, middle.last_at, middle.pk).encode())}")
        begin = chance.randrange(2, 5)
        searches.append(f"/threads/?q={quote(middle.thread_id[begin : begin + 8])}")
    hosts = list(HostTally.objects.exclude(hostname="").order_by("hostname").values_list("hostname", flat=True)[:many])
    return {
        "first page": ["/threads/"],
        "deep page": deep,
        "one-turn filter": ["/threads/?turns=one"],
        "host filter": [f"/threads/?host={quote(host)}" for host in hosts],
        "substring search": searches,
        "orphans page": ["/orphans/"],
        "search of what many have": ["/threads/?q=tenant"],
        "failed threads": ["/threads/?state=failed"],
    }


def open_pages(paths: list[str], times: int, cold: bool = False) -> list[tuple[float, float]]:
    """Seconds of each, and CPU seconds, which other processes disturb less. `cold` takes the
    index's file out of memory before each."""
    return [_open(paths[number % len(paths)], cold) for number in range(times)]


def list_threads(times: int) -> list[float]:
    """Seconds that the first page's rows take to be read from the index, without its HTML."""
    store, seconds = StoreEntry.objects.get(), []
    for _ in range(times):
        began = time.perf_counter()
        find_threads(store, ThreadQuery(), moment(), sight=FULL)
        seconds.append(time.perf_counter() - began)
    return seconds


def _open(path: str, cold: bool) -> tuple[float, float]:
    if cold:
        _forget_index()
    began, known = time.perf_counter(), time.process_time()
    answer = _client().get(path, headers={"host": "localhost"})
    seconds = time.perf_counter() - began, time.process_time() - known
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code}")
    return seconds


def _forget_index() -> None:
    """The connection's own memory, then the pages of the files that the kernel keeps."""
    name = str(connection.settings_dict["NAME"])
    connection.close()
    for path in Path(name).parent.glob(Path(name).name + "*"):
        file = os.open(path, os.O_RDONLY)
        os.fsync(file)  # only pages that are on the disk are given back
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(file)
