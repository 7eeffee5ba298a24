"""How values are stored: pickles, ciphers and classes, as real savers of every kind store them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.redis import RedisSaver
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, StateGraph
from psycopg.rows import dict_row
from typing_extensions import TypedDict

from inspector.demo.graphs.chat import build_chat
from inspector.demo.graphs.typed import STORED_TYPES, Address, build_typed
from inspector.demo.repertoire import PlayedStore
from inspector.doctor.case import Case
from inspector.doctor.finding import Verdict
from inspector.doctor.rules import mixed_encryption, pickled_values, unregistered_types
from inspector.index.queries import Moment
from inspector.models import StoreEntry
from inspector.reader import Reader
from inspector.stores.guard import Limits
from inspector.stores.registry import open_store
from tests.integration.doctor.made import NOW
from tests.integration.index.conftest import NewDatabase
from tests.integration.index.syncing import sync
from tests.redis_server import RedisServer

KEY = b"0123456789abcdef"
PLAIN = JsonPlusSerializer(allowed_msgpack_modules=STORED_TYPES)
PICKLING = JsonPlusSerializer(pickle_fallback=True)
SEALING = EncryptedSerializer.from_pycryptodome_aes(key=KEY)


class Loose(TypedDict):
    thing: Any


class Odd:
    """Nothing that msgpack could hold."""


class Stored:
    """A store that real savers write, and what rules say of it."""

    def __init__(self, url: str, saver: Any) -> None:
        self.saver = saver
        self._reader = Reader(open_store("store", url, Limits()), host_keys=("worker_hostname",))

    def keep(self, thread_id: str, thing: Any, serde: Any = PLAIN, host: str = "web-1") -> None:
        """One run that puts this into the channel `thing`."""
        self.saver.serde = serde
        graph = StateGraph(Loose)
        graph.add_node("keep", lambda state: {"thing": thing})
        graph.add_edge(START, "keep")
        config: Any = {"configurable": {"thread_id": thread_id}, "metadata": {"worker_hostname": host}}
        graph.compile(checkpointer=self.saver).invoke({"thing": None}, config)

    def chat(self, thread_id: str, serde: Any, host: str = "web-1") -> None:
        self.saver.serde = serde
        config: Any = {"configurable": {"thread_id": thread_id}, "metadata": {"worker_hostname": host}}
        build_chat(self.saver).invoke({"messages": [("user", "Hello")]}, config)

    def play(self, build: Callable[[Any], Any]) -> None:
        self.saver.serde = PLAIN
        config: Any = {"configurable": {"thread_id": "played"}}
        build(self.saver).invoke({"messages": [("user", "Fill them all.")]}, config)

    def says(self, check: Callable[[Case], Verdict]) -> Verdict:
        sync(self._reader)
        return check(Case(self._reader, StoreEntry.objects.get(name="store"), Moment(NOW, 1800)))

    def close(self) -> None:
        self._reader.store.close()


@pytest.fixture(params=["postgres", "sqlite"])
def stored(request: pytest.FixtureRequest, new_database: NewDatabase, index: str, tmp_path: Path) -> Iterator[Stored]:
    with ExitStack() as stack:
        if request.param == "postgres":
            url = new_database()
            settings: Any = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
            saver: Any = PostgresSaver(stack.enter_context(psycopg.connect(url, **settings)))
        else:
            url = f"sqlite:///{tmp_path / 'checkpoints.sqlite3'}"
            file = sqlite3.connect(tmp_path / "checkpoints.sqlite3", check_same_thread=False)
            saver = SqliteSaver(stack.enter_context(closing(file)))
        saver.setup()
        yield stack.enter_context(closing(Stored(url, saver)))


def test_a_pickle_is_told_with_its_channel_and_its_host(stored: Stored) -> None:
    stored.keep("plain", 1, host="web-1")
    stored.keep("pickled", Odd(), PICKLING, host="web-2")

    verdict = stored.says(pickled_values.check)
    assert (verdict.outcome, verdict.confidence, verdict.thread_ids) == ("problem", "certain", ("pickled",))
    assert "`thing`" in verdict.sentence
    assert verdict.hosts == ("web-2",)


def test_a_pickle_in_postgres_is_told_with_the_classes_that_it_mentions(new_database: NewDatabase, index: str) -> None:
    url = new_database()
    with PostgresSaver.from_conn_string(url) as saver, closing(Stored(url, saver)) as stored:
        saver.setup()
        stored.keep("pickled", Odd(), PICKLING)
        (line,) = stored.says(pickled_values.check).evidence
    assert "Odd" in line.text


def test_who_stores_in_the_clear_beside_others_is_named(stored: Stored) -> None:
    stored.chat("sealed", SEALING, "web-1")
    stored.chat("plain", PLAIN, "web-2")

    verdict = stored.says(mixed_encryption.check)
    assert (verdict.outcome, verdict.severity) == ("problem", None)
    assert (verdict.hosts, verdict.thread_ids) == (("web-2",), ("plain",))


def test_what_was_there_before_encryption_accuses_nobody(stored: Stored) -> None:
    stored.chat("plain", PLAIN, "web-2")
    stored.chat("sealed", SEALING, "web-1")
    stored.chat("sealed too", SEALING, "web-2")

    verdict = stored.says(mixed_encryption.check)
    assert (verdict.outcome, verdict.severity) == ("problem", "low")
    assert (verdict.hosts, verdict.thread_ids) == ((), ("plain",))


def test_who_was_given_the_key_since_is_not_accused(stored: Stored) -> None:
    stored.chat("sealed", SEALING, "web-1")
    stored.chat("plain", PLAIN, "web-2")
    stored.chat("sealed too", SEALING, "web-2")

    verdict = stored.says(mixed_encryption.check)
    assert (verdict.outcome, verdict.severity, verdict.hosts) == ("problem", "low", ())


def test_who_stores_pickles_no_more_is_not_accused(stored: Stored) -> None:
    stored.keep("pickled", Odd(), PICKLING)
    stored.keep("plain", 1)

    verdict = stored.says(pickled_values.check)
    assert (verdict.outcome, verdict.hosts, verdict.thread_ids) == ("problem", (), ("pickled",))


def test_a_thread_that_was_sealed_since_is_sealed(stored: Stored) -> None:
    stored.chat("t", PLAIN)
    stored.chat("t", SEALING)

    assert stored.says(mixed_encryption.check).outcome == "fine"


@pytest.mark.parametrize("serde", [PLAIN, SEALING])
def test_values_that_are_stored_alike_are_no_trouble(stored: Stored, serde: Any) -> None:
    for number in range(3):
        stored.chat(f"t{number}", serde)
        stored.keep(f"u{number}", b"bytes", serde)

    assert stored.says(mixed_encryption.check).outcome == "fine"
    assert stored.says(pickled_values.check).outcome == "fine"


def test_classes_in_mappings_of_anything_are_told_and_others_are_listed(stored: Stored) -> None:
    stored.keep("loose", {"address": Address("Wien"), "page": 3})
    verdict = stored.says(unregistered_types.check)

    assert (verdict.outcome, verdict.confidence, verdict.thread_ids) == ("problem", "possible", ("loose",))
    assert "inspector.demo.graphs.typed.Address: 1 thread, in the channel thing" in verdict.evidence[0].text

    stored.keep("named", Address("Graz"))
    verdict = stored.says(unregistered_types.check)
    assert verdict.outcome == "fine"
    assert "1 class of your own (inspector.demo.graphs.typed.Address)" in verdict.sentence


def test_a_state_that_names_its_classes_is_no_trouble(stored: Stored) -> None:
    stored.play(build_typed)
    verdict = stored.says(unregistered_types.check)

    assert verdict.outcome == "fine"
    assert {line.text.partition(":")[0].rpartition(".")[2] for line in verdict.evidence} == {
        name for _, name in STORED_TYPES
    }


def test_classes_in_what_is_encrypted_are_not_known(stored: Stored) -> None:
    stored.keep("sealed", {"address": Address("Wien"), "page": 3}, SEALING)
    assert stored.says(unregistered_types.check).outcome == "unknown"


@pytest.mark.redis
def test_classes_in_redis_are_told_as_well(redis_server: RedisServer, index: str) -> None:
    url = redis_server.flush()
    with RedisSaver.from_conn_string(url) as saver, closing(Stored(url, saver)) as stored:
        saver.setup()
        stored.keep("loose", {"address": Address("Wien"), "page": 3}, saver.serde)
        verdict = stored.says(unregistered_types.check)
    assert (verdict.outcome, verdict.thread_ids) == ("problem", ("loose",))


def test_of_the_plays_nothing_is_said(scenario_store: PlayedStore, index: str) -> None:
    with closing(Stored(scenario_store.url, None)) as stored:
        said = [stored.says(rule.check) for rule in (pickled_values, mixed_encryption, unregistered_types)]
    assert [verdict.outcome for verdict in said] == ["fine", "fine", "fine"], said


def test_a_store_without_threads_is_no_trouble(stored: Stored) -> None:
    for rule in (pickled_values, mixed_encryption, unregistered_types):
        assert stored.says(rule.check).outcome == "fine"
