"""What is kept of readings. Written by actions.py only."""

from django.conf import settings
from django.db import models

from gongbao.office.kept import RegulatedModel


class MarketReading(RegulatedModel):
    """From `since` on the reading `name` of readings.yaml is taken as `option`; `ground` is what decides it.

    Of those for a day the one with the latest `since` counts, of these the one entered last. None: the default.
    """

    append_only = True

    name = models.CharField(max_length=40)
    option = models.CharField(max_length=40)
    since = models.DateField()
    ground = models.CharField(max_length=300)
    entered_at = models.DateTimeField()
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta(RegulatedModel.Meta):
        ordering = ["since", "id"]

    def __str__(self) -> str:
        return f"{self.name}: {self.option}"
