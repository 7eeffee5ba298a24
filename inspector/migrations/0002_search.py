"""An index of the trigrams in all thread_ids, for searches by a part of one.

It is a help and no must: a database that cannot have it is searched by going through the threads.
"""

import logging

from django.db import DatabaseError, migrations, transaction

_LOG = logging.getLogger("inspector.index")

#: The ids themselves stay where they are: the table holds trigrams and row numbers.
_SQLITE = (
    """CREATE VIRTUAL TABLE inspector_threadsearch USING fts5(
        thread_id, content='inspector_threadentry', content_rowid='id', tokenize='trigram case_sensitive 1')""",
    """CREATE TRIGGER inspector_threadsearch_insert AFTER INSERT ON inspector_threadentry BEGIN
        INSERT INTO inspector_threadsearch(rowid, thread_id) VALUES (new.id, new.thread_id); END""",
    """CREATE TRIGGER inspector_threadsearch_delete AFTER DELETE ON inspector_threadentry BEGIN
        INSERT INTO inspector_threadsearch(inspector_threadsearch, rowid, thread_id)
        VALUES ('delete', old.id, old.thread_id); END""",
    "INSERT INTO inspector_threadsearch(inspector_threadsearch) VALUES ('rebuild')",
)
_POSTGRES = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX thread_id_trigrams ON inspector_threadentry USING gin (thread_id gin_trgm_ops)",
)


def make(apps, schema_editor):
    connection = schema_editor.connection
    try:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            for statement in _SQLITE if connection.vendor == "sqlite" else _POSTGRES:
                cursor.execute(statement)
    except DatabaseError as error:
        needs = "SQLite 3.34 with FTS5" if connection.vendor == "sqlite" else "the extension pg_trgm"
        _LOG.warning("Searches by a part of a thread_id go through all threads: there is no %s. %s", needs, error)


def unmake(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        if schema_editor.connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER IF EXISTS inspector_threadsearch_insert")
            cursor.execute("DROP TRIGGER IF EXISTS inspector_threadsearch_delete")
            cursor.execute("DROP TABLE IF EXISTS inspector_threadsearch")
        else:
            cursor.execute("DROP INDEX IF EXISTS thread_id_trigrams")


class Migration(migrations.Migration):
    dependencies = [("inspector", "0001_index")]

    operations = [migrations.RunPython(make, unmake)]
