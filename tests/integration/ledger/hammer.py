"""A worker that writes batches as fast as it can: `python -m tests.integration.ledger.hammer URL HOSTNAME BATCHES`.

Prints what it wrote, as JSON: reads by thread. A write that fails is sent again.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from contextlib import suppress

from inspector.probe.ledger_schema import Batch, Ledger
from inspector.probe.ledgers import open_ledger
from tests.integration.ledger.samples import batch, counts, report

THREADS = [f"thread-{number}" for number in range(40)]


def hammer(ledger: Ledger, hostname: str, batches: int) -> Counter[str]:
    worker, done, rng = report(hostname), Counter[str](), random.Random(hostname)
    for number in range(1, batches + 1):
        added = Counter(rng.choices(THREADS, k=5))
        send(ledger, batch(worker, number, *(counts(name, reads=reads) for name, reads in added.items())))
        done += added
    return done


def send(ledger: Ledger, sent: Batch) -> None:
    for _ in range(500):
        with suppress(Exception):
            return ledger.write(sent)
    ledger.write(sent)
    return None


if __name__ == "__main__":
    url, hostname, batches = sys.argv[1:]
    ledger = open_ledger(url)
    print(json.dumps(hammer(ledger, hostname, int(batches))))
    ledger.close()
