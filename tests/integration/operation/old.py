"""`python -m tests.integration.operation.old MIGRATION migrate|write`: as a version of the dashboard that knew no later
migration than this one ("" for all) would migrate the index, or write to it and read it again."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any


def run_as(index: str, migration: str, what: str) -> str:
    """In a process of its own, on the index at this URL. What it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.integration.operation.old", migration, what],
        env={**os.environ, "INSPECTOR_DATABASE_URL": index, "DJANGO_SETTINGS_MODULE": "inspector.settings"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def write(migration: str) -> None:
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    known = MigrationLoader(connection).project_state(("inspector", migration)).apps
    now = datetime.now(UTC)
    entry = known.get_model("inspector", "StoreEntry").objects.create(name=f"of {migration}", lease="", error="")
    threads = known.get_model("inspector", "ThreadEntry")
    needed = {field.name: _some(field, now) for field in threads._meta.fields if _is_needed(field)}
    thread = threads.objects.create(store=entry, thread_id="t", **needed)
    entry.error = "It does not answer."
    entry.save()
    assert threads.objects.get(store__name=entry.name).thread_id == "t"
    thread.delete()
    entry.delete()
    print("written, read, deleted")


def _is_needed(field: Any) -> bool:
    return not (field.null or field.has_default() or field.primary_key or field.name in ("store", "thread_id"))


def _some(field: Any, now: datetime) -> Any:
    kind = field.get_internal_type()
    if kind == "DateTimeField":
        return now
    return "" if kind in ("TextField", "CharField") else False if kind == "BooleanField" else 0


if __name__ == "__main__":
    import django
    from django.core.management import call_command

    django.setup()
    target, wanted = sys.argv[1:]
    if wanted == "migrate":
        call_command("migrate", *(("inspector", target) if target else ()), verbosity=0)
    else:
        write(target)
