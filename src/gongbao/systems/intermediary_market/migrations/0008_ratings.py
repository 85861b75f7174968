from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("intermediary_market", "0007_contracts"),
    ]

    operations = []
