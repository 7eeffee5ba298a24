"""Writes `worker_hostname` into the metadata of new checkpoints, so that writes stay attributed without a ledger."""

from __future__ import annotations

from typing import Any

from inspector.probe import process

KEY = "worker_hostname"
#: `put(config, checkpoint, metadata, new_versions)`
_METADATA = 2


def stamped(args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments of a `put` with the stamp in a copy of the metadata. What the agent says of itself goes first.
    Never raises: arguments that look odd stay as they are."""
    probe = process.current()
    if not probe.settings.stamp:
        return args, kwargs
    try:
        positional = len(args) > _METADATA
        metadata = args[_METADATA] if positional else kwargs.get("metadata")
        config = args[0] if args else kwargs.get("config")
        if not isinstance(metadata, dict) or KEY in metadata:
            return args, kwargs
        hostname = _said_by_agent(config)
        if hostname is None:
            hostname = probe.settings.hostname
        elif not isinstance(hostname, str):
            return args, kwargs
        with_stamp = {**metadata, KEY: hostname}
        if positional:
            return (*args[:_METADATA], with_stamp, *args[_METADATA + 1 :]), kwargs
        return args, {**kwargs, "metadata": with_stamp}
    except Exception as failure:
        probe.note_failure(failure)
        return args, kwargs


def _said_by_agent(config: Any) -> Any:
    """Savers of Postgres and SQLite copy it from here by themselves, in this order. That of Redis does not."""
    for part in ("metadata", "configurable"):
        values = config.get(part) if hasattr(config, "get") else None
        if values and KEY in values:
            return values[KEY]
    return None
