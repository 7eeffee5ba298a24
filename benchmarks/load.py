"""People who browse: lists, searches, threads, steps and the refreshes of open pages, on one dashboard or on several.

    python -m benchmarks.load                                              # 50 people, 100 requests a second
    python -m benchmarks.load --rate 0.04                                  # 50 people, 2 requests a second in all
    python -m benchmarks.load --processes 2                                # one dashboard, two processes that answer
    python -m benchmarks.load --replicas 3 --index postgres --minutes 30
    python -m benchmarks.load --costs 60                                   # each kind by itself: processor time

The store is `benchmarks.store`'s, kept and filled when it is not yet; the index is built unless `--use-index` names one
that is. A writer adds checkpoints all the while, so the newest threads change under people's eyes. People are in a
process of their own and follow what pages offer, in the mix that `benchmarks.load_users` tells.

Milliseconds are those of whoever waits, on one machine that also runs the store, the people and the writer. Processor
time is that of the dashboards alone: on a busy machine it says more.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.figures import percentile
from benchmarks.load_servers import Person, Server, Servers, mutes_are_shared
from benchmarks.load_users import MIX
from benchmarks.scale_bench import Bench
from benchmarks.scale_child import Child

#: What is aimed at, in milliseconds.
P95 = 300.0
#: Seconds between two looks at the memory.
_LOOK = 1.0


@dataclass
class Memory:
    """What the dashboards have in memory, all together, by the seconds since the beginning."""

    servers: list[Server]
    looks: list[tuple[float, int]] = field(default_factory=list)

    @contextmanager
    def watched(self) -> Iterator[None]:
        ends, began = threading.Event(), time.monotonic()

        def watch() -> None:
            while True:
                self.looks.append((time.monotonic() - began, sum(server.memory() for server in self.servers)))
                if ends.wait(_LOOK):
                    return

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield
        finally:
            ends.set()
            thread.join()

    def line(self) -> str:
        """How much at the begin and at the end, and what it grew by in a minute of the second half."""
        late = self.looks[len(self.looks) // 2 :]
        slope = statistics.linear_regression(*zip(*late, strict=True)).slope if len(late) > 1 else 0.0
        first, last = self.looks[0][1] / 1e6, self.looks[-1][1] / 1e6
        return f"memory {first:.0f} MB, then {last:.0f}; {60 * slope / 1e6:+.2f} MB a minute in the second half"


def browse(person: Person, servers: Servers, orders: dict[str, Any]) -> dict[str, Any]:
    """People in a process of their own; what they saw, and `server_cpu`, the seconds that the dashboards took."""
    told = {"ports": [server.port for server in servers.all], "cookies": person.cookies, "seed": 1, **orders}
    before = sum(server.cpu() for server in servers.all)
    people = subprocess.run(  # noqa: S603  our own arguments
        [sys.executable, str(Path(__file__).with_name("load_users.py"))],
        input=json.dumps(told) + "\n",
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    seen: dict[str, Any] = json.loads(people.stdout)
    seen["server_cpu"] = sum(server.cpu() for server in servers.all) - before
    return seen


def report(seen: dict[str, Any], seconds: float) -> bool:
    """A table by kind; whether what is aimed at was met."""
    by_kind: dict[str, list[float]] = defaultdict(list)
    alone: dict[str, int] = defaultdict(int)
    for kind, took, is_alone in seen["seen"]:
        by_kind[kind].append(took)
        alone[kind] += is_alone
    print(f"{'':24}{'n':>7}{'bar alone':>11}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}")
    for kind in [*MIX, "all"]:
        took = [one[1] for one in seen["seen"]] if kind == "all" else by_kind[kind]
        if took:
            many = sum(alone.values()) if kind == "all" else alone[kind]
            shares = [percentile(took, share) for share in (0.5, 0.95, 0.99)]
            print(f"{kind:24}{len(took):7}{many:11}" + "".join(f"{share:9.0f}" for share in shares))
    answered, errors = len(seen["seen"]), sum(seen["errors"].values())
    print(
        f"{answered / seconds:.1f} answers a second, {errors} errors; "
        f"dashboards {1_000 * seen['server_cpu'] / max(1, answered):.1f} ms of processor time an answer, "
        f"{seen['server_cpu'] / seconds:.2f} processors; people {seen['cpu'] / seconds:.2f}"
    )
    for error, many in list(seen["errors"].items())[:10]:
        print(f"  {many} times {error}")
    return not errors and percentile([one[1] for one in seen["seen"]], 0.95) < P95


def load(options: argparse.Namespace, person: Person, servers: Servers) -> None:
    seconds = options.minutes * 60
    orders = {"users": options.users, "rate": options.rate, "seconds": seconds}
    browse(person, servers, {**orders, "seconds": min(10.0, seconds)})  # connections, plans, caches
    memory = Memory(servers.all)
    with memory.watched():
        seen = browse(person, servers, orders)
    met = report(seen, seconds)
    print(memory.line())
    print(f"p95 below {P95:.0f} ms and no error: {'met' if met else 'MISSED'}")


def costs(times: int, person: Person, servers: Servers) -> None:
    """Each kind by itself, one after the other. What the dashboard does beside it is taken off, as it was before."""
    before = sum(server.cpu() for server in servers.all)
    time.sleep(5)
    idle = (sum(server.cpu() for server in servers.all) - before) / 5
    print(f"{'':24}{'ms of processor time':>22}{'bar alone':>11}{'p50 ms':>9}")
    for kind in MIX:
        began = time.monotonic()
        orders = {"users": 1, "rate": 50.0, "seconds": times / 10, "mix": {kind: 1}}
        seen = browse(person, servers, orders)
        took = [one for one in seen["seen"] if one[0] == kind]
        spent = seen["server_cpu"] - idle * (time.monotonic() - began)
        told = f"{1_000 * spent / max(1, len(seen['seen'])):22.1f}{sum(one[2] for one in took):11}"
        print(f"{kind:24}{told}{statistics.median(one[1] for one in took):9.0f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=1_000_000)
    parser.add_argument("--data", type=Path, help="where the store is kept")
    parser.add_argument("--index", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--use-index", help="the URL of one that is built already")
    parser.add_argument("--replicas", type=int, default=1, help="dashboards, asked in turn (1)")
    parser.add_argument("--processes", type=int, default=1, help="that answer pages, of each dashboard (1)")
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--rate", type=float, default=2.0, help="requests a second of each (2)")
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--writes", type=float, default=5.0, help="checkpoints a second of the writer (5)")
    parser.add_argument("--costs", type=int, metavar="TIMES", help="ask for each kind by itself, about so often")
    options = parser.parse_args()
    with Bench(options.threads, options.threads, options.data) as bench:
        index = options.use_index or bench.built(options.index, bench.url)
        with (
            Servers(bench.url, index, bench.folder, options.replicas, options.processes) as servers,
            Child(store=bench.url) as writer,
        ):
            person = Person()
            person.sign_in(servers.all[0])
            if options.writes:
                writer.ask("begin_writing", url=bench.url, rate=options.writes)
            if options.costs:
                costs(options.costs, person, servers)
                return
            load(options, person, servers)
            if options.replicas > 1:
                print(f"one set of mutes: {'yes' if mutes_are_shared(person, servers) else 'NO'}")


if __name__ == "__main__":
    main()
