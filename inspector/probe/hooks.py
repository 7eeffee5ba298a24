"""What `install()` hooks: compiled graphs and their runs.

Of LangGraph's own, one private method is needed: `Pregel._defaults`, which both `stream` and `astream` call once a run
with the run's full configuration, and which everything else ends in. It is there from LangGraph 1.0 on. Where it is
missing, invocations are not counted, and graphs are watched from their compilation on.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

from inspector.probe import process
from inspector.probe.process import _State
from inspector.probe.recorder import COMPILED, COMPILED_UNSAVED, INVOKED, INVOKED_UNSAVED
from inspector.probe.saver import watch
from inspector.probe.settings import log

#: Keys of `config["configurable"]`, from langgraph._internal._constants.
_CHECKPOINTER = "__pregel_checkpointer"
_TASK_ID = "__pregel_task_id"
#: They use the graph's checkpointer without a run.
_STATE_METHODS = (
    "get_state", "aget_state", "get_state_history", "aget_state_history", "bulk_update_state", "abulk_update_state",
)  # fmt: skip
_MARK = "_inspector_probe_hook"

Function = Callable[..., Any]


def hook() -> bool:
    """Whether LangGraph is hooked by now. A second time changes nothing."""
    try:
        targets = find_targets()
    except ImportError:
        log.warning("The probe finds no LangGraph to hook: only savers given to watch() are watched.")
        return False
    for owner, name in targets:
        original = getattr(owner, name)
        if not hasattr(original, _MARK):
            hooked = _HOOKS.get(name, _hook_state)(original)
            setattr(hooked, _MARK, True)
            setattr(owner, name, hooked)
    return True


def find_targets() -> list[tuple[type, str]]:
    """The methods that are hooked, by their class: those that this version of LangGraph has. Raises `ImportError`."""
    from langgraph.func import entrypoint
    from langgraph.graph.state import StateGraph
    from langgraph.pregel import Pregel

    wanted: list[tuple[type, str]] = [
        (StateGraph, "compile"),
        (entrypoint, "__call__"),
        *((Pregel, name) for name in ("__init__", "_defaults", *_STATE_METHODS)),
    ]
    return [(owner, name) for owner, name in wanted if hasattr(owner, name)]


def _hook_compile(original: Function) -> Function:
    @wraps(original)
    def compile_graph(self: Any, *args: Any, **kwargs: Any) -> Any:
        # Before: LangGraph may go on with a copy, which is to be known as this saver's.
        for given in (*args[:1], kwargs.get("checkpointer"), getattr(self, "checkpointer", None)):
            watch(given)
        graph = original(self, *args, **kwargs)
        saver = getattr(graph, "checkpointer", None)
        unsaved = saver is None or saver is False  # `==` would be the saver's own
        process.current().note(COMPILED_UNSAVED if unsaved else COMPILED)
        return graph

    return compile_graph


def _hook_init(original: Function) -> Function:
    @wraps(original)
    def init_graph(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        watch(getattr(self, "checkpointer", None))

    return init_graph


def _hook_run(original: Function) -> Function:
    @wraps(original)
    def begin_run(self: Any, config: Any, *args: Any, **kwargs: Any) -> Any:
        _watch_used(self, config)
        defaults = original(self, config, *args, **kwargs)
        _count_run(self, config, defaults)
        return defaults

    return begin_run


def _count_run(graph: Any, config: Any, defaults: Any) -> None:
    probe = _State.current or process.current()
    try:
        configurable = config.get("configurable") or {}
        if _TASK_ID in configurable:  # a subgraph's run belongs to its graph's
            return
        saver = getattr(graph, "checkpointer", None)
        for value in defaults:
            if value is saver and hasattr(value, "get_next_version"):  # as nearly always
                probe.note(INVOKED)
                return
        unsaved = configurable.get("thread_id") is not None and not _has_saver(defaults)
        probe.note(INVOKED_UNSAVED if unsaved else INVOKED)
    except Exception as failure:
        probe.note_failure(failure)


def _has_saver(defaults: Any) -> bool:
    """What `_defaults` answers is a tuple whose order is LangGraph's own affair."""
    return any(hasattr(value, "get_next_version") for value in defaults)


def _hook_state(original: Function) -> Function:
    if inspect.iscoroutinefunction(original):

        @wraps(original)
        async def use_state_async(self: Any, config: Any, *args: Any, **kwargs: Any) -> Any:
            _watch_used(self, config)
            return await original(self, config, *args, **kwargs)

        return use_state_async

    @wraps(original)
    def use_state(self: Any, config: Any, *args: Any, **kwargs: Any) -> Any:
        _watch_used(self, config)
        return original(self, config, *args, **kwargs)

    return use_state


def _watch_used(graph: Any, config: Any) -> None:
    """Graphs that were compiled before the hooks, and savers that come by the configuration."""
    watch(getattr(graph, "checkpointer", None))
    configurable = config.get("configurable") if isinstance(config, dict) else None
    if configurable and (lent := configurable.get(_CHECKPOINTER)) is not None:
        watch(lent)


_HOOKS = {"compile": _hook_compile, "__call__": _hook_compile, "__init__": _hook_init, "_defaults": _hook_run}
