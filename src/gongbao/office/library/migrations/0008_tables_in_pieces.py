"""Tables of revisions in pieces of rows; by what indicators are sought, so that no list is read whole for a filter."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0007_search_holding"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="duty", name="duty_due"),
        migrations.RemoveIndex(model_name="duty", name="duty_deadline_kind"),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(fields=["due", "revision"], name="duty_due"),
        ),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(fields=["deadline_kind", "revision"], name="duty_deadline_kind"),
        ),
        migrations.AddField(
            model_name="indicator",
            name="masked_name",
            field=models.TextField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="DocumentTable",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.PositiveIntegerField()),
                ("row_count", models.PositiveIntegerField()),
                ("head", models.JSONField(help_text="gongbao.gazette.tables.pieces.plain_head")),
                (
                    "revision",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tables",
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
            name="IndicatorUnit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                (
                    "indicator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="sought_units", to="library.indicator"
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
            name="TableRows",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_row", models.PositiveIntegerField()),
                ("rows", models.JSONField(help_text="gongbao.gazette.tables.pieces.plain_rows")),
                (
                    "table",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pieces",
                        to="library.documenttable",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "table rows",
                "ordering": ["first_row"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddConstraint(
            model_name="documenttable",
            constraint=models.UniqueConstraint(fields=("revision", "order"), name="one_table_per_place"),
        ),
        migrations.AddConstraint(
            model_name="tablerows",
            constraint=models.UniqueConstraint(fields=("table", "first_row"), name="one_piece_per_place"),
        ),
    ]
