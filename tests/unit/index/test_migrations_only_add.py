"""A new version's migrations leave an old one, which goes on serving beside it, all that it reads and writes.

From 0006 on, and until the next major release. What an old process does not know must fill itself in: it names only its
own columns when it writes a row, and deletes rows without a thought of tables that came later.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import models
from django.db.migrations import operations as ops
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.models.fields import NOT_PROVIDED

FIRST = "0006"
#: Rows of these are never deleted, so that a later table may hold on to them.
_NEVER_DELETED = {"inspector.storeentry"}
_HARMLESS = (ops.AddIndex, ops.RemoveIndex, ops.AlterModelOptions, ops.AlterModelManagers, ops.CreateModel)
#: Operations by hand that were looked at: (migration, place in it).
_LOOKED_AT: set[tuple[str, int]] = set()


def migrations() -> dict[str, Any]:
    disk = MigrationLoader(None).disk_migrations
    return {name: disk[app, name] for app, name in sorted(disk) if app == "inspector" and name >= FIRST}


def contracts(name: str, operations: list[Operation]) -> Iterator[str]:
    """What of them an old process would stumble over, in words."""
    new = {operation.name_lower for operation in operations if isinstance(operation, ops.CreateModel)}
    for place, operation in enumerate(operations):
        said = f"{name}: {operation.describe()}"
        if isinstance(operation, ops.CreateModel):
            for field_name, field in operation.fields:
                if _holds_on(field):
                    yield f"{said}: {field_name} keeps old rows from being deleted; db_constraint=False"
        elif isinstance(operation, ops.AddField):
            if operation.model_name_lower not in new:
                if not _fills_itself_in(operation.field):
                    yield f"{said}: old processes do not fill it in; null=True or db_default"
                if operation.field.unique:
                    yield f"{said}: old processes would all write the same"
            if _holds_on(operation.field):
                yield f"{said}: it keeps old rows from being deleted; db_constraint=False"
        elif isinstance(operation, ops.AddConstraint):
            if operation.model_name_lower not in new:
                yield f"{said}: old processes do not keep it"
        elif not isinstance(operation, _HARMLESS) and (name, place) not in _LOOKED_AT:
            yield f"{said}: it takes away, changes, or is made by hand"


def _fills_itself_in(field: models.Field[Any, Any]) -> bool:
    return field.null or field.db_default is not NOT_PROVIDED or field.many_to_many is True


def _holds_on(field: Any) -> bool:
    if not isinstance(field, models.ForeignKey) or not field.db_constraint:
        return False
    to = field.remote_field.model
    label = to if isinstance(to, str) else to._meta.label_lower
    return label.lower() not in _NEVER_DELETED


def test_no_migration_takes_anything_from_an_old_process() -> None:
    assert migrations()
    assert [said for name, one in migrations().items() for said in contracts(name, one.operations)] == []


@pytest.mark.parametrize(
    "operation",
    [
        ops.RemoveField("storeentry", "error"),
        ops.DeleteModel("mute"),
        ops.RenameField("storeentry", "error", "fault"),
        ops.RenameModel("mute", "silence"),
        ops.AlterField("storeentry", "search_at", models.DateTimeField()),
        ops.AddField("storeentry", "extra", models.TextField(default="")),
        ops.AddField("storeentry", "extra", models.TextField(null=True, unique=True)),
        ops.AddField("storeentry", "of", models.ForeignKey("inspector.Mute", models.CASCADE, null=True)),
        ops.CreateModel("New", [("of", models.ForeignKey("inspector.ThreadEntry", models.CASCADE))]),
        ops.AddConstraint("storeentry", models.CheckConstraint(condition=models.Q(error=""), name="none")),
        ops.RunSQL("DROP TABLE inspector_mute"),
        ops.RunPython(ops.RunPython.noop),
    ],
    ids=lambda operation: operation.describe(),
)
def test_what_would_is_seen(operation: Operation) -> None:
    assert list(contracts("0099_x", [operation]))


@pytest.mark.parametrize(
    "operation",
    [
        ops.AddField("storeentry", "extra", models.TextField(null=True)),
        ops.AddField("storeentry", "extra", models.TextField(default="", db_default="")),
        ops.AddIndex("storeentry", models.Index(fields=["name"], name="by_name")),
        ops.CreateModel("New", [("of", models.ForeignKey("inspector.StoreEntry", models.CASCADE))]),
        ops.CreateModel("New", [("of", models.ForeignKey("inspector.Mute", models.CASCADE, db_constraint=False))]),
    ],
    ids=lambda operation: operation.describe(),
)
def test_what_only_adds_is_let_through(operation: Operation) -> None:
    assert not list(contracts("0099_x", [operation]))
