"""What every worker of the lab has in its environment, whatever the lab itself was started with."""

from __future__ import annotations

#: Some are read when LangGraph is imported. One thread for numbers, for a process with threads is better not forked.
ENVIRONMENT = {
    "LANGGRAPH_STRICT_MSGPACK": "true",
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "OPENBLAS_NUM_THREADS": "1",
}
