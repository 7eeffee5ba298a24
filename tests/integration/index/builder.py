"""A process that builds an index in small steps, to be killed: `python -m tests.integration.index.builder STORE_URL`.

It prints a line after each step, and at the end how many threads it has read.
"""

from __future__ import annotations

import sys

import django


def main(url: str) -> None:
    django.setup()
    from inspector.index import walk
    from inspector.reader import Reader
    from inspector.stores.guard import Limits
    from inspector.stores.postgres import PostgresStore
    from tests.integration.index.syncing import sync

    walk._FIRST = walk._MOST = 60

    def tell(phase: str, done: int, total: int | None) -> None:
        print(phase, done, flush=True)

    reader = Reader(PostgresStore("store", url, Limits()), host_keys=("worker_hostname",), owner_keys=("user_id",))
    print("built", sync(reader, progress=tell).changed, flush=True)
    reader.store.close()


if __name__ == "__main__":
    main(sys.argv[1])
