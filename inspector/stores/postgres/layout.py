"""Where the checkpoint tables are: which schema, and which of LangGraph's columns they have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString

from inspector.errors import NotACheckpointStore, StoreDenied
from inspector.stores.postgres.session import ReadOnlySessions
from inspector.stores.postgres.transaction import QUERIES

#: The document is fetched once for all that is asked of it: each operator would fetch and unpack it anew. To turn a
#: large one or a large value into text takes longer than all the rest, so its size is then that which it has as jsonb.
_INLINE_VALUES = """lateral (select checkpoint || '{}'::jsonb as parsed offset 0) unpacked,
lateral (
    select parsed ->> 'ts' as ts, parsed ->> 'v' as v,
           parsed -> 'channel_versions' as channel_versions, parsed -> 'versions_seen' as versions_seen,
           case when pg_column_size(parsed) > 100000 then pg_column_size(parsed)
                else octet_length(parsed::text) end as document_bytes
    offset 0
) document,
lateral (
    select jsonb_object_agg(sized.key, sized.value) filter (where size_bytes <= %(inline_bytes)s) as kept,
           jsonb_object_agg(sized.key, size_bytes) filter (where size_bytes > %(inline_bytes)s) as left_out,
           document_bytes - coalesce(sum(size_bytes) filter (where size_bytes > %(inline_bytes)s), 0) as handed_bytes
    from (select item.key, item.value,
                 case when pg_column_size(item.value) > 100000 then pg_column_size(item.value)
                      else octet_length(item.value::text) end as size_bytes
          from jsonb_each(case when jsonb_typeof(parsed -> 'channel_values') = 'object'
                               then parsed -> 'channel_values' end) item
          offset 0) sized
) inline"""

_CHECKPOINT_COLUMNS = """thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id,
    document.ts, document.v, document.channel_versions, document.versions_seen,
    inline.kept as inline_kept, inline.left_out as inline_left_out, metadata, document.document_bytes"""


@dataclass(frozen=True, slots=True)
class Layout:
    """A schema that holds LangGraph's tables. `warnings` are sentences for the stores page."""

    schema: str
    has_task_path: bool
    warnings: tuple[str, ...]

    def query(self, name: str) -> LiteralString:
        """A named query with the shared column lists put in. Only texts of this module ever enter it."""
        return (
            QUERIES[name]
            .replace("{checkpoint_columns}", _CHECKPOINT_COLUMNS)
            .replace("{inline_values}", _INLINE_VALUES)
            .replace("{task_path}", "w.task_path" if self.has_task_path else "''")
        )


def find_layout(sessions: ReadOnlySessions, *, wanted: str, safe_url: str) -> Layout:
    """The schema named in the URL, else the first on the search path, else the only other one.

    Raises `NotACheckpointStore` when no schema holds the tables, `StoreDenied` when this login may not look inside.
    """
    with sessions.read() as cursor:
        found = cursor.execute(QUERIES["find_schemas"]).fetchall()
    ours = [row for row in found if row["ours"]]
    if wanted:
        ours = [row for row in ours if row["schema"] == wanted]
    if not ours:
        raise _no_tables(found, wanted=wanted, safe_url=safe_url)
    chosen = ours[0]
    schema = chosen["schema"]
    if not chosen["usable"]:
        raise StoreDenied(
            f"This login may not use the schema {schema} of {safe_url}.",
            "Run `inspector grants` and have its SQL executed by the owner of the tables.",
        )
    on_path = [row for row in ours if row["place"] < 2**31 - 1]
    return Layout(schema, chosen["has_task_path"], _warnings(schema, ours, bool(on_path), wanted))


def _warnings(schema: str, ours: list[dict[str, object]], on_path: bool, wanted: str) -> tuple[str, ...]:
    others = ", ".join(str(row["schema"]) for row in ours if row["schema"] != schema)
    found = []
    if others:
        found.append(
            f"Checkpoint tables also exist in {others}. Shown is {schema}; add ?schema=NAME to the store's URL "
            "to choose. Workers with different search paths write to different tables."
        )
    if not on_path and not wanted:
        found.append(f"The tables are in the schema {schema}, which is not on this login's search path.")
    return tuple(found)


def _no_tables(found: list[dict[str, object]], *, wanted: str, safe_url: str) -> NotACheckpointStore:
    ours = ", ".join(str(row["schema"]) for row in found if row["ours"])
    if wanted and ours:
        return NotACheckpointStore(
            f"{safe_url} has no checkpoint tables in the schema {wanted}.", f"They are in: {ours}."
        )
    if found:
        return NotACheckpointStore(
            f"{safe_url} has a table named checkpoints that is not LangGraph's.",
            "Check the database name in the store's URL, or name the schema with ?schema=NAME.",
        )
    return NotACheckpointStore(
        f"{safe_url} holds no LangGraph checkpoint tables.",
        "PostgresSaver.setup() makes them. Either no worker has run it yet, or the store's URL names another database "
        "than the workers use.",
    )
