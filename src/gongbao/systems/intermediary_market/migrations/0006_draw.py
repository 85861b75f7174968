import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intermediary_market", "0005_sealing"),
    ]

    operations = [
        migrations.CreateModel(
            name="Draw",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.PositiveIntegerField()),
                ("algorithm", models.CharField(max_length=40)),
                ("source", models.CharField(max_length=300)),
                ("not_before", models.DateTimeField(blank=True, null=True)),
                ("begun_at", models.DateTimeField()),
                ("fixed_at", models.DateTimeField(blank=True, null=True)),
                ("root", models.CharField(blank=True, max_length=64)),
                ("padding", models.CharField(blank=True, max_length=64)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("value", models.CharField(blank=True, max_length=300)),
                ("value_from", models.CharField(blank=True, max_length=500)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("seed", models.CharField(blank=True, max_length=64)),
                ("drawn_at", models.DateTimeField(blank=True, null=True)),
                ("set_aside_at", models.DateTimeField(blank=True, null=True)),
                ("set_aside_reason", models.TextField(blank=True)),
                (
                    "purchase",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draws",
                        to="intermediary_market.purchase",
                    ),
                ),
            ],
            options={
                "ordering": ["purchase", "number"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="DrawEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agency", models.CharField(max_length=18)),
                ("salt", models.CharField(max_length=64)),
                ("commitment", models.CharField(blank=True, max_length=64)),
                ("leaf", models.CharField(max_length=64)),
                ("share", models.CharField(blank=True, max_length=64)),
                ("place", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "draw",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="intermediary_market.draw",
                    ),
                ),
                (
                    "registration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="draw_entries",
                        to="intermediary_market.registration",
                    ),
                ),
            ],
            options={
                "ordering": ["draw", "leaf"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="DrawShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "party",
                    models.CharField(
                        choices=[("owner", "Project owner"), ("operator", "Operator of the market")], max_length=10
                    ),
                ),
                ("commitment", models.CharField(max_length=64, unique=True)),
                ("sealed", models.TextField()),
                ("committed_at", models.DateTimeField()),
                ("first_key", models.CharField(blank=True, max_length=64)),
                ("share", models.CharField(blank=True, max_length=64)),
                ("opened_at", models.DateTimeField(blank=True, null=True)),
                ("by_custodians", models.BooleanField(default=False)),
                (
                    "draw",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shares",
                        to="intermediary_market.draw",
                    ),
                ),
            ],
            options={
                "ordering": ["draw", "-party"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.UniqueConstraint(fields=("purchase", "number"), name="one_draw_of_a_number"),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.UniqueConstraint(
                condition=models.Q(("set_aside_at", None)), fields=("purchase",), name="one_draw_that_counts"
            ),
        ),
        migrations.AddConstraint(
            model_name="drawentry",
            constraint=models.UniqueConstraint(fields=("draw", "registration"), name="one_entry_of_a_registration"),
        ),
        migrations.AddConstraint(
            model_name="drawentry",
            constraint=models.UniqueConstraint(fields=("draw", "place"), name="one_entry_of_a_place"),
        ),
        migrations.AddConstraint(
            model_name="drawshare",
            constraint=models.UniqueConstraint(fields=("draw", "party"), name="one_share_of_a_party"),
        ),
    ]
