import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=200, unique=True)),
                ("number", models.CharField(blank=True, db_index=True, default="", max_length=100)),
                ("series", models.CharField(blank=True, default="", max_length=100)),
                ("year", models.PositiveIntegerField(default=0)),
                ("serial", models.PositiveIntegerField(default=0)),
            ],
            options={
                "ordering": ["id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Revision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sequence", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("date", models.DateField(blank=True, null=True)),
                ("kind", models.CharField(max_length=20)),
                ("gazette", models.TextField(blank=True, default="")),
                ("first_line", models.PositiveIntegerField()),
                ("last_line", models.PositiveIntegerField()),
                ("in_force_from", models.DateField(blank=True, null=True)),
                ("in_force_until", models.DateField(blank=True, null=True)),
                ("from_clause", models.CharField(blank=True, default="", help_text="eId", max_length=500)),
                ("until_clause", models.CharField(blank=True, default="", help_text="eId", max_length=500)),
                ("articles", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField()),
                ("title_key", models.CharField(db_index=True, max_length=200)),
                ("title", models.TextField()),
                ("issuer", models.TextField(blank=True, default="")),
                ("addressees", models.TextField(blank=True, default="")),
                ("text", models.TextField()),
                (
                    "document",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revisions",
                        to="library.document",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Part",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=20)),
                ("line", models.PositiveIntegerField()),
                ("title_key", models.CharField(db_index=True, max_length=200)),
                ("label", models.TextField(blank=True, default="")),
                ("title", models.TextField(blank=True, default="")),
                ("prefix", models.TextField(blank=True, default="")),
                (
                    "revision",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="library.revision",
                    ),
                ),
            ],
            options={
                "ordering": ["order"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="document",
            name="current",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="current_of",
                to="library.revision",
            ),
        ),
        migrations.CreateModel(
            name="Clause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.PositiveIntegerField()),
                ("last", models.PositiveIntegerField()),
                ("depth", models.PositiveIntegerField()),
                ("line", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=20)),
                ("eid", models.CharField(max_length=500)),
                ("locator_key", models.CharField(max_length=200)),
                ("locator", models.TextField()),
                ("number", models.TextField(blank=True, default="")),
                ("heading", models.TextField(blank=True, default="")),
                ("text", models.TextField(blank=True, default="")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="library.clause",
                    ),
                ),
                (
                    "part",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clauses",
                        to="library.part",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clauses",
                        to="library.revision",
                    ),
                ),
            ],
            options={
                "ordering": ["order"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Annex",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.PositiveIntegerField()),
                ("present", models.BooleanField()),
                ("label", models.TextField(blank=True, default="")),
                ("title", models.TextField(blank=True, default="")),
                (
                    "revision",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="annexes",
                        to="library.revision",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "annexes",
                "ordering": ["order"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Source",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("name", models.TextField()),
                ("media_type", models.CharField(max_length=100)),
                ("encoding", models.CharField(max_length=40)),
                ("size", models.PositiveBigIntegerField(help_text="bytes")),
                ("gazette_title", models.TextField(blank=True, default="")),
                ("publisher", models.TextField(blank=True, default="")),
                ("year", models.PositiveIntegerField(blank=True, null=True)),
                ("issue", models.PositiveIntegerField(blank=True, null=True)),
                ("received_at", models.DateTimeField()),
                (
                    "stored_as",
                    models.CharField(
                        blank=True, default="", help_text="path under the folder of files", max_length=200
                    ),
                ),
                (
                    "notes",
                    models.TextField(
                        blank=True, default="", help_text="what the file holds that is not in its text; lines"
                    ),
                ),
                ("raw_text", models.TextField()),
                ("text", models.TextField()),
                (
                    "supersedes",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superseded_by",
                        to="library.source",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="revision",
            name="source",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="revisions", to="library.source"
            ),
        ),
        migrations.CreateModel(
            name="Printing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.PositiveIntegerField()),
                ("first_line", models.PositiveIntegerField()),
                ("last_line", models.PositiveIntegerField()),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="printings", to="library.document"
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="printings", to="library.revision"
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="printings",
                        to="library.source",
                    ),
                ),
            ],
            options={
                "ordering": ["order"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="ContentsLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.PositiveIntegerField()),
                ("page", models.PositiveIntegerField(blank=True, null=True)),
                ("line", models.PositiveIntegerField()),
                (
                    "same_title",
                    models.BooleanField(
                        help_text="false where the document is printed under a title a little different"
                    ),
                ),
                ("title", models.TextField()),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contents_lines",
                        to="library.document",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contents",
                        to="library.source",
                    ),
                ),
            ],
            options={
                "ordering": ["order"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Cleaning",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("start", models.PositiveBigIntegerField()),
                ("line", models.PositiveIntegerField()),
                ("reason", models.TextField()),
                ("before", models.TextField()),
                ("after", models.TextField()),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cleanings",
                        to="library.source",
                    ),
                ),
            ],
            options={
                "ordering": ["start", "id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Reference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.PositiveIntegerField()),
                ("line", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=10)),
                ("scope", models.CharField(blank=True, default="", max_length=10)),
                ("number", models.CharField(blank=True, default="", max_length=100)),
                ("title_key", models.CharField(blank=True, default="", max_length=200)),
                ("eid", models.CharField(blank=True, default="", max_length=500)),
                ("title", models.TextField(blank=True, default="")),
                ("provisions", models.JSONField(blank=True, default=list, help_text="list of strings")),
                (
                    "clause",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="references",
                        to="library.clause",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="references", to="library.revision"
                    ),
                ),
            ],
            options={
                "ordering": ["order"],
                "abstract": False,
                "base_manager_name": "objects",
                "indexes": [
                    models.Index(fields=["number", "kind"], name="reference_number"),
                    models.Index(fields=["title_key", "kind"], name="reference_title"),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="part",
            constraint=models.UniqueConstraint(fields=("revision", "order"), name="one_part_per_place"),
        ),
        migrations.AddIndex(
            model_name="clause",
            index=models.Index(fields=["revision", "locator_key"], name="clause_locator"),
        ),
        migrations.AddConstraint(
            model_name="clause",
            constraint=models.UniqueConstraint(fields=("revision", "order"), name="one_clause_per_place"),
        ),
        migrations.AddConstraint(
            model_name="clause",
            constraint=models.UniqueConstraint(fields=("revision", "eid"), name="one_clause_per_eid"),
        ),
        migrations.AddConstraint(
            model_name="annex",
            constraint=models.UniqueConstraint(fields=("revision", "order"), name="one_annex_per_place"),
        ),
        migrations.AddIndex(
            model_name="revision",
            index=models.Index(fields=["date"], name="revision_date"),
        ),
        migrations.AddConstraint(
            model_name="revision",
            constraint=models.UniqueConstraint(fields=("document", "sequence"), name="one_revision_per_sequence"),
        ),
        migrations.AddConstraint(
            model_name="printing",
            constraint=models.UniqueConstraint(fields=("source", "order"), name="one_printing_per_place"),
        ),
        migrations.AddConstraint(
            model_name="contentsline",
            constraint=models.UniqueConstraint(fields=("source", "order"), name="one_contents_line_per_place"),
        ),
        migrations.AddIndex(
            model_name="cleaning",
            index=models.Index(fields=["source", "start"], name="cleaning_place"),
        ),
    ]
