"""Runs LangGraph's public conformance suite on every saver of one kind, raw and then watched, and prints both results.

    python -m tests.integration.probe.conformance KIND ADDRESS

KIND is one of `savers.OPENERS`. ADDRESS is a Postgres database of its own, a Redis that may be emptied, or a directory
for SQLite files. The probe is told by its environment. The result is a mapping for each saver: `raw` and `watched`,
each by capability: null where the suite did not detect it, else by test whether it passed.
"""

from __future__ import annotations

import asyncio
import json
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import redis
from langgraph.checkpoint.conformance import checkpointer_test, validate
from langgraph.checkpoint.conformance.report import ProgressCallbacks

from inspector import probe
from tests.integration.probe.savers import OPENERS, Opener, Wrap

Results = dict[str, dict[str, bool] | None]


def fresh(kind: str, address: str) -> str:
    """An address where there is nothing of another run, as far as the suite looks."""
    if kind == "redis":
        with redis.Redis.from_url(address) as client:
            client.flushall()
    if kind == "sqlite":
        return str(Path(address) / f"{uuid.uuid4()}.db")
    return address


async def run_suite(kind: str, address: str, opener: Opener, wrap: Wrap) -> Results:
    @checkpointer_test(name=kind)
    async def saver() -> AsyncIterator[object]:
        async with opener(fresh(kind, address), wrap) as opened:
            yield opened

    results: Results = {}

    def note_start(capability: str, detected: bool) -> None:
        results[capability] = {} if detected else None

    def note_test(capability: str, test: str, passed: bool, error: str | None) -> None:
        tests = results[capability]
        assert tests is not None
        tests[test] = passed

    await validate(saver, progress=ProgressCallbacks(on_capability_start=note_start, on_test_result=note_test))
    return results


def main() -> None:
    kind, address = sys.argv[1:]
    compared = {}
    for name, opener in OPENERS[kind].items():
        raw = asyncio.run(run_suite(kind, address, opener, lambda saver: saver))
        compared[name] = {"raw": raw, "watched": asyncio.run(run_suite(kind, address, opener, probe.watch))}
    print(json.dumps(compared))


if __name__ == "__main__":
    main()
