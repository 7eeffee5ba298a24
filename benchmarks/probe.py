"""What the probe costs a worker: invocations a second, watched against raw, and memory while the ledger is away.

    python benchmarks/probe.py

Two processes run the same graph of one node, one of them with the probe and a ledger that is there. They take turns of
some 40 ms, so that a busy machine slows both, and twenty turns of each give one ratio. Between its turns a process is
stopped: what the probe's thread does falls into its own turns, and what is left after the last one is added in CPU
seconds, since the agent would not wait for the ledger's disk. Before its turns each side collects its garbage, so that
neither pays for the past. As two processes may differ by their layout in memory alone, many pairs of them take part.
The in-memory saver is the worst case: with every other one the store takes most of the time.

What to expect of the median: at least 0.97 in memory, at least 0.99 on Postgres. Next to it stand the bounds that it
keeps to in 95 of 100 draws from these pairs, and the same median in CPU seconds of all threads of the process, which
other processes disturb less.

Then a worker asks for 200,000 threads, each once, while its ledger cannot be reached. What waits for the ledger must
stay within the recorder's bound.
"""

from __future__ import annotations

import argparse
import gc
import json
import logging
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypedDict

warnings.simplefilter("ignore")
logging.disable()

from langgraph.checkpoint.memory import InMemorySaver  # noqa: E402
from langgraph.checkpoint.postgres import PostgresSaver  # noqa: E402
from langgraph.checkpoint.sqlite import SqliteSaver  # noqa: E402
from langgraph.graph import START, StateGraph  # noqa: E402

from benchmarks.figures import bounds  # noqa: E402
from inspector import probe  # noqa: E402
from inspector.demo.embedded import EmbeddedPostgres  # noqa: E402
from inspector.probe import flusher  # noqa: E402

#: Invocations of a thread before the next one begins, so that no history grows long.
PER_THREAD = 5
#: Of each side, for one ratio.
TURNS = 20

#: Seconds, and CPU seconds of all threads.
Spent = tuple[float, float]


class State(TypedDict):
    number: int


def compiled(saver: Any) -> Any:
    graph = StateGraph(State)
    graph.add_node("next", lambda state: {"number": state["number"] + 1})
    graph.add_edge(START, "next")
    return graph.compile(checkpointer=saver)


@contextmanager
def opened(store: str) -> Iterator[Any]:
    """The saver of a Postgres URL, or in memory for an empty one."""
    if not store:
        yield InMemorySaver()
        return
    with PostgresSaver.from_conn_string(store) as saver:
        saver.setup()
        yield saver


def take_turns(store: str, ledger: str) -> None:
    """One of the two processes: reads how many invocations to do, answers with the seconds that they took and the CPU
    seconds. None are the end of its turns: it answers with what they left to be done."""
    if ledger:
        flusher.PAUSE *= 2  # by the clock, which goes on while the process is stopped
        probe.install(ledger=ledger)
    name = "watched" if ledger else "raw"
    done = 0
    with opened(store) as saver:
        graph = compiled(saver)
        known = time.process_time()  # CPU seconds that are told
        for line in sys.stdin:
            many = int(line)
            begin = time.perf_counter()
            for _ in range(many):
                config = {"configurable": {"thread_id": f"{name}-{done // PER_THREAD}"}}
                graph.invoke({"number": done}, config)
                done += 1
            seconds = time.perf_counter() - begin
            if not many and ledger and not probe.flush(60):
                sys.exit("The ledger does not take what was counted.")
            spent = time.process_time() - known
            known += spent
            seconds = seconds if many else spent
            print(seconds, spent, flush=True)
            if not many:
                gc.collect()
                gc.freeze()
                known = time.process_time()


