"""Personal data, duties and indicators of each revision, and the feeds that hand out duties."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0002_repeals_of_a_day"),
    ]

    operations = [
        migrations.CreateModel(
            name="Duty",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.PositiveIntegerField()),
                ("line", models.PositiveIntegerField()),
                ("others", models.BooleanField()),
                ("deadline_kind", models.CharField(blank=True, default="", max_length=20)),
                ("due", models.DateField(blank=True, null=True)),
                ("lead", models.JSONField(blank=True, default=list, help_text="list of strings")),
                ("support", models.JSONField(blank=True, default=list, help_text="list of strings")),
                ("deadline", models.JSONField(blank=True, null=True)),
                ("duty", models.TextField()),
                ("quote", models.TextField()),
            ],
            options={
                "verbose_name_plural": "duties",
                "ordering": ["order"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="DutyUnit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(db_index=True, max_length=200)),
                ("leads", models.BooleanField()),
            ],
            options={
                "ordering": ["id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Feed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("unit", models.CharField(blank=True, default="", max_length=200)),
                ("created_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Indicator",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.PositiveIntegerField()),
                ("line", models.PositiveIntegerField()),
                ("comparison", models.CharField(max_length=10)),
                ("change", models.CharField(blank=True, default="", max_length=10)),
                ("year", models.PositiveIntegerField(blank=True, null=True)),
                ("year_from", models.CharField(blank=True, default="", max_length=10)),
                ("value", models.CharField(help_text="a decimal, as printed", max_length=40)),
                ("high", models.CharField(blank=True, default="", help_text="the upper end of a range", max_length=40)),
                ("unit", models.CharField(blank=True, default="", max_length=40)),
                ("name", models.TextField()),
                ("units", models.JSONField(blank=True, default=list, help_text="list of strings: who answers for it")),
                ("quote", models.TextField()),
            ],
            options={
                "ordering": ["order"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="PersonalMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("value", models.TextField()),
            ],
            options={
                "ordering": ["id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="revision",
            name="derived_by",
            field=models.PositiveIntegerField(default=0, help_text="DERIVATION that the rows derived from it are of"),
        ),
        migrations.AddField(
            model_name="revision",
            name="masked_text",
            field=models.TextField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="revision",
            index=models.Index(fields=["derived_by"], name="revision_derived_by"),
        ),
        migrations.AddField(
            model_name="duty",
            name="clause",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="duties", to="library.clause"
            ),
        ),
        migrations.AddField(
            model_name="duty",
            name="revision",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="duties",
                to="library.revision",
            ),
        ),
        migrations.AddField(
            model_name="dutyunit",
            name="duty",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="units", to="library.duty"
            ),
        ),
        migrations.AddField(
            model_name="indicator",
            name="clause",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="indicators",
                to="library.clause",
            ),
        ),
        migrations.AddField(
            model_name="indicator",
            name="revision",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="indicators",
                to="library.revision",
            ),
        ),
        migrations.AddField(
            model_name="personalmark",
            name="revision",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="personal_marks", to="library.revision"
            ),
        ),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(fields=["due"], name="duty_due"),
        ),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(fields=["deadline_kind"], name="duty_deadline_kind"),
        ),
        migrations.AddConstraint(
            model_name="duty",
            constraint=models.UniqueConstraint(fields=("revision", "order"), name="one_duty_per_place"),
        ),
        migrations.AddIndex(
            model_name="indicator",
            index=models.Index(fields=["year"], name="indicator_year"),
        ),
        migrations.AddConstraint(
            model_name="indicator",
            constraint=models.UniqueConstraint(fields=("revision", "order"), name="one_indicator_per_place"),
        ),
    ]
