"""Rows of an outline, made alike for every store."""

from __future__ import annotations

from collections.abc import Mapping

from inspector.domain.coordinates import is_usual_id, step_of
from inspector.domain.value import Json
from inspector.stores.base import OutlineRow


def outline_row(
    checkpoint_id: str, parent_checkpoint_id: str | None, metadata: Mapping[str, Json], *, hostname: str, ts: str = ""
) -> OutlineRow:
    """`metadata` needs `step` and `source` only. `ts` is the document's."""
    step, source = metadata.get("step"), metadata.get("source")
    return OutlineRow(
        checkpoint_id=checkpoint_id,
        parent_checkpoint_id=parent_checkpoint_id,
        step=step if isinstance(step, int) and not isinstance(step, bool) else step_of(checkpoint_id),
        source=source if isinstance(source, str) else "",
        hostname=hostname,
        ts="" if is_usual_id(checkpoint_id) else ts,
    )
