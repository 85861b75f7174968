from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("intermediary_market", "0002_organisations_catalogue_purchases"),
    ]

    operations = []
