"""What the changes between two large states take: decoding both, comparing them, and the whole page.

    python benchmarks/diff.py                      # pairs in memory, and pages over SQLite
    python benchmarks/diff.py --store postgres     # pages over a Postgres of its own
    python benchmarks/diff.py --megabytes 50       # larger states
    python benchmarks/diff.py --no-pages

Each pair is one state and the next one, as LangGraph's serializer stores them. "decode" reads both together
(`decode_pair`), "diff" compares them, "x json" is both together against `json.loads` of the two values as JSON text
in the same run, which is C code and compares nothing. "shown" is how many entries the change has, "cut" whether it says
that something was not compared. A page is the changes tab of the newer checkpoint, as a browser asks for it. All times
are processor time of this process, which is what a calm machine takes; the best of some rounds counts.

What to expect of states of 5 MB: decode and diff under 300 ms but for "all rewritten", the page's HTML under 200 kB.
The first page over SQLite takes longer, for that store looks through the checkpoint's document to find its values.
States of 50 MB are answered within seconds, and name what was left out.
"""

from __future__ import annotations

import sys

# This file lies beside one that is called as a library which the savers use.
sys.path.pop(0)

import argparse
import gc
import json
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from benchmarks.decode import chat

Pair = tuple[dict[str, Any], dict[str, Any]]
ROUNDS = 5


def record(number: int) -> dict[str, Any]:
    """One row of a JSON tree, about 110 bytes."""
    place = {"city": f"Town {number % 97}", "street": f"{number} Long Street", "postcode": str(10_000 + number)}
    return {"id": number, "name": f"customer {number}", "score": number / 7, "tags": ["new", "post"], "place": place}


