"""How long decoding takes next to LangGraph's own `loads_typed`, which builds the objects that we only describe.

    python benchmarks/decode.py

Each case is measured in turn on both sides, so a busy machine slows both; the fastest of the rounds counts. What to
expect of the ratio: at most 3 for chats, about 20 for values that are mostly numbers in small mappings.
"""

from __future__ import annotations

import argparse
import logging
import time
import uuid
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

warnings.simplefilter("ignore")
logging.disable()

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage  # noqa: E402
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer  # noqa: E402

from inspector.decode.serde import decode_json_inline, decode_value  # noqa: E402


@dataclass
class Reading:
    sensor: str
    values: list[float]
    ok: bool


def chat(messages: int) -> list[AnyMessage]:
    """A chat of questions, answers and tool calls in turn, about 450 bytes a message."""
    made: list[AnyMessage] = []
    while len(made) < messages:
        number = len(made)
        call = {"name": "search", "args": {"query": f"weather {number}", "limit": 3}, "id": f"call_{number}"}
        usage = {"input_tokens": number, "output_tokens": 200, "total_tokens": number + 200}
        about = {"model_name": "some-model", "finish_reason": "stop", "system_fingerprint": None}
        made += [
            HumanMessage(f"Question {number}: " + "what about it? " * 8, id=str(uuid.uuid4())),
            AIMessage("", id=str(uuid.uuid4()), tool_calls=[call], response_metadata=about, usage_metadata=usage),
            ToolMessage("A result. " * 20, tool_call_id=f"call_{number}", id=str(uuid.uuid4())),
            AIMessage("An answer. " * 40, id=str(uuid.uuid4()), response_metadata=about, usage_metadata=usage),
        ]
    return made[:messages]


CASES: dict[str, Callable[[], Any]] = {
    "chat, 4 messages": lambda: chat(4),
    "chat, 200 messages": lambda: chat(200),
    "chat, 2000 messages": lambda: chat(2000),
    "2000 rows of numbers and names": lambda: [
        {"id": n, "score": n / 7, "name": f"n{n}", "ok": True} for n in range(2000)
    ],
    "30000 floats": lambda: [n / 7 for n in range(30_000)],
    "30000 integers of mixed size": lambda: [n * 7 for n in range(30_000)],
    "5000 dataclasses": lambda: [Reading(f"s{n}", [n / 7], True) for n in range(5000)],
    "100 documents of 4 kB": lambda: [{"text": "x" * 4000, "source": f"{n}.pdf"} for n in range(100)],
    "one text of 5 MB": lambda: ["x" * 5_000_000],
}


def fastest(first: Callable[[], object], second: Callable[[], object], rounds: int) -> tuple[float, float]:
    """The best time of each in seconds, measured alternately."""
    best = [float("inf"), float("inf")]
    for _ in range(rounds):
        for side, run in enumerate((first, second)):
            begin = time.perf_counter()
            run()
            best[side] = min(best[side], time.perf_counter() - begin)
    return best[0], best[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    serde = JsonPlusSerializer()
    print(f"{'case':32} {'bytes':>9} {'nodes':>7} {'loads_typed':>12} {'decode_value':>13} {'ratio':>7}")
    for name, make in CASES.items():
        tag, blob = serde.dumps_typed(make())
        # Bound now: the loop goes on while nothing holds the old blob.
        theirs, ours = fastest(
            lambda stored=(tag, blob): serde.loads_typed(stored),  # type: ignore[misc]
            lambda stored=(tag, blob): decode_value(*stored),  # type: ignore[misc]
            rounds,
        )
        nodes = decode_value(tag, blob).nodes
        print(f"{name:32} {len(blob):9,} {nodes:7,} {theirs * 1e3:9.2f} ms {ours * 1e3:10.2f} ms {ours / theirs:6.1f}x")
    rows = CASES["2000 rows of numbers and names"]()
    _, inline = fastest(lambda: None, lambda: decode_json_inline(rows), rounds)
    print(f"{'the same rows, inline JSON':32} {'':9} {'':7} {'':12} {inline * 1e3:10.2f} ms")


if __name__ == "__main__":
    main()
