"""The probe works where there is only LangGraph, the saver that a worker uses, and our wheel without any extra.

Every package that those do not ask for is hidden from the worker, as if it were not installed.
"""

from __future__ import annotations

import json
import re
import sys
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from inspector.demo.embedded import EmbeddedPostgres
from tests.packaging.builds import ROOT, run
from tests.redis_server import RedisServer

OURS = "langgraph-checkpoint-inspector"
#: What the dashboard and the tests have and a worker may lack.
HIDDEN = {"django", "rich", "pytest", "waitress", "whitenoise", "platformdirs"}

WORKER = """
import json, sys
from contextlib import ExitStack

hidden, ledger, store = set(json.loads(sys.argv[1])), sys.argv[2], sys.argv[3]

class Hide:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Hide())

import inspector.probe
inspector.probe.install(ledger=ledger)
print(inspector.probe.__file__)

from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import StateGraph

with ExitStack() as stack:
    if store.startswith("postgresql"):
        from langgraph.checkpoint.postgres import PostgresSaver
        saver = stack.enter_context(PostgresSaver.from_conn_string(store))
        saver.setup()
    elif store.startswith("redis"):
        from langgraph.checkpoint.redis import RedisSaver
        saver = stack.enter_context(RedisSaver.from_conn_string(store))
        saver.setup()
    else:
        saver = InMemorySaver()
    graph = StateGraph(dict).add_node("node", lambda state: state).set_entry_point("node").compile(checkpointer=saver)
    graph.invoke({}, {"configurable": {"thread_id": "thread"}})
    assert inspector.probe.flush()
"""


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def closure(*distributions: str) -> set[str]:
    """These and all that they ask for, as far as it is installed."""
    found: set[tuple[str, str]] = set()
    waiting = [(normalised(name), "") for name in distributions]
    while waiting:
        name, extra = asked = waiting.pop()
        if asked in found:
            continue
        try:
            requirements = [Requirement(text) for text in requires(name) or []]
        except PackageNotFoundError:
            continue
        found.add(asked)
        for needed in requirements:
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                waiting += [(normalised(needed.name), more) for more in ("", *needed.extras)]
    return {name for name, _ in found}


def hidden_beside(*distributions: str) -> list[str]:
    """Top-level modules of every other package."""
    there = closure(*distributions) | {OURS}
    owners = packages_distributions()
    return [module for module, names in owners.items() if not there & {normalised(name) for name in names}]


@pytest.fixture(params=["langgraph", "langgraph-checkpoint-postgres", "langgraph-checkpoint-redis"])
def environment(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[list[str], str, str]:
    """The modules to hide, and the URLs of a ledger and a store that the rest can reach."""
    kind = request.param.rpartition("-")[2]
    if kind == "postgres":
        server: EmbeddedPostgres = request.getfixturevalue("postgres")
        return hidden_beside("langgraph", request.param, "psycopg-binary"), *(server.create_database() for _ in "ab")
    if kind == "redis":
        redis_server: RedisServer = request.getfixturevalue("redis_server")
        return hidden_beside("langgraph", request.param), redis_server.create_database(), redis_server.flush()
    return hidden_beside("langgraph"), f"sqlite:///{tmp_path / 'ledger.db'}", ""


@pytest.mark.one_in(3)
def test_it_counts_where_there_is_only_langgraph_and_a_saver(
    environment: tuple[list[str], str, str], installed: Path, tmp_path: Path
) -> None:
    hidden, ledger, store = environment
    assert set(hidden) > HIDDEN
    done = run(
        [sys.executable, "-W", "error", "-c", WORKER, json.dumps(hidden), ledger, store],
        tmp_path,
        PYTHONPATH=str(installed),
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert Path(done.stdout.strip()).is_relative_to(installed)
    assert not Path(done.stdout.strip()).is_relative_to(ROOT)


def test_the_dashboard_reads_the_ledgers_form_without_langgraph(installed: Path) -> None:
    """`-S` leaves out every installed package."""
    command = [sys.executable, "-S", "-c", "import inspector.probe.ledger_schema"]
    done = run(command, installed, PYTHONPATH=str(installed))
    assert (done.returncode, done.stderr) == (0, "")
