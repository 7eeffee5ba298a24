"""The graphs around a subgraph's checkpoint, as far as its metadata names checkpoints."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import START, MessagesState, StateGraph

from inspector.reader import Reader
from inspector.stores.sqlite import SqliteStore
from inspector.views.calls import Calls
from inspector.views.nesting import nest


@pytest.mark.parametrize("found", [["x"], {"a": 1}, None, 7])
def test_what_is_no_id_is_no_crumb(tmp_path: Any, found: Any) -> None:
    path = tmp_path / "nested.db"
    inner = StateGraph(MessagesState).add_node("look", lambda state: {}).add_edge(START, "look").compile()
    with SqliteSaver.from_conn_string(str(path)) as saver:
        graph: Any = StateGraph(MessagesState).add_node("sub", inner).add_edge(START, "sub").compile(saver)
        graph.invoke({"messages": [("user", "hi")]}, {"configurable": {"thread_id": "t"}}, durability="sync")
    reader = Reader(SqliteStore("store", f"sqlite:///{path}"))
    subgraph = next(item for item in reader.read_namespaces("t") if item.checkpoint_ns)
    checkpoint = reader.read_history("t", subgraph.checkpoint_ns).checkpoints[0]
    odd = replace(checkpoint, metadata={**checkpoint.metadata, "parents": {"": found}})

    assert [crumb.checkpoint_ns for crumb in nest((), (), Calls(), checkpoint).crumbs] == ["", subgraph.checkpoint_ns]
    assert [crumb.checkpoint_ns for crumb in nest((), (), Calls(), odd).crumbs] == [subgraph.checkpoint_ns]
