from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intermediary_market", "0014_rating_weights"),
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
                    ("coordination", "Fixes government prices, looks after credit, coordinates complaints"),
                ],
                max_length=20,
            ),
        ),
    ]
