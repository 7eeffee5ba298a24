"""Writes `worker_hostname` into the metadata of new checkpoints, so that writes stay attributed without a ledger."""

from __future__ import annotations

from typing import Any

from inspector.probe import process
from inspector.probe.process import _State

KEY = "worker_hostname"
#: `put(self, config, checkpoint, metadata, new_versions)`
_CONFIG, _METADATA = 1, 3
#: Of a configuration.
_SAID_IN = ("metadata", "configurable")


def stamp(config: Any, metadata: Any) -> Any:
    """A copy of the metadata with the stamp. What the agent says of itself goes first. Never raises: arguments that
    look odd stay as they are."""
    probe = _State.current or process.current()
    settings = probe.settings
    if not settings.stamp:
        return metadata
    try:
        if not isinstance(metadata, dict) or KEY in metadata:
            return metadata
        # Savers of Postgres and SQLite copy it from here by themselves, in this order. That of Redis does not.
        for name in _SAID_IN if config.__class__ is dict or hasattr(config, "get") else ():
            if (values := config.get(name)) and KEY in values:
                said = values[KEY]
                if isinstance(said, str):
                    break
                return metadata
        else:
            said = settings.hostname
        return {**metadata, KEY: said}
    except Exception as failure:
        probe.note_failure(failure)
        return metadata


def stamped(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of a `put`, the saver first, with the stamp."""
    config = args[_CONFIG] if len(args) > _CONFIG else kwargs.get("config")
    if len(args) > _METADATA:
        return (*args[:_METADATA], stamp(config, args[_METADATA]), *args[_METADATA + 1 :]), kwargs
    if "metadata" in kwargs:
        return args, {**kwargs, "metadata": stamp(config, kwargs["metadata"])}
    return args, kwargs
