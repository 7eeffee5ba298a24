"""Versions of what a worker runs."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

_DISTRIBUTIONS = (
    "langgraph",
    "langgraph-checkpoint",
    "langgraph-checkpoint-postgres",
    "langgraph-checkpoint-redis",
    "langgraph-checkpoint-sqlite",
    "langchain-core",
    "psycopg",
    "redis",
    "langgraph-checkpoint-inspector",
)


@cache
def read_versions() -> dict[str, str]:
    """By distribution, "python" too. Those that are installed. Reads files: not for the agent's threads."""
    versions = {"python": platform.python_version()}
    for name in _DISTRIBUTIONS:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions
