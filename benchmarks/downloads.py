"""How long a scrape takes on an index that is there, and how long and in how much memory its threads are handed out.

    INSPECTOR_DATABASE_URL=sqlite:///PATH python -m benchmarks.downloads STORE

The index may be one that `benchmarks.scale --keep` left behind. No store is read.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import time
from typing import Any

from benchmarks.figures import Figure

_SCRAPES = 20
_FILES = {"all threads": "/threads/?download={form}", "orphans": "/threads/?flag=orphan&download={form}"}


def main(store: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "inspector.settings")
    os.environ["INSPECTOR_STORES"] = f"{store}=postgresql://nobody@localhost:1/none"
    os.environ.setdefault("INSPECTOR_SECRET_KEY", "only-for-benchmarks")
    import django

    django.setup()
    from benchmarks.signing_in import signed_in

    client = signed_in(SERVER_NAME="localhost")
    _scrapes(client)
    for name, address in _FILES.items():
        for form in ("csv", "json"):
            _file(client, f"{name} as {form}", address.format(form=form))


def _scrapes(client: Any) -> None:
    taken = []
    for _ in range(_SCRAPES):
        began = time.perf_counter()
        response = client.get("/-/metrics")
        taken.append(time.perf_counter() - began)
        if response.status_code != 200:
            raise RuntimeError(response.content.decode())
    _tell(Figure("metrics", "median of a scrape", statistics.median(taken) * 1000, "ms", 50.0))


def _file(client: Any, name: str, address: str) -> None:
    before, began, size, rows = _memory(), time.perf_counter(), 0, 0
    for chunk in client.get(address).streaming_content:
        size, rows = size + len(chunk), rows + chunk.count(b"\n")
    seconds = time.perf_counter() - began
    _tell(Figure("downloads", f"{name}, {rows:,} lines, {size / 2**20:.0f} MB", seconds, "s"))
    _tell(Figure("downloads", f"{name}: more memory at most", (_memory() - before) / 2**20, "MB", 64.0))


def _memory() -> int:
    """The most that the process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _tell(figure: Figure) -> None:
    print(figure.line(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
