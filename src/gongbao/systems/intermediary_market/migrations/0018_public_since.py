from django.db import migrations, models
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from gongbao.office.audit import triggers


def fill(apps, schema_editor):
    """From the terms that were published, and from the events of the award notices."""
    Purchase = apps.get_model("intermediary_market", "Purchase")
    Terms = apps.get_model("intermediary_market", "Terms")
    CaseEvent = apps.get_model("cases", "CaseEvent")
    notices = Terms.objects.filter(purchase=OuterRef("pk")).exclude(published_at=None).order_by("number")
    awards = CaseEvent.objects.filter(case=OuterRef("case"), step="publish_award")
    first = Subquery(notices.values("published_at")[:1])
    with triggers.lifted(schema_editor.connection, "intermediary_market.0018_public_since"):
        Purchase.objects.update(
            published_at=first,
            awarded_at=Subquery(awards.order_by("-number").values("at")[:1]),
            public_at=Coalesce(first, Subquery(awards.order_by("number").values("at")[:1])),
        )


def moment():
    return models.DateTimeField(blank=True, null=True)


class Migration(migrations.Migration):
    dependencies = [
        ("intermediary_market", "0017_of_one_person"),
    ]

    operations = [
        migrations.AddField(model_name="purchase", name="published_at", field=moment()),
        migrations.AddField(model_name="purchase", name="awarded_at", field=moment()),
        migrations.AddField(model_name="purchase", name="public_at", field=moment()),
        migrations.AddIndex(
            model_name="purchase", index=models.Index(fields=["published_at", "id"], name="purchase_published")
        ),
        migrations.AddIndex(
            model_name="purchase", index=models.Index(fields=["awarded_at", "id"], name="purchase_awarded")
        ),
        migrations.AddIndex(
            model_name="purchase", index=models.Index(fields=["public_at", "id"], name="purchase_public")
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
