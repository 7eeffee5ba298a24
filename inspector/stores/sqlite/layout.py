"""Which of LangGraph's tables and columns a file has, and the queries that fit them."""

from __future__ import annotations

from dataclasses import dataclass

from inspector.errors import NotACheckpointStore
from inspector.sql_file import load_queries
from inspector.stores.sqlite.file import Session

_QUERIES = load_queries("inspector.stores.sqlite", "queries.sql")
_NEEDED = {
    "checkpoints": frozenset(
        ["thread_id", "checkpoint_ns", "checkpoint_id", "parent_checkpoint_id", "type", "checkpoint", "metadata"]
    ),
    "writes": frozenset(["thread_id", "checkpoint_ns", "checkpoint_id", "task_id", "idx", "channel", "type", "value"]),
}
#: A document larger than this (bytes) is not loaded: its row says how large it is.
_LARGEST = 256_000_000
_CHECKPOINT_COLUMNS = f"""thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, metadata,
       coalesce(length(checkpoint), 0) as size_bytes,
       case when length(checkpoint) <= {_LARGEST} then checkpoint end as checkpoint"""
_WRITE_COLUMNS = """checkpoint_ns, checkpoint_id, task_id, {task_path} as task_path, idx, channel,
       coalesce(type, '') as type, coalesce(length(value), 0) as size_bytes"""


@dataclass(frozen=True, slots=True)
class Layout:
    """Savers before langgraph-checkpoint-sqlite 3 made the table of writes without `task_path`."""

    has_task_path: bool

    def query(self, name: str) -> str:
        """A named query with the shared column lists put in. Only texts of this package ever enter it."""
        return (
            _QUERIES[name]
            .replace("{checkpoint_columns}", _CHECKPOINT_COLUMNS)
            .replace("{write_columns}", _WRITE_COLUMNS)
            .replace("{task_path}", "task_path" if self.has_task_path else "''")
        )


def find_layout(session: Session, safe_url: str) -> Layout:
    """Raises `NotACheckpointStore`."""
    found: dict[str, set[str]] = {"checkpoints": set(), "writes": set()}
    for row in session.connection.execute(_QUERIES["columns"]):
        found[row["table"]].add(row["name"])
    if not found["checkpoints"]:
        raise NotACheckpointStore(
            f"{safe_url} holds no LangGraph checkpoint tables.",
            "SqliteSaver makes them when it is first used. Either no worker has done so yet, or the store's URL names "
            "another file than the workers use.",
        )
    missing = [f"{table}.{name}" for table, names in _NEEDED.items() for name in sorted(names - found[table])]
    if missing:
        raise NotACheckpointStore(
            f"{safe_url} holds a table named checkpoints that no SqliteSaver of today made: {missing[0]} is missing.",
            "A saver older than langgraph-checkpoint-sqlite 1.0 kept other columns. Check the path otherwise.",
        )
    return Layout("task_path" in found["writes"])
