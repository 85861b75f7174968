from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("intermediary_market", "0019_kept_figures"),
    ]

    operations = [
        migrations.AddField(
            model_name="draw",
            name="shares_root",
            field=models.CharField(blank=True, default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="drawentry",
            name="missing",
            field=models.CharField(blank=True, default="", max_length=10),
            preserve_default=False,
        ),
    ]
