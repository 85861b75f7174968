import django.db.models.deletion
from django.db import migrations, models

SQLITE = "CREATE VIRTUAL TABLE {} USING fts5(grams, content='', columnsize=0, detail=none, tokenize='ascii')"
POSTGRES = {
    "library_search_documents": "entry bigint PRIMARY KEY, grams bigint[] NOT NULL",
    "library_search_clauses": "entry bigint, place integer, grams bigint[] NOT NULL, PRIMARY KEY (entry, place)",
}


def create(apps, schema_editor):
    for table, columns in POSTGRES.items():
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(SQLITE.format(table))
        else:
            schema_editor.execute(f"CREATE TABLE {table} ({columns})")
            schema_editor.execute(f"CREATE INDEX {table}_grams ON {table} USING gin (grams)")


def drop(apps, schema_editor):
    for table in POSTGRES:
        schema_editor.execute(f"DROP TABLE {table}")


class Migration(migrations.Migration):
    """The tables of the search index, one form for each database (see search.py), and what says which rows count."""

    dependencies = [
        ("library", "0005_add_gazette"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "part",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "Title"), (1, "Text"), (2, "Masked"), (3, "Unmasked")]
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="search_entries",
                        to="library.revision",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "search entries",
                "ordering": ["id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.RunPython(create, drop),
    ]
