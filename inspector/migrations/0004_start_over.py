"""Forgets all rows: the next one gives threads what only the stores can tell. They are read anew."""

from django.db import migrations

_TABLES = ("threadworker", "threadentry", "storetally", "hosttally", "hourtally", "findingentry", "storeentry")


class Migration(migrations.Migration):
    dependencies = [("inspector", "0003_diagnosis")]

    operations = [
        migrations.RunSQL(f"DELETE FROM inspector_{table}", migrations.RunSQL.noop)  # noqa: S608
        for table in _TABLES
    ]
