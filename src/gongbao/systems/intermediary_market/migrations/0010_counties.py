import django.db.models.deletion
from django.db import migrations, models

from gongbao.office.audit import triggers


def follow_unit(apps, schema_editor):
    """An owner that is a body of the office under a county is of that county."""
    Organisation = apps.get_model("intermediary_market", "Organisation")
    with triggers.lifted(schema_editor.connection, "intermediary_market.0010_counties"):
        for one in Organisation.objects.exclude(unit=None).select_related("unit"):
            unit = one.unit
            while unit is not None and unit.kind != "county":
                unit = unit.parent
            if unit is not None:
                Organisation.objects.filter(pk=one.pk).update(county=unit)


def of_county():
    return models.ForeignKey(
        blank=True,
        null=True,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to="people.unit",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("intermediary_market", "0009_readings"),
        ("people", "0004_units_and_posts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="competence",
            name="function",
            field=models.CharField(
                choices=[
                    ("operator", "Builds, manages and runs the market"),
                    ("prices", "Supervises fees and prices"),
                    ("procurement", "Supervises public procurement"),
                    ("coordination", "Coordinates complaints"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddField(model_name="competence", name="county", field=of_county()),
        migrations.AddConstraint(
            model_name="competence",
            constraint=models.UniqueConstraint(
                fields=("function", "county"), name="one_unit_of_a_function_in_a_county"
            ),
        ),
        migrations.AddConstraint(
            model_name="competence",
            constraint=models.UniqueConstraint(
                condition=models.Q(("county", None)),
                fields=("function",),
                name="one_unit_of_a_function_in_the_city",
            ),
        ),
        migrations.AddField(model_name="organisation", name="county", field=of_county()),
        migrations.AddField(model_name="custodiankey", name="county", field=of_county()),
        migrations.RunPython(follow_unit, migrations.RunPython.noop),
    ]
