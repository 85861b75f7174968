import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intermediary_market", "0012_standing_and_flags"),
    ]

    operations = [
        migrations.AddField(
            model_name="drawshare",
            name="first_kid",
            field=models.CharField(blank=True, max_length=43),
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
    ]
