"""A page of a namespace: its checkpoints within a budget, and the rows of its outline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inspector.stores.base import Cut, OutlineRow, ReadBudget
from inspector.stores.outline import outline_row
from inspector.stores.postgres import rows
from inspector.stores.postgres.layout import Layout
from inspector.stores.postgres.pool import Cursor


def read_cut(cursor: Cursor, layout: Layout, given: Mapping[str, Any], budget: ReadBudget) -> Cut:
    asked = {**given, "rows": budget.rows + 1, "bytes": budget.bytes}
    found = cursor.execute(layout.query("checkpoints"), asked).fetchall()
    if not found:  # a single checkpoint larger than the budget is still shown
        found = cursor.execute(layout.query("checkpoints"), {**asked, "rows": 1, "bytes": 2**62}).fetchall()
    beyond = found[budget.rows]["checkpoint_id"] if len(found) > budget.rows else ""
    if found and not beyond:  # the byte budget may have ended the read early: is there one more?
        last = {**asked, "before": found[-1]["checkpoint_id"]}
        older = cursor.execute(layout.query("older_checkpoint"), last).fetchone()
        beyond = older["checkpoint_id"] if older else ""
    return Cut(tuple(rows.checkpoint_row(row) for row in found[: budget.rows]), bool(beyond), beyond)


def outline(row: rows.Row) -> OutlineRow:
    return outline_row(
        row["checkpoint_id"], row["parent_checkpoint_id"] or None, row, hostname=row["host"], ts=row["ts"] or ""
    )
