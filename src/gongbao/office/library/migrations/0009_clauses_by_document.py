"""On PostgreSQL the grams of clauses need no index: they are asked for the documents of a page only, by their entry.

With one, the planner read all clauses of the library that hold the word, and threw away those of other documents.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def drop(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS library_search_clauses_grams")


def make(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE INDEX library_search_clauses_grams ON library_search_clauses USING gin (grams)")


class Migration(migrations.Migration):
    dependencies = [("library", "0008_tables_in_pieces")]
    operations = [migrations.RunPython(drop, make)]
