"""The repeals are looked up by themselves: they are few among the references, and every list asks for them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("library", "0001_initial"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="reference",
            index=models.Index(fields=["kind"], name="reference_kind"),
        ),
    ]
