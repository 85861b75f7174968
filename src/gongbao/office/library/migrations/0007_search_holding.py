from django.db import migrations

CREATE = """
CREATE FUNCTION library_search_holding(wanted bigint[]) RETURNS SETOF bigint
LANGUAGE sql STABLE SET enable_seqscan = off SET enable_indexscan = off
AS 'SELECT entry FROM library_search_documents WHERE grams @> wanted'
"""


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION library_search_holding(bigint[])")


class Migration(migrations.Migration):
    """On PostgreSQL the rows of documents are looked up by their index, whatever the planner believes."""

    dependencies = [
        ("library", "0006_search"),
    ]

    operations = [
        migrations.RunPython(create, drop),
    ]
