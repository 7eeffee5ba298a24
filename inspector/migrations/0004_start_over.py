"""Forgets all rows: the next one gives threads what only the stores can tell. They are read anew."""

from importlib import import_module

from django.db import migrations

_TABLES = ("threadworker", "threadentry", "storetally", "hosttally", "hourtally", "findingentry", "storeentry")
#: Its triggers would look at each row that goes: without them, SQLite and Postgres empty a table at once.
_SEARCH = import_module("inspector.migrations.0002_search")


def forget(apps, schema_editor):
    tables = [f"inspector_{table}" for table in _TABLES]
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "postgresql":
            cursor.execute(f"TRUNCATE {', '.join(tables)}")
            return
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608


class Migration(migrations.Migration):
    dependencies = [("inspector", "0003_diagnosis")]

    operations = [
        migrations.RunPython(_SEARCH.unmake, _SEARCH.make),
        migrations.RunPython(forget, migrations.RunPython.noop),
        migrations.RunPython(_SEARCH.make, _SEARCH.unmake),
    ]
