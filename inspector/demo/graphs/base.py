"""The two types that every graph file shares, spelled out once."""

from __future__ import annotations

from typing import Any, TypeAlias

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph.state import CompiledStateGraph
from langgraph.pregel import Pregel

Graph: TypeAlias = CompiledStateGraph[Any, Any, Any, Any]
AnyGraph: TypeAlias = Pregel[Any, Any, Any, Any]  # a StateGraph's or an entrypoint's
Saver: TypeAlias = BaseCheckpointSaver[Any]
Update: TypeAlias = dict[str, Any]  # what a node returns
