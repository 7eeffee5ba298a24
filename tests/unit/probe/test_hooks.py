"""`install()` watches whatever LangGraph uses, and counts compiled graphs and root runs."""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.func import entrypoint
from langgraph.graph import START, StateGraph
from langgraph.pregel import Pregel

from inspector.probe import hooks, install, process
from tests.integration.probe.play import HELLO, State, chat, nested, on
from tests.probing import installed, probing


def test_compiles_count_with_and_without_a_checkpointer() -> None:
    with installed() as probe:
        chat(InMemorySaver())
        chat(None)
        chat(True)  # a subgraph that remembers, by its parent's checkpointer

        @entrypoint(InMemorySaver())
        def work(number: int) -> int:
            return number

        work.with_config(tags=["copy"])
        work.copy()
        assert (probe.report.compiles, probe.report.compiles_unsaved) == (4, 1)
        assert probe.report.hooked


def test_root_runs_count_and_subgraphs_do_not() -> None:
    with installed() as probe:
        graph = nested(InMemorySaver())
        graph.invoke(HELLO, on("t"))
        assert probe.report.invocations == 1
        asyncio.run(graph.ainvoke(HELLO, on("u")))
        graph.batch([HELLO, HELLO], [on("v"), on("w")])
        assert (probe.report.invocations, probe.report.invocations_unsaved) == (4, 0)


def test_a_graph_that_a_node_calls_by_itself_does_not_count() -> None:
    """It runs as part of the node's task."""
    inner = chat(None)
    outer = StateGraph(State)
    outer.add_node("call", lambda state: {"said": inner.invoke(state)["said"]})
    outer.add_edge(START, "call")
    with installed() as probe:
        outer.compile(InMemorySaver()).invoke(HELLO, on("t"))
        assert probe.report.invocations == 1


def test_every_way_of_streaming_counts_as_one_run() -> None:
    async def run(graph: Any) -> None:
        assert [event async for event in graph.astream_events(HELLO, on("a"), version="v2")]
        assert [part async for part in graph.astream(HELLO, on("b"), stream_mode=["values", "updates"])]

    with installed() as probe:
        graph = chat(InMemorySaver())
        asyncio.run(run(graph))
        assert list(graph.stream(HELLO, on("c"), stream_mode="debug"))
        assert probe.report.invocations == 3


@pytest.mark.filterwarnings("ignore:The v3 streaming protocol")
def test_the_third_streaming_protocol_counts_as_one_run() -> None:
    with installed() as probe:
        run = chat(InMemorySaver()).stream_events(HELLO, on("t"), version="v3")
        assert run.output["said"] == ["hello", "answer"]
        assert probe.report.invocations == 1


def test_runs_on_a_thread_without_a_checkpointer_are_told() -> None:
    with installed() as probe:
        graph = chat(None)
        graph.invoke(HELLO, on("lost"))
        graph.invoke(HELLO)
        chat(False).invoke(HELLO, on("lost"))
        assert (probe.report.invocations, probe.report.invocations_unsaved) == (3, 2)


def test_a_graph_compiled_before_is_watched_when_it_is_used() -> None:
    run, state, history, update = (chat(InMemorySaver()) for _ in range(4))
    before = [type(graph.checkpointer) for graph in (run, state, history, update)]
    assert before == [InMemorySaver] * 4
    with installed() as probe:
        run.invoke(HELLO, on("run"))
        state.get_state(on("state"))
        asyncio.run(state.aget_state(on("state")))
        list(history.get_state_history(on("history")))
        update.update_state(on("update"), HELLO, as_node="answer")
        assert probe.thread("run").figures[:3] == (1, 1, 3)
        assert probe.thread("state").figures == (2, 2, 0, 0)
        assert probe.thread("update").checkpoints == 1
        assert all(type(graph.checkpointer) is not InMemorySaver for graph in (run, state, history, update))


def test_a_checkpointer_that_comes_by_the_configuration_is_watched() -> None:
    """As LangGraph's own server lends its own."""
    graph = chat(None)
    with installed() as probe:
        config: Any = {"configurable": {"thread_id": "t", hooks._CHECKPOINTER: InMemorySaver()}}
        graph.invoke(HELLO, config)
        assert probe.thread("t").checkpoints == 3
        assert (probe.report.invocations, probe.report.invocations_unsaved) == (1, 0)


def test_the_copies_of_strict_mode_are_one_saver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("langgraph._internal._serde.STRICT_MSGPACK_ENABLED", True)
    with installed() as probe:
        saver = InMemorySaver(serde=JsonPlusSerializer(allowed_msgpack_modules=[("some", "Type")]))
        for _ in range(3):
            graph = chat(saver)
            assert graph.checkpointer is not saver
            graph.invoke(HELLO, on("t"))
        assert [place.savers for place in probe.report.places] == [1]
        assert probe.thread("t").checkpoints == 9


def test_installing_twice_hooks_once() -> None:
    with installed() as probe:
        hooked = [getattr(owner, name) for owner, name in hooks.find_targets()]
        install()
        install(hostname="web-1")
        assert [getattr(owner, name) for owner, name in hooks.find_targets()] == hooked
        chat(InMemorySaver()).invoke(HELLO, on("t"))
        assert probe.report.invocations == 1
        assert probe.thread("t").checkpoints == 3


def test_hooked_methods_look_as_they_did() -> None:
    plain = {name: getattr(owner, name) for owner, name in hooks.find_targets()}
    with installed():
        for owner, name in hooks.find_targets():
            hooked = getattr(owner, name)
            assert inspect.signature(hooked) == inspect.signature(plain[name])
            assert inspect.iscoroutinefunction(hooked) == inspect.iscoroutinefunction(plain[name])
    assert not hasattr(Pregel._defaults, hooks._MARK)


def test_all_that_is_hooked_is_there_in_this_langgraph() -> None:
    assert {name for _, name in hooks.find_targets()} == {*hooks._HOOKS, *hooks._STATE_METHODS}


def test_switched_off_it_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INSPECTOR_PROBE", "off")
    with installed() as probe:
        saver = InMemorySaver()
        chat(saver).invoke(HELLO, on("t"))
        assert type(saver) is InMemorySaver
        assert not hasattr(Pregel.__init__, hooks._MARK)
        assert probe.ledger.batches == []


def test_without_a_ledger_it_only_stamps(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.delenv("INSPECTOR_LEDGER_URL", raising=False)
    with caplog.at_level("INFO"), probing(ledger_url=""):
        from inspector.probe import flush, watch

        saver = watch(InMemorySaver())
        chat(saver).invoke(HELLO, on("t"))
        (newest, *_) = saver.list(on("t"))
        assert newest.metadata["worker_hostname"] == "web-1"
        assert flush(0)
        assert not process.current().flusher.started
    assert len([record for record in caplog.records if "no ledger" in record.getMessage()]) == 1
