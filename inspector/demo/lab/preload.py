"""What every worker imports, for the fork server: it imports this once, and a worker is there in a moment.

Nothing is started here, and no probe is installed: each worker does that for itself.
"""

from __future__ import annotations

import importlib
import os
from contextlib import suppress

from inspector.demo.lab.environment import ENVIRONMENT

_MODULES = (
    "langgraph.checkpoint.memory",
    "langgraph.checkpoint.postgres",
    "langgraph.checkpoint.postgres.aio",
    "langgraph.checkpoint.redis",
    "langgraph.checkpoint.sqlite",
    "langgraph.checkpoint.sqlite.aio",
    "langgraph.prebuilt",
    "psycopg_pool",
    "uvicorn",
    "inspector.demo.graphs.chat",
    "inspector.demo.graphs.checkout",
    "inspector.demo.graphs.refund",
    "inspector.demo.lab.worker",
    "inspector.probe.hooks",
    "inspector.probe.ledgers.postgres",
    "inspector.probe.saver",
)

os.environ.update(ENVIRONMENT)
for _name in _MODULES:
    with suppress(ImportError):  # a scenario that needs it says so itself
        importlib.import_module(_name)