class Side:
    """One of the two, seen from outside."""

    def __init__(self, *arguments: str) -> None:
        command = [sys.executable, __file__, *arguments]
        self._process = subprocess.Popen(  # noqa: S603  our own arguments
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def take_turn(self, invocations: int) -> Spent:
        assert self._process.stdin is not None and self._process.stdout is not None  # noqa: S101, PT018
        self._process.send_signal(signal.SIGCONT)
        self._process.stdin.write(f"{invocations}\n")
        self._process.stdin.flush()
        seconds, cpu = map(float, self._process.stdout.readline().split())
        self._process.send_signal(signal.SIGSTOP)
        return seconds, cpu

    def end(self) -> None:
        self._process.send_signal(signal.SIGCONT)
        self._process.communicate()


def begun(store: str, ledger: str, invocations: int) -> Side:
    """After first turns, which are for imports, caches and tables: two cannot make a saver's tables at once."""
    side = Side("--turns", json.dumps([store, ledger]))
    side.take_turn(invocations)
    side.take_turn(0)
    return side


def summed(turns: list[Spent]) -> Spent:
    return sum(seconds for seconds, _ in turns), sum(cpu for _, cpu in turns)


def pairs_of_turns(store: str, ledger: str, rounds: int, invocations: int) -> Iterator[tuple[Spent, Spent]]:
    """What a raw and a watched process spent, both new. They begin in turn."""
    sides = [begun(store, there, invocations) for there in ("", ledger)]
    for _ in range(rounds):
        spent: dict[Side, list[Spent]] = {side: [] for side in sides}
        for number in range(TURNS):
            for side in reversed(sides) if number % 2 else sides:
                spent[side].append(side.take_turn(invocations // TURNS))
        for side in sides:
            spent[side].append(side.take_turn(0))
        raw, watched = (summed(spent[side]) for side in sides)
        yield raw, watched
    for side in sides:
        side.end()


def compare(
    label: str, store: str, ledger: str, *, options: argparse.Namespace, invocations: int, target: float
) -> None:
    times = [
        pair for _ in range(options.processes) for pair in pairs_of_turns(store, ledger, options.rounds, invocations)
    ]
    ratios, of_cpu = ([first[n] / second[n] for first, second in times] for n in (0, 1))
    low, high = bounds(ratios)
    quarter, median, three_quarters = statistics.quantiles(ratios, n=4)
    a_second = [invocations / statistics.median(side[0] for side in sides) for sides in zip(*times, strict=True)]
    print(
        f"{label:10} {a_second[0]:9.0f} {a_second[1]:11.0f} {median:8.3f} {low:8.3f} to {high:5.3f}"
        f" {quarter:8.3f} to {three_quarters:5.3f} {statistics.median(of_cpu):8.3f} {target:8.2f}",
        flush=True,
    )


def ask_for_threads(many: int, ledger: str) -> None:
    """The memory's process. Every thread is asked for once and not there."""
    with SqliteSaver.from_conn_string(":memory:") as saver:
        saver.setup()
        if ledger:
            probe.install(ledger=ledger)
            probe.watch(saver)  # the same object
        for number in range(many + 1):
            if number % (many // 4) == 0:
                print(f"{number:12,} {resident() / 2**20:9.1f} MB {pending(ledger):>14}", flush=True)
            saver.get_tuple({"configurable": {"thread_id": f"a-thread-that-nobody-has-ever-written-{number:08}"}})
    os._exit(0)  # not the moment to wait for the ledger


def resident() -> int:
    """Bytes of this process that are in memory."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def pending(ledger: str) -> str:
    """What waits for the ledger, by the recorder's own account."""
    if not ledger:
        return "without probe"
    from inspector.probe import process

    return f"{process.current().recorder._cost / 2**20:.1f} MB"


def closed_port() -> str:
    """A ledger's URL where nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"postgresql://nobody@127.0.0.1:{listener.getsockname()[1]}/ledger"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5, help="ratios of two processes (5)")
    parser.add_argument("--processes", type=int, default=12, help="pairs of processes, one after the other (12)")
    parser.add_argument("--memory", type=int, default=800, help="invocations of each side for a ratio, in memory (800)")
    parser.add_argument("--postgres", type=int, default=350, help="the same on Postgres (350)")
    parser.add_argument("--threads", type=int, default=200_000, help="threads asked for without a ledger (200000)")
    parser.add_argument("--turns", help=argparse.SUPPRESS)
    parser.add_argument("--ask", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.turns:
        take_turns(*json.loads(options.turns))
    elif options.ask is not None:
        ask_for_threads(options.threads, options.ask)
    else:
        measure(options)


def measure(options: argparse.Namespace) -> None:
    head = f"{'saver':10} {'raw / s':>9} {'watched / s':>11} {'median':>8} {'bounds':>17} {'half of the pairs':>17}"
    print(f"{head} {'CPU':>8} {'target':>8}")
    with ExitStack() as stack:
        if options.memory:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            ledger = f"sqlite:///{Path(folder) / 'ledger.db'}"
            compare("in memory", "", ledger, options=options, invocations=options.memory, target=0.97)
        if options.postgres:
            server = stack.enter_context(EmbeddedPostgres())
            store, ledger = server.create_database("store"), server.create_database("ledger")
            compare("Postgres", store, ledger, options=options, invocations=options.postgres, target=0.99)
    if options.threads:
        print(f"\n{'threads':>12} {'resident':>12} {'pending':>14}")
        for ledger in ("", closed_port()):
            command = [sys.executable, __file__, "--threads", str(options.threads), "--ask", ledger]
            subprocess.run(command, check=True)  # noqa: S603  our own arguments


if __name__ == "__main__":
    main()