def long_text(size: int) -> str:
    """Lines of words that differ."""
    chosen = random.Random(1)  # noqa: S311  no secret
    lines = (" ".join(f"word{chosen.randrange(500)}" for _ in range(12)) + "\n" for _ in range(size // 90))
    return "".join(lines)


def messages(size: int) -> Pair:
    talk = chat(size // 470)
    return {"messages": talk[:-2]}, {"messages": talk}


def edited_messages(size: int) -> Pair:
    talk = chat(size // 470)
    half = len(talk) // 2
    edited = talk[half].model_copy(update={"content": "Something else was said."})
    return {"messages": talk}, {"messages": [*talk[:half], edited, *talk[half + 1 :]]}


def tree(size: int) -> Pair:
    rows = {f"c{number}": record(number) for number in range(size // 122)}
    changed = {**rows["c77"], "score": 0.5}
    return {"customers": rows}, {"customers": {**rows, "c77": changed, "new": record(-1)}}


def records(size: int) -> Pair:
    rows = [record(number) for number in range(size // 118)]
    return {"rows": rows}, {"rows": [record(-1), *rows[:500], *rows[501:]]}


def text(size: int) -> Pair:
    before = long_text(size)
    lines = before.splitlines(keepends=True)
    for place in range(100, len(lines), len(lines) // 40):
        lines[place] = f"Line {place} says something else.\n"
    return {"document": before}, {"document": "".join(lines)}


def other_text(size: int) -> Pair:
    before = long_text(size)
    return {"document": before}, {"document": before.replace("word3", "WORT")}


def numbers(size: int) -> Pair:
    values = [number / 7 for number in range(size // 9)]
    return {"scores": values}, {"scores": [*values[:-1], 0.5]}


def mixed(size: int) -> Pair:
    part = size // 4
    sides: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    for make in (messages, tree, text, numbers):
        for side, more in zip(sides, make(part), strict=True):
            side.update(more)
    return sides


def one_message(_: int) -> Pair:
    talk = chat(2_000)
    return {"messages": talk[:-1]}, {"messages": talk}


def rewritten(size: int) -> Pair:
    """Nothing is shared: the worst that there is."""
    rows = [record(number) for number in range(size // 118)]
    return {"rows": rows}, {"rows": [{**row, "score": -row["score"]} for row in rows]}


def everything(size: int) -> Pair:
    """Channels that change all at once: what does not fit the budget is named."""
    values = {f"part{number}": messages(size // 8)[0]["messages"] for number in range(8)}
    return values, {name: [*talk, *chat(1)] for name, talk in values.items()}


CASES: dict[str, Callable[[int], Pair]] = {
    "2000 messages + 1": one_message,
    "messages appended": messages,
    "a message edited": edited_messages,
    "JSON tree": tree,
    "records": records,
    "long text": text,
    "text, every line": other_text,
    "numbers": numbers,
    "mixed": mixed,
    "eight channels": everything,
    "all rewritten": rewritten,
}


def settle() -> None:
    """As `serve` does when it has started: what is there by then is not looked through while a page is made."""
    gc.collect()
    gc.freeze()


def best(run: Callable[[], object], rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        begin = time.process_time()
        run()
        taken.append(time.process_time() - begin)
    return min(taken)


def compare_pairs(size: int, rounds: int) -> None:
    from inspector.decode.pairs import decode_pair
    from inspector.domain.diff import diff_channel

    serde = JsonPlusSerializer()
    print(f"{'pair':20} {'bytes':>11} {'decode':>9} {'diff':>9} {'x json':>7} {'shown':>6}  cut")
    for name, make in CASES.items():
        gc.unfreeze()
        before, after = make(size)
        stored = [(serde.dumps_typed(old), serde.dumps_typed(after[channel])) for channel, old in before.items()]
        texts = [json.dumps(side, default=lambda item: item.model_dump()) for side in (before, after)]
        settle()
        pairs = [decode_pair(*both) for both in stored]
        changes = [diff_channel("c", *(side.value for side in pair)) for pair in pairs]
        decoding = best(lambda stored=stored: [decode_pair(*both) for both in stored], rounds)  # type: ignore[misc]
        total = best(
            lambda stored=stored: [  # type: ignore[misc]
                diff_channel("c", *(side.value for side in decode_pair(*both))) for both in stored
            ],
            rounds,
        )
        plain = best(lambda texts=texts: [json.loads(one) for one in texts], rounds)  # type: ignore[misc]
        told = [change for change in changes if change is not None]
        entries = sum(len(change.entries) for change in told)
        cut = any(change.cut or change.coarse for change in told) or any(
            side.warnings for pair in pairs for side in pair
        )
        print(
            f"{name:20} {sum(len(new[1]) for _, new in stored):11,} {decoding * 1e3:6,.0f} ms "
            f"{max(0.0, total - decoding) * 1e3:6,.0f} ms {total / plain:6.1f}x {entries:6,}  {'yes' if cut else 'no'}",
            flush=True,
        )


@contextmanager
def opened_saver(kind: str, folder: str) -> Iterator[tuple[Any, str]]:
    """A saver of LangGraph's own, and the URL of its store."""
    if kind == "postgres":
        from inspector.demo.embedded import EmbeddedPostgres
        from inspector.demo.repertoire import open_saver

        with EmbeddedPostgres() as server:
            url = server.create_database()
            with open_saver(url) as saver:
                yield saver, url
    else:
        from langgraph.checkpoint.sqlite import SqliteSaver

        with SqliteSaver.from_conn_string(f"{folder}/store.sqlite") as saver:
            yield saver, f"sqlite:///{folder}/store.sqlite"


def put_pair(saver: Any, thread_id: str, pair: Pair) -> None:
    """Two checkpoints of a thread, parent and child, with these values."""
    from langgraph.checkpoint.base import empty_checkpoint

    config: Any = {"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}}
    for step, values in enumerate(pair):
        versions = {name: saver.get_next_version(None if not step else f"{1:032}.0.5", None) for name in values}
        checkpoint = {**empty_checkpoint(), "channel_values": values, "channel_versions": versions}
        metadata = {"source": "loop", "step": step, "parents": {}}
        config = saver.put(config, checkpoint, metadata, versions)


def open_pages(kind: str, size: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder, opened_saver(kind, folder) as (saver, url):
        for name, make in CASES.items():
            put_pair(saver, name, make(size))
        os.environ |= {
            "INSPECTOR_STORES": f"store={url}",
            "INSPECTOR_DATA_DIR": folder,
            "INSPECTOR_DEBUG": "0",
            "DJANGO_SETTINGS_MODULE": "inspector.settings",
        }
        import django

        django.setup()
        from django.core.management import call_command

        from benchmarks.signing_in import signed_in

        call_command("migrate", verbosity=0)
        client = signed_in()
        settle()
        print(f"\n{'page on ' + kind:20} {'time':>9} {'HTML':>9} {'as data':>9} {'JSON':>10}  said")
        for name in CASES:
            address = {"id": name}
            html = client.get("/thread/", address, headers={"host": "localhost"})
            data = client.get("/thread/", address | {"format": "json"}, headers={"host": "localhost"})
            if (html.status_code, data.status_code) != (200, 200):
                sys.exit(f"{name}: {html.status_code}, {data.status_code}")
            page = best(lambda: client.get("/thread/", address, headers={"host": "localhost"}), rounds)  # noqa: B023
            json_page = best(
                lambda: client.get("/thread/", address | {"format": "json"}, headers={"host": "localhost"}),  # noqa: B023
                2,
            )
            words = html.content.decode()
            said = ", ".join(told for told in ("Not loaded", "Not compared to the end", "more change") if told in words)
            print(
                f"{name:20} {page * 1e3:6,.0f} ms {len(html.content) / 1e3:6,.0f} kB {json_page * 1e3:6,.0f} ms "
                f"{len(data.content) / 1e3:7,.0f} kB  {said}",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--megabytes", type=float, default=5, help="of each state (5)")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"of which the best counts ({ROUNDS})")
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite", help="whose pages are opened")
    parser.add_argument("--no-pages", action="store_true")
    options = parser.parse_args()
    size = round(options.megabytes * 1_000_000)
    compare_pairs(size, options.rounds)
    if not options.no_pages:
        open_pages(options.store, size, options.rounds)


if __name__ == "__main__":
    main()
