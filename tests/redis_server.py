"""The demo's Redis server as the tests use it."""

from __future__ import annotations

import os

import pytest

from inspector.demo.embedded_redis import EmbeddedRedis as RedisServer
from inspector.demo.embedded_redis import EmbeddedRedisError as RedisServerMissingError

__all__ = ["RedisServer", "RedisServerMissingError", "running_redis"]


def running_redis() -> RedisServer:
    """A started server. Without the packages the test is skipped, or fails where INSPECTOR_REQUIRE_REDIS is set."""
    try:
        return RedisServer().start()
    except RedisServerMissingError as error:
        if os.environ.get("INSPECTOR_REQUIRE_REDIS"):
            pytest.fail(str(error))
        pytest.skip(str(error))
