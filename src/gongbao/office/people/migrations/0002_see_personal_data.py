"""Who may see personal data is a permission of its own."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="account",
            options={
                "permissions": [("see_personal_data", "May see personal data in documents")],
                "verbose_name": "user",
                "verbose_name_plural": "users",
            },
        ),
    ]
