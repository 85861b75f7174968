import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intermediary_market", "0012_standing_and_flags"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Affiliation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ["id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.CreateModel(
            name="Mending",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("remove", "Take it out of the market"),
                            ("hand_over", "Hand it over to another account"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reasons", models.TextField()),
                ("proposed_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("done", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["id"],
                "abstract": False,
                "base_manager_name": "objects",
            },
        ),
        migrations.AddField(
            model_name="drawshare",
            name="first_kid",
            field=models.CharField(blank=True, max_length=43),
        ),
        migrations.AddField(
            model_name="member",
            name="waits",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="sealing",
            name="reserve",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reserve_of",
                to="intermediary_market.custodiankey",
            ),
        ),
        migrations.AddConstraint(
            model_name="sealing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reserve", None),
                    models.Q(
                        models.Q(("reserve", models.F("first")), _negated=True),
                        models.Q(("reserve", models.F("second")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="reserve_is_a_third",
            ),
        ),
        migrations.AddField(
            model_name="affiliation",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="affiliations",
                to="intermediary_market.organisation",
            ),
        ),
        migrations.AddField(
            model_name="affiliation",
            name="other",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="intermediary_market.organisation"
            ),
        ),
        migrations.AddField(
            model_name="mending",
            name="account",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="mending",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="mending",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="mendings",
                to="intermediary_market.organisation",
            ),
        ),
        migrations.AddField(
            model_name="mending",
            name="proposed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="affiliation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("organisation", "other"),
                name="one_affiliation_with_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="mending",
            constraint=models.UniqueConstraint(
                condition=models.Q(("decided_at", None)), fields=("organisation", "kind"), name="one_mending_that_waits"
            ),
        ),
    ]
