import uuid

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0003_desk_feed"),
        ("intermediary_market", "0007_contracts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CheckRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("proposed", models.PositiveIntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Conduct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="market_conduct", to="cases.case"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conduct",
                        to="intermediary_market.organisation",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "conduct",
                "ordering": ["-id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Clue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "check_name",
                    models.CharField(
                        choices=[
                            ("shared_network", "A network address shared"),
                            ("shared_person", "A person or telephone shared"),
                            ("abandoned", "An award abandoned"),
                            ("late_contract", "A late contract"),
                            ("late_service", "A late service"),
                            ("unfounded", "Unfounded complaints"),
                            ("fabricated", "A fabricated complaint"),
                        ],
                        max_length=16,
                    ),
                ),
                ("key", models.CharField(max_length=64, unique=True)),
                ("content", models.JSONField()),
                (
                    "conduct",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clues",
                        to="intermediary_market.conduct",
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
            name="Rating",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "quality",
                    models.PositiveSmallIntegerField(validators=[django.core.validators.MaxValueValidator(100)]),
                ),
                (
                    "timeliness",
                    models.PositiveSmallIntegerField(validators=[django.core.validators.MaxValueValidator(100)]),
                ),
                (
                    "attitude",
                    models.PositiveSmallIntegerField(validators=[django.core.validators.MaxValueValidator(100)]),
                ),
                ("fees", models.PositiveSmallIntegerField(validators=[django.core.validators.MaxValueValidator(100)])),
                (
                    "conduct",
                    models.PositiveSmallIntegerField(validators=[django.core.validators.MaxValueValidator(100)]),
                ),
                ("total", models.DecimalField(decimal_places=2, max_digits=5)),
                ("computed", models.JSONField()),
                ("words", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "agency",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ratings",
                        to="intermediary_market.organisation",
                    ),
                ),
                (
                    "contract",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rating",
                        to="intermediary_market.contract",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
    ]
