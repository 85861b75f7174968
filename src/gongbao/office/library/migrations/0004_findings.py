"""What a check tells of each source, kept as rows."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0003_derived"),
    ]

    operations = [
        migrations.AddField(
            model_name="source",
            name="checked_by",
            field=models.PositiveIntegerField(default=0, help_text="CHECKS that the findings in it are of"),
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.PositiveIntegerField()),
                ("line", models.PositiveIntegerField()),
                ("kind", models.CharField(db_index=True, max_length=20)),
                ("severity", models.CharField(max_length=10)),
                ("document", models.TextField(blank=True, default="")),
                ("message", models.TextField()),
                ("message_en", models.TextField()),
                ("places", models.JSONField(blank=True, default=list)),
                (
                    "clause",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="library.clause",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="library.revision",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="library.source",
                    ),
                ),
            ],
            options={
                "ordering": ["order"],
                "abstract": False,
                "base_manager_name": "objects",
                "constraints": [models.UniqueConstraint(fields=("source", "order"), name="one_finding_per_place")],
            },
        ),
    ]
